using System.Runtime.CompilerServices;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;

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
        await AttemptAsync($"save spec {reference.Hash} in {_place}", async () =>
        {
            Directory.CreateDirectory(folder);
            // Other processes see the whole file or none: it is written and flushed under another name, then renamed.
            var draft = Path.Combine(folder, $"{Guid.NewGuid():n}.tmp");
            try
            {
                await using (var file = new FileStream(draft, FileMode.CreateNew, FileAccess.Write, FileShare.None))
                {
                    await file.WriteAsync(SpecJson.Write(spec), cancellationToken);
                    file.Flush(flushToDisk: true);
                }

                File.Move(draft, path, overwrite: true);
            }
            finally
            {
                File.Delete(draft);
            }

            return true;
        });
        return reference;
    }

    public async Task<TenantSpec> ReadAsync(string hash, CancellationToken cancellationToken)
    {
        var path = PathOf(SpecContent.RequireHash(hash));
        var stored = await AttemptAsync($"read spec {hash} from {_place}", async () =>
        {
            try
            {
                return await File.ReadAllBytesAsync(path, cancellationToken);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
        });
        return SpecContent.Verify(hash, stored, _place);
    }

    public Task<bool> DeleteAsync(string hash, DateTimeOffset savedBefore, CancellationToken cancellationToken)
    {
        var path = PathOf(SpecContent.RequireHash(hash));
        return AttemptAsync($"delete spec {hash} from {_place}", () =>
        {
            if (!File.Exists(path) || File.GetLastWriteTimeUtc(path) >= savedBefore)
            {
                return Task.FromResult(false);
            }

            File.Delete(path);
            return Task.FromResult(true);
        });
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

    private static async Task<T> AttemptAsync<T>(string what, Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SandboxException.Create(ErrorClass.Transient, "SpecStoreFailed", $"{what}: {e.Message}", innerException: e);
        }
    }
}
