using System.Collections.Concurrent;
using TenantSandbox.Functions.Isolation.Evidence;

namespace TenantSandbox.Functions.Tests.Isolation.Evidence;

/// <summary>Report files in memory.</summary>
internal sealed class MemoryReportFiles : IReportFiles
{
    public string Place => "memory";

    /// <summary>The files by their paths.</summary>
    public ConcurrentDictionary<string, byte[]> Content { get; } = new(StringComparer.Ordinal);

    /// <summary>When files were written, by the beginnings of their paths; others were written at the epoch.</summary>
    public Dictionary<string, DateTimeOffset> Times { get; } = [];

    /// <summary>Number of files read and of lists.</summary>
    public int Reads { get; private set; }

    /// <summary>Runs before a file is added.</summary>
    public Func<string, Task> OnAdd { get; set; } = _ => Task.CompletedTask;

    public async Task<bool> TryAddAsync(string path, byte[] content, CancellationToken cancellationToken)
    {
        await OnAdd(path);
        return Content.TryAdd(path, content);
    }

    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        Reads++;
        return Task.FromResult(Content.GetValueOrDefault(path));
    }

    public IAsyncEnumerable<StoredFile> ListAsync(string folder, CancellationToken cancellationToken)
    {
        Reads++;
        return Content.Keys.Where(k => k.StartsWith($"{folder}/", StringComparison.Ordinal)).Select(k => new StoredFile(k, TimeOf(k))).ToAsyncEnumerable();
    }

    public IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken) =>
        Content.Keys.Select(k => k.Split('/')[0]).Distinct(StringComparer.Ordinal).ToAsyncEnumerable();

    public Task<bool> DeleteAsync(string path, DateTimeOffset savedBefore, CancellationToken cancellationToken) =>
        Task.FromResult(TimeOf(path) < savedBefore && Content.TryRemove(path, out _));

    private DateTimeOffset TimeOf(string path) =>
        Times.Where(t => path.StartsWith(t.Key, StringComparison.Ordinal)).Select(t => t.Value).DefaultIfEmpty(DateTimeOffset.UnixEpoch).First();
}
