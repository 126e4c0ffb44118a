using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>The steps that make a tenant's resources, or scale them.</summary>
internal static class Provisioning
{
    /// <summary>Registers the deletion of a namespace that the next steps make.</summary>
    public static void RegisterDeletion(OperationRun run, TenantPlacement placement)
    {
        var tenantNamespace = run.NamespaceOn(placement.ClusterId);
        run.Placements.BeginProvisioning(placement);
        run.Saga.Register(
            "delete the namespace",
            async () =>
            {
                await Deprovisioning.DeleteNamespaceAsync(run, tenantNamespace, placement.Timing);
                run.Placements.NamespaceIsAbsent(placement);
            },
            placement.ClusterId);
        // Deleting the namespace deletes them too; this only begins earlier.
        run.Saga.Register("delete the workloads", () => run.DeleteWorkloadsAsync(tenantNamespace), placement.ClusterId, isRequired: false);
    }

    /// <summary>Applies namespace, guardrails and workloads, and waits until every workload is available.</summary>
    /// <exception cref="StepFailedException">The rollout failed or took too long; the message has the last real cause.</exception>
    public static async Task RollOutAsync(OperationRun run, PlacedTenant tenant, OperationTiming timing)
    {
        await run.StepAsync("apply the namespace and its guardrails", () => run.ApplyNamespaceAsync(tenant));
        RolloutObservation? observed = null;
        await run.StepAsync("apply the workloads", async () => observed = await run.ApplyWorkloadsAsync(tenant));
        if (observed is not { Condition: RolloutCondition.Ready })
        {
            await run.StepAsync("wait for the rollout", () => WaitForRolloutAsync(run, tenant, timing));
        }

        if (tenant.Former is not null)
        {
            var alone = tenant with { Former = null };
            await run.StepAsync("remove what the new revision doesn't have", async () =>
            {
                await run.ApplyNamespaceAsync(alone);
                await run.ApplyWorkloadsAsync(alone);
            });
        }
    }

    /// <summary>Scales every workload to zero and waits until no pod is left.</summary>
    /// <exception cref="StepFailedException">Pods were left when the time was up.</exception>
    public static async Task ScaleToZeroAsync(OperationRun run, PlacedTenant tenant, OperationTiming timing)
    {
        await run.StepAsync("scale the workloads to zero", () => run.SuspendWorkloadsAsync(tenant));
        await run.StepAsync("wait until no pod is left", async () =>
        {
            var deadline = run.Context.Now().AddSeconds(timing.RolloutSeconds);
            var delay = new PollingDelay(run.Context, timing, run.Progress);
            var observed = await run.WatchSuspensionAsync(tenant);
            while (!observed.IsSuspended)
            {
                if (run.Context.Now() >= deadline)
                {
                    throw new StepFailedException(
                        ErrorClass.Transient, "SuspensionTimeout", $"Pods were left after {timing.RolloutSeconds} s: {observed.Detail}");
                }

                run.Progress.ReportWaiting(observed.Detail);
                await delay.WaitAsync();
                observed = await run.WatchSuspensionAsync(tenant);
            }
        });
    }

    private static async Task WaitForRolloutAsync(OperationRun run, PlacedTenant tenant, OperationTiming timing)
    {
        var deadline = run.Context.Now().AddSeconds(timing.RolloutSeconds);
        var delay = new PollingDelay(run.Context, timing, run.Progress);
        var observed = await run.WatchRolloutAsync(tenant);
        while (observed.Condition == RolloutCondition.Progressing)
        {
            if (run.Context.Now() >= deadline)
            {
                run.Evidence = observed.Evidence;
                throw new StepFailedException(
                    observed.ErrorClass ?? ErrorClass.Transient,
                    observed.Code ?? "RolloutTimeout",
                    $"The workloads were not available after {timing.RolloutSeconds} s: {observed.Detail}");
            }

            run.Progress.ReportWaiting(observed.Detail);
            await delay.WaitAsync();
            observed = await run.WatchRolloutAsync(tenant);
        }

        if (observed.Condition == RolloutCondition.Failed)
        {
            run.Evidence = observed.Evidence;
            throw new StepFailedException(observed.ErrorClass ?? ErrorClass.Invalid, observed.Code ?? "RolloutFailed", observed.Detail);
        }
    }
}
