using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Deprovisions a tenant: workloads, namespace, reservation, and the agent pool if this was its last reservation; also what
/// earlier operations left anywhere. Ends with a receipt of what was read as absent on Kubernetes and on ARM. A forced one also
/// removes the finalizers that were named.
/// </summary>
public static class OffboardOrchestration
{
    [Function(nameof(OffboardOrchestration))]
    public static Task<OperationResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, OperationInput input) =>
        OperationFrame.RunAsync(context, input, async run =>
        {
            TenantLeftover[] targets =
            [
                // Without a sequence: all reservations of the incarnation.
                .. input.Placement is { } placement ? [new TenantLeftover(input.Incarnation, placement with { Sequence = null }, true, null, input.StartedAt)] : Array.Empty<TenantLeftover>(),
                .. input.Leftovers,
            ];
            var receipts = await Teardown.RemoveAllAsync(run, targets);
            await HostNames.ReleaseFormerAsync(run, null, null);

            // A tenant without a placement has nothing to read, so its receipt stays empty.
            var receipt = (receipts.Count > 0 ? receipts[0] : new TeardownReceipt(null, null, null, null, null)) with
            {
                Remaining = run.Skipped.Count > 0 ? [.. run.Skipped] : null,
                Volumes = receipts.Aggregate((IReadOnlyList<ReleasedVolume>?)null, (all, r) => ReleasedVolumes.Merge(all, r.Volumes)),
            };
            return new(EventTypes.TenantOffboarded, null, receipt, Describe(receipt));
        });

    private static (string Name, string? Value)[] Describe(TeardownReceipt receipt) =>
    [
        ("clusterId", receipt.ClusterId),
        ("namespaceAbsentAt", Text(receipt.NamespaceAbsentAt)),
        ("pool", receipt.PoolName),
        ("poolAbsentAt", Text(receipt.PoolAbsentAt)),
        ("releasedAt", Text(receipt.ReleasedAt)),
        ("retainedVolumes", receipt.Volumes?.Where(v => v.Outcome == VolumeOutcome.Retained).ToArray() is { Length: > 0 } retained
            ? string.Join("; ", retained.Select(v => $"{v.Claim}: {v.Handle ?? v.Volume}"))
            : null),
        ("removedFinalizers", receipt.RemovedFinalizers is { } removed ? string.Join("; ", removed) : null),
    ];

    private static string? Text(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture);
}
