using System.Runtime.CompilerServices;
using TenantSandbox.Functions.Storage;

namespace TenantSandbox.Functions.Isolation.Evidence;

/// <summary>Reports as files below one folder, for installations without Azure Storage.</summary>
/// <param name="root">Created on first use.</param>
internal sealed class FolderReportFiles(string root) : IReportFiles
{
    private const string Extension = ".json";

    public string Place { get; } = $"folder {root}";

    public Task<bool> TryAddAsync(string path, byte[] content, CancellationToken cancellationToken) =>
        AttemptAsync($"add {path} to {Place}", () => FolderCalls.WriteAsync(FileOf(path), content, replaces: false, mode: null, cancellationToken));

    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken) =>
        AttemptAsync($"read {path} of {Place}", () => FolderCalls.ReadAsync(FileOf(path), cancellationToken));

    public async IAsyncEnumerable<StoredFile> ListAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = await AttemptAsync($"list {folder} of {Place}", () =>
        {
            var top = new DirectoryInfo(Path.Combine(root, folder));
            return Task.FromResult(top.Exists ? top.GetFiles($"*{Extension}", SearchOption.AllDirectories) : []);
        });
        foreach (var file in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = Path.GetRelativePath(root, file.FullName)[..^Extension.Length];
            yield return new StoredFile(path.Replace(Path.DirectorySeparatorChar, '/'), file.LastWriteTimeUtc);
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = await AttemptAsync(
            $"list the folders of {Place}", () => Task.FromResult(Directory.Exists(root) ? new DirectoryInfo(root).GetDirectories() : []));
        foreach (var folder in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return folder.Name;
        }
    }

    public Task<bool> DeleteAsync(string path, DateTimeOffset savedBefore, CancellationToken cancellationToken) =>
        AttemptAsync($"delete {path} of {Place}", () => Task.FromResult(FolderCalls.Delete(FileOf(path), savedBefore)));

    private string FileOf(string path) => Path.Combine(root, path.Replace('/', Path.DirectorySeparatorChar) + Extension);

    private static Task<T> AttemptAsync<T>(string what, Func<Task<T>> run) => FolderCalls.AttemptAsync("ReportStoreFailed", what, run);
}
