using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// The places where an operation reserved capacity, in order. Something may be left at each of them until it is closed. When the
/// operation succeeds, all but the last are leftovers; when it fails, all are that compensation didn't close.
/// </summary>
internal sealed class PlacementAttempts
{
    private readonly List<TenantPlacement> _open = [];

    /// <summary>Where something may be left, the newest last.</summary>
    public IReadOnlyList<TenantPlacement> Open => _open;

    /// <summary>Takes note of an attempt before it begins.</summary>
    public void Begin(TenantPlacement placement) => _open.Add(placement);

    /// <summary>Replaces an attempt by one that names its pool.</summary>
    public void Replace(TenantPlacement placement, TenantPlacement named)
    {
        if (_open.IndexOf(placement) is >= 0 and var index)
        {
            _open[index] = named;
        }
    }

    /// <summary>Nothing is left of an attempt.</summary>
    public void Close(TenantPlacement placement) => _open.Remove(placement);
}
