using System.Collections.Concurrent;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Specs;

namespace TenantSandbox.Functions.Tests;

/// <summary>A spec store in memory.</summary>
internal sealed class MemorySpecStore : ISpecStore
{
    /// <summary>One for all tests: specs are stored by content, so tests can't disturb each other.</summary>
    public static readonly MemorySpecStore Shared = new();

    private readonly ConcurrentDictionary<string, byte[]> _specs = new(StringComparer.Ordinal);

    public string Save(TenantSpec spec)
    {
        var json = SpecJson.Write(spec);
        _specs[SpecJson.Hash(json)] = json;
        return SpecJson.Hash(json);
    }

    public Task<SpecRef> SaveAsync(TenantSpec spec, CancellationToken cancellationToken)
    {
        Save(spec);
        return Task.FromResult(SpecRef.Of(spec));
    }

    public Task<TenantSpec> ReadAsync(string hash, CancellationToken cancellationToken) =>
        Task.FromResult(SpecContent.Verify(hash, _specs.GetValueOrDefault(hash), "memory"));

    /// <summary>When each spec was last saved, by its hash; others were saved at the epoch.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> Times { get; } = new(StringComparer.Ordinal);

    public Task<bool> DeleteAsync(string hash, DateTimeOffset savedBefore, CancellationToken cancellationToken) =>
        Task.FromResult(TimeOf(hash) < savedBefore && _specs.TryRemove(hash, out _));

    public IAsyncEnumerable<StoredSpec> ListAsync(CancellationToken cancellationToken) =>
        _specs.Keys.Select(h => new StoredSpec(h, TimeOf(h))).ToAsyncEnumerable();

    private DateTimeOffset TimeOf(string hash) => Times.GetValueOrDefault(hash, DateTimeOffset.UnixEpoch);
}
