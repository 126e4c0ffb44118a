using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tenants;

/// <summary>The steps that remove a tenant's resources: of an offboarding, and of the compensation of other operations.</summary>
internal static class Deprovisioning
{
    /// <summary>Removes everything at a placement, and certifies that it is absent. What a person skips stays a leftover.</summary>
    /// <exception cref="StepFailedException">Something is still there; the message says what blocks it.</exception>
    public static async Task<TeardownReceipt> RemoveAsync(OperationRun run, TenantLeftover leftover)
    {
        var placement = leftover.Placement;
        var tenantNamespace = new TenantNamespaceRef(run.Input.TenantId, leftover.Incarnation, placement.ClusterId);
        var removed = new List<string>();
        var skippedBefore = run.Skipped.Count;
        var hasNamespace = leftover.HasNamespace;
        IReadOnlyList<ReleasedVolume>? volumes = null;
        if (hasNamespace)
        {
            await run.StepAsync("delete the workloads", () => run.DeleteWorkloadsAsync(tenantNamespace));
            hasNamespace = !await run.StepAsync(
                "delete the namespace", async () => volumes = await DeleteNamespaceAsync(run, tenantNamespace, placement.Timing, removed));
        }

        IReadOnlyList<ReleaseAnswer> released = [];
        DateTimeOffset? releasedAt = null;
        await run.StepAsync("release the reservation", async () =>
        {
            released = await ReleaseAsync(run, leftover.Incarnation, placement);
            releasedAt = run.Context.Now();
        });

        var pool = released.Count > 0 ? released[0].Pool?.Name : null;
        var receipt = new TeardownReceipt(placement.ClusterId, null, pool ?? placement.PoolName, null, releasedAt, removed.Count > 0 ? removed : null, Volumes: volumes);
        if (run.Skipped.Count == skippedBefore)
        {
            await run.StepAsync(
                "verify that nothing is left", async () => receipt = await VerifyAbsenceAsync(run, tenantNamespace, leftover.HasNamespace, released, receipt));
        }

        if (run.Skipped.Count == skippedBefore)
        {
            run.Placements.Remove(leftover);
        }
        else
        {
            run.Placements.Accept(leftover with { HasNamespace = hasNamespace, Reason = run.Skipped[^1] });
        }

        return receipt;
    }

    /// <summary>Releases the reservation of a placement whose namespace stays. If a person skips it, it stays a leftover.</summary>
    /// <exception cref="StepFailedException">A pool could not be deleted, or not in time.</exception>
    public static async Task ReleaseStepAsync(OperationRun run, TenantLeftover leftover)
    {
        if (await run.StepAsync("release the reservation", () => ReleaseAsync(run, leftover.Incarnation, leftover.Placement)))
        {
            run.Placements.Remove(leftover);
        }
        else
        {
            run.Placements.Leave(leftover.Placement, hasNamespace: false, TenantError.Create(null, "Skipped", run.Skipped[^1]));
        }
    }

    /// <summary>Deletes the namespace and waits until it is absent.</summary>
    /// <param name="run">The operation.</param>
    /// <param name="tenant">The namespace.</param>
    /// <param name="timing">How long to wait.</param>
    /// <param name="removed">Gets what was removed of the finalizers that the operation may remove; null for an operation that may remove none.</param>
    /// <returns>What became of the volumes of its claims; null for none.</returns>
    /// <exception cref="StepFailedException">The namespace still existed when the time was up; the message says what holds it.</exception>
    public static async Task<IReadOnlyList<ReleasedVolume>?> DeleteNamespaceAsync(OperationRun run, TenantNamespaceRef tenant, OperationTiming timing, List<string>? removed = null)
    {
        var deadline = run.Context.Now().AddSeconds(timing.NamespaceDeleteSeconds);
        var delay = new PollingDelay(run.Context, timing, run.Progress);
        var observed = await run.DeleteNamespaceAsync(tenant);
        var volumes = observed.Volumes;
        while (!observed.Gone)
        {
            if (run.Context.Now() >= deadline)
            {
                throw new StepFailedException(
                    ErrorClass.Conflict,
                    "NamespaceStuck",
                    $"The namespace of '{tenant.TenantId}' still existed after {timing.NamespaceDeleteSeconds} s: {observed.Blocker}");
            }

            if (removed is not null && run.Input.Finalizers is { Count: > 0 } finalizers)
            {
                var answer = await run.RemoveFinalizersAsync(new(tenant, finalizers));
                removed.AddRange(answer.Removed.Select(r => $"{r.Object}: {r.Finalizer}").Except(removed));
            }

            run.Progress.ReportWaiting(observed.Blocker ?? "the namespace is being deleted");
            await delay.WaitAsync();
            observed = await run.DeleteNamespaceAsync(tenant);
            volumes = ReleasedVolumes.Merge(volumes, observed.Volumes);
        }

        return volumes;
    }

    /// <summary>Releases a reservation; waits until the pools are deleted whose last one it was.</summary>
    /// <param name="run">The operation.</param>
    /// <param name="incarnation">The incarnation that holds it.</param>
    /// <param name="placement">The placement; one without a sequence stands for all reservations of the incarnation in its cluster.</param>
    /// <returns>One answer for each pool.</returns>
    /// <exception cref="StepFailedException">A pool could not be deleted, or not in time.</exception>
    public static async Task<IReadOnlyList<ReleaseAnswer>> ReleaseAsync(OperationRun run, int incarnation, TenantPlacement placement)
    {
        var request = new ReleaseRequest(
            run.Input.TenantId, incarnation, placement.PoolName, placement.Timing, run.Context.InstanceId, run.Context.Now(), placement.Sequence);
        return [.. (await PoolRelease.ReleaseAsync(run.Context, placement.ClusterId, request, run.Progress)).All];
    }

    // Reads the namespace and the pools again.
    private static async Task<TeardownReceipt> VerifyAbsenceAsync(
        OperationRun run, TenantNamespaceRef tenant, bool hasNamespace, IReadOnlyList<ReleaseAnswer> released, TeardownReceipt receipt)
    {
        DateTimeOffset? namespaceAbsentAt = null;
        if (hasNamespace)
        {
            var observed = await run.ReadNamespaceAbsenceAsync(tenant);
            namespaceAbsentAt = observed.Gone
                ? run.Context.Now()
                : throw new StepFailedException(ErrorClass.Conflict, "NamespacePresent", $"The namespace of '{tenant.TenantId}' exists again: {observed.Blocker}");
        }

        DateTimeOffset? poolAbsentAt = null;
        foreach (var pool in released.Where(r => r.IsPoolBeingDeleted).Select(r => r.Pool).OfType<PoolRef>())
        {
            var observed = await run.CallAsync<PoolObservation>(ActivityNames.ReadPool, pool);
            poolAbsentAt = observed.IsAbsent
                ? run.Context.Now()
                : throw new StepFailedException(ErrorClass.Conflict, "PoolPresent", $"Agent pool '{pool.Name}' exists again: {observed.Detail}");
        }

        return receipt with { NamespaceAbsentAt = namespaceAbsentAt, PoolAbsentAt = poolAbsentAt };
    }
}
