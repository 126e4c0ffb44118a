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

    public Task DeleteAsync(string hash, CancellationToken cancellationToken)
    {
        _specs.TryRemove(hash, out _);
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<StoredSpec> ListAsync(CancellationToken cancellationToken) =>
        _specs.Keys.Select(h => new StoredSpec(h, DateTimeOffset.UnixEpoch)).ToAsyncEnumerable();
}
