using System.Runtime.CompilerServices;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Storage;

namespace TenantSandbox.Functions.Specs;

/// <summary>Specs as files of one folder, for installations without Azure Storage.</summary>
/// <param name="folder">Created on first use.</param>
internal sealed class FolderSpecStore(string folder) : ISpecStore
{
    private const string Extension = ".json";
    private readonly string _place = $"folder {folder}";

    public async Task<SpecRef> SaveAsync(TenantSpec spec, CancellationToken cancellationToken)
    {
        var reference = SpecRef.Of(spec);
        var path = PathOf(reference.Hash);
        await AttemptAsync(
            $"save spec {reference.Hash} in {_place}",
            () => FolderCalls.WriteAsync(path, SpecJson.Write(spec), replaces: true, mode: null, cancellationToken));
        return reference;
    }

    public async Task<TenantSpec> ReadAsync(string hash, CancellationToken cancellationToken)
    {
        var path = PathOf(SpecContent.RequireHash(hash));
        var stored = await AttemptAsync($"read spec {hash} from {_place}", () => FolderCalls.ReadAsync(path, cancellationToken));
        return SpecContent.Verify(hash, stored, _place);
    }

    public Task<bool> DeleteAsync(string hash, DateTimeOffset savedBefore, CancellationToken cancellationToken)
    {
        var path = PathOf(SpecContent.RequireHash(hash));
        return AttemptAsync($"delete spec {hash} from {_place}", () => Task.FromResult(FolderCalls.Delete(path, savedBefore)));
    }

    public async IAsyncEnumerable<StoredSpec> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = await AttemptAsync(
            $"list the specs of {_place}",
            () => Task.FromResult(Directory.Exists(folder) ? new DirectoryInfo(folder).GetFiles($"*{Extension}") : []));
        foreach (var file in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var hash = Path.GetFileNameWithoutExtension(file.Name);
            if (SpecJson.IsHash(hash))
            {
                yield return new StoredSpec(hash, file.LastWriteTimeUtc);
            }
        }
    }

    private string PathOf(string hash) => Path.Combine(folder, hash + Extension);

    private static Task<T> AttemptAsync<T>(string what, Func<Task<T>> run) => FolderCalls.AttemptAsync("SpecStoreFailed", what, run);
}
