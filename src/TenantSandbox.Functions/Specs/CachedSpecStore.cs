using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Specs;

/// <summary>
/// Keeps the specs that were read last in memory, because every activity of an operation reads its tenant's spec. A hash always
/// means the same content, so nothing kept here becomes outdated.
/// </summary>
/// <param name="store">Where the specs are stored.</param>
/// <param name="capacity">Number of specs to keep.</param>
internal sealed class CachedSpecStore(ISpecStore store, int capacity = CachedSpecStore.DefaultCapacity) : ISpecStore
{
    /// <summary>A spec takes a few kilobytes.</summary>
    public const int DefaultCapacity = 512;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Hash, TenantSpec Spec)>> _byHash = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Hash, TenantSpec Spec)> _newestFirst = new();

    /// <summary>Always writes: that the spec is in memory doesn't prove that it is still stored.</summary>
    public async Task<SpecRef> SaveAsync(TenantSpec spec, CancellationToken cancellationToken)
    {
        var reference = await store.SaveAsync(spec, cancellationToken);
        Keep(reference.Hash, spec);
        return reference;
    }

    public async Task<TenantSpec> ReadAsync(string hash, CancellationToken cancellationToken)
    {
        if (Find(hash) is { } kept)
        {
            return kept;
        }

        var spec = await store.ReadAsync(hash, cancellationToken);
        Keep(hash, spec);
        return spec;
    }

    public async Task DeleteAsync(string hash, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(hash, cancellationToken);
        lock (_gate)
        {
            if (_byHash.Remove(hash, out var node))
            {
                _newestFirst.Remove(node);
            }
        }
    }

    public IAsyncEnumerable<StoredSpec> ListAsync(CancellationToken cancellationToken) => store.ListAsync(cancellationToken);

    private TenantSpec? Find(string hash)
    {
        lock (_gate)
        {
            if (!_byHash.TryGetValue(hash, out var node))
            {
                return null;
            }

            _newestFirst.Remove(node);
            _newestFirst.AddFirst(node);
            return node.Value.Spec;
        }
    }

    private void Keep(string hash, TenantSpec spec)
    {
        lock (_gate)
        {
            if (_byHash.ContainsKey(hash))
            {
                return;
            }

            _byHash[hash] = _newestFirst.AddFirst((hash, spec));
            if (_byHash.Count > capacity)
            {
                _byHash.Remove(_newestFirst.Last!.Value.Hash);
                _newestFirst.RemoveLast();
            }
        }
    }
}
