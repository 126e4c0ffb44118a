using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Claims and releases the host names of a tenant. A name is claimed before a route has it, and released after the route is gone. A tenant
/// without host names makes no calls here.
/// </summary>
internal static class HostNames
{
    /// <summary>Claims the host names of a spec. The saga gets the release of those that don't run already.</summary>
    /// <exception cref="StepFailedException">Code <c>HostNameTaken</c>: one of them belongs to another tenant.</exception>
    public static async Task ClaimAsync(OperationRun run, SpecRef spec)
    {
        if (spec.Hosts is not { Count: > 0 } hosts)
        {
            return;
        }

        run.Progress.BeginStep("claim the host names");
        run.Saga.Register(
            "release the host names",
            () => run.Placements.Open.Any(l => l.HasNamespace)
                ? throw new StepFailedException(
                    ErrorClass.Conflict, "HostNamesKept", "They are kept as long as a namespace may be left whose routes have them.")
                : ReleaseAsync(run, Except(hosts, run.Input.Applied)),
            run.Input.Placement?.ClusterId);
        foreach (var host in hosts)
        {
            await ClaimAsync(run, host);
        }
    }

    /// <summary>
    /// Releases what a tenant had before and doesn't have any more. As long as a namespace may be left whose routes have the names, the
    /// tenant keeps them; later they go to whom asks for them.
    /// </summary>
    /// <param name="run">The operation, at its end.</param>
    /// <param name="kept">The spec that runs now; null for none.</param>
    /// <param name="inUse">Where it runs; null for nowhere.</param>
    public static async Task ReleaseFormerAsync(OperationRun run, SpecRef? kept, TenantPlacement? inUse)
    {
        string[] former = [.. Except(run.Input.Applied?.Hosts ?? [], kept).Union(Except(run.Input.Desired?.Hosts ?? [], kept), StringComparer.Ordinal)];
        if (!run.Placements.AtTheEnd(inUse, null).Any(l => l.HasNamespace))
        {
            await ReleaseAsync(run, [.. former.Order(StringComparer.Ordinal)]);
        }
    }

    private static async Task ClaimAsync(OperationRun run, string host)
    {
        var claim = ClaimOf(run);
        var holder = await run.Context.ClaimHostNameAsync(host, new(claim));
        if (holder.TenantId != claim.TenantId && !await run.Context.UsesHostNameAsync(holder.TenantId, host))
        {
            holder = await run.Context.ClaimHostNameAsync(host, new(claim, Instead: holder));
        }

        if (holder.TenantId != claim.TenantId)
        {
            throw new StepFailedException(ErrorClass.Invalid, HostNameRules.TakenCode, HostNameRules.DescribeTaken(host, holder.TenantId));
        }
    }

    private static async Task ReleaseAsync(OperationRun run, IReadOnlyList<string> hosts)
    {
        foreach (var host in hosts)
        {
            await run.Context.ReleaseHostNameAsync(host, ClaimOf(run));
        }
    }

    private static HostNameClaim ClaimOf(OperationRun run) => new(run.Input.TenantId, run.Input.Incarnation, run.Input.Sequence);

    private static string[] Except(IReadOnlyList<string> hosts, SpecRef? kept) => [.. hosts.Except(kept?.Hosts ?? [], StringComparer.Ordinal)];
}
