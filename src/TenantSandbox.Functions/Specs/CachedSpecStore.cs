using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Specs;

/// <summary>
/// Keeps the specs that were read last in memory, because every activity of an operation reads its tenant's spec. A hash always
/// means the same content, so nothing kept here becomes outdated.
/// </summary>
/// <param name="store">Where the specs are stored.</param>
/// <param name="capacity">Bytes of JSON to keep; the spec that was read last is kept even if it has more.</param>
internal sealed class CachedSpecStore(ISpecStore store, int capacity = CachedSpecStore.DefaultCapacity) : ISpecStore
{
    /// <summary>16 MiB: thousands of common specs, or 64 of the largest. In memory they take two to four times as much.</summary>
    public const int DefaultCapacity = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _byHash = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _newestFirst = new();
    private long _size;

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

    public async Task<bool> DeleteAsync(string hash, DateTimeOffset savedBefore, CancellationToken cancellationToken)
    {
        if (!await store.DeleteAsync(hash, savedBefore, cancellationToken))
        {
            return false;
        }

        lock (_gate)
        {
            if (_byHash.TryGetValue(hash, out var node))
            {
                Remove(node);
            }
        }

        return true;
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
        var entry = new Entry(hash, spec, SpecJson.Write(spec).Length);
        lock (_gate)
        {
            if (_byHash.ContainsKey(hash))
            {
                return;
            }

            _byHash[hash] = _newestFirst.AddFirst(entry);
            _size += entry.Size;
            while (_size > capacity && _byHash.Count > 1)
            {
                Remove(_newestFirst.Last!);
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _byHash.Remove(node.Value.Hash);
        _newestFirst.Remove(node);
        _size -= node.Value.Size;
    }

    private readonly record struct Entry(string Hash, TenantSpec Spec, int Size);
}
