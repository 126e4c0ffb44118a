using Microsoft.DurableTask;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// The placements where something of a tenant may be: those that earlier operations left, and those that this operation tries. Each
/// stays until it is confirmed absent, or is where the tenant runs.
/// </summary>
internal sealed class PlacementTracker(TaskOrchestrationContext context, OperationInput input)
{
    private readonly List<string> _provisioned = [];
    private readonly List<TenantLeftover> _open = [.. input.Leftovers];

    /// <summary>Everything that may be left at the moment.</summary>
    public IReadOnlyList<TenantLeftover> Open => [.. _open];

    /// <summary>The placement that this operation tried last; null when it tried none.</summary>
    public TenantPlacement? LastAttempt { get; private set; }

    /// <summary>
    /// Records a placement that is about to be used, first in the tenant's state: if this orchestration is lost, a later operation
    /// finds it there.
    /// </summary>
    /// <param name="placement">The placement; its pool need not be known yet.</param>
    /// <param name="hasNamespace">Whether this operation makes the tenant's namespace there.</param>
    public async Task AttemptAsync(TenantPlacement placement, bool hasNamespace)
    {
        var attempt = new TenantLeftover(input.Incarnation, placement, hasNamespace, null, context.Now());
        LastAttempt = placement;
        Put(attempt);
        await context.AttemptAsync(input.TenantId, new(context.InstanceId, attempt));
    }

    /// <summary>The pool of an attempt is known.</summary>
    public void Reserved(TenantPlacement placement)
    {
        LastAttempt = placement;
        if (Find(placement) is { } found)
        {
            Put(found with { Placement = placement });
        }
    }

    /// <summary>A placement that was in use may be left.</summary>
    public void Leave(TenantPlacement placement, bool hasNamespace, TenantError error) =>
        Put(new(input.Incarnation, placement, hasNamespace, $"{error.Code}: {error.Message}", context.Now()));

    /// <summary>A person accepted that something is left.</summary>
    public void Accept(TenantLeftover leftover) => Put(leftover);

    /// <summary>A leftover could not be removed.</summary>
    public void Keep(TenantLeftover leftover, TenantError error)
    {
        if (_open.Exists(l => Leftovers.IsSame(l, leftover)))
        {
            Put(leftover with { Reason = $"{error.Code}: {error.Message}" });
        }
    }

    /// <summary>The namespace of a placement was read as absent.</summary>
    public void NamespaceIsAbsent(TenantPlacement placement)
    {
        if (Find(placement) is { } found)
        {
            Put(found with { HasNamespace = false });
            _provisioned.Remove(placement.ClusterId);
        }
    }

    /// <summary>The reservation of a placement is released and its pool is absent or in use by others; what is left is at most its namespace.</summary>
    public void IsReleased(TenantPlacement placement)
    {
        if (Find(placement) is { HasNamespace: false } found)
        {
            _open.Remove(found);
        }
    }

    /// <summary>Nothing was made for a reservation that was refused or is released, and its pool is absent or in use by others.</summary>
    public void IsUnused(TenantPlacement placement)
    {
        if (Find(placement) is { Reason: null } attempt && !_provisioned.Contains(attempt.Placement.ClusterId))
        {
            _open.Remove(attempt);
        }
        else
        {
            IsReleased(placement);
        }
    }

    /// <summary>The next steps make a namespace at a placement.</summary>
    public void BeginProvisioning(TenantPlacement placement) => _provisioned.Add(placement.ClusterId);

    /// <summary>Nothing of a leftover is left.</summary>
    public void Remove(TenantLeftover leftover) => _open.RemoveAll(l => Leftovers.IsSame(l, leftover));

    /// <summary>What may be left at the end of the operation.</summary>
    /// <param name="inUse">Where the tenant runs, which isn't left over; null for nowhere.</param>
    /// <param name="error">Why the operation failed; null when it succeeded.</param>
    public IReadOnlyList<TenantLeftover> AtTheEnd(TenantPlacement? inUse, TenantError? error) =>
    [
        .. _open
            .Where(l => inUse is null || l.Incarnation != input.Incarnation || l.Placement.ClusterId != inUse.ClusterId
                || l.Placement.Sequence != inUse.Sequence || l.Placement.PoolName != inUse.PoolName)
            .Select(l => l.Reason is not null ? l : l with { Reason = error is null ? "It was tried first and could not be confirmed absent." : $"{error.Code}: {error.Message}" }),
    ];

    private TenantLeftover? Find(TenantPlacement placement)
    {
        var wanted = new TenantLeftover(input.Incarnation, placement, false, null, default);
        return _open.Find(l => Leftovers.IsSame(l, wanted));
    }

    private void Put(TenantLeftover leftover)
    {
        _open.RemoveAll(l => Leftovers.IsSame(l, leftover));
        _open.Add(leftover);
    }
}
