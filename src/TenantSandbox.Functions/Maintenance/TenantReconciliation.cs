using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Specs;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Compares a page of tenants with their clusters and tells each tenant what is new about it.</summary>
internal sealed partial class TenantReconciliation(
    IClusterResources resources, ISpecStore specs, IOptions<TenantSandboxOptions> options, ILogger<TenantReconciliation> logger)
{
    private const string Actor = "reconcile";

    /// <summary>Reads shared lists instead of each tenant. A cluster that can't be read is a finding, and its tenants keep their conditions.</summary>
    [Function(ActivityNames.ReconcileTenantPage)]
    public async Task<PageResult> ReconcileAsync(
        [ActivityTrigger] PageRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var (tenants, continuation) = await TenantStates.ReadPageAsync(
            client, request.Settings.TenantsPerPage, request.Continuation, cancellationToken);
        var totals = new Totals();
        foreach (var tenant in tenants.Where(t => t.InlineSpec is not null))
        {
            var reference = await specs.SaveAsync(tenant.InlineSpec!, cancellationToken);
            await client.Entities.SignalEntityAsync(TenantEntity.IdOf(tenant.TenantId), nameof(TenantEntity.AdoptSpec), reference.Hash, cancellation: cancellationToken);
        }

        foreach (var cluster in tenants.Where(IsComparable).GroupBy(t => t.Placement!.ClusterId).OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            try
            {
                await ReconcileAsync(cluster.Key, [.. cluster], request.Now, client, totals, cancellationToken);
            }
            catch (SandboxException e)
            {
                LogClusterFailed(cluster.Key, e.Message);
                totals.Findings.Add(MaintenanceFinding.Create("clusterNotRead", cluster.Key, e.Message, $"{cluster.Count()} tenants were not compared."));
            }
        }

        var cleanups = await CleanUpAsync(tenants, request.Now, client, cancellationToken);
        return PageResult.Of(
            continuation,
            [
                ("tenants", tenants.Count), ("cleanups", cleanups), ("compared", totals.Compared), ("apiCalls", totals.ApiCalls),
                ("drifted", totals.Drifted), ("notReady", totals.NotReady), ("repairs", totals.Repairs), ("verifications", totals.Verifications),
            ],
            totals.Findings);
    }

    /// <summary>What an operation left elsewhere is removed, and a failed teardown is tried again, with a pause after each try.</summary>
    private static async Task<int> CleanUpAsync(
        IReadOnlyList<TenantState> tenants, DateTimeOffset now, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var left = tenants
            .Where(t => t.Operation is null && (t.Leftovers.Count > 0 || t.Phase == TenantPhase.TeardownFailed))
            .Where(t => !(now - t.LastOperation?.EndedAt < TenantObservations.RepairPause))
            .ToArray();
        foreach (var tenant in left)
        {
            var command = new OperatorCommand(
                $"{Actor}:{tenant.Incarnation}.{tenant.Sequence}:{TenantVerb.Compensate}", tenant.TenantId, TenantVerb.Compensate, Actor, "Something may be left of an earlier operation.", now, Actor);
            await client.Entities.SignalEntityAsync(TenantEntity.IdOf(tenant.TenantId), nameof(TenantEntity.Act), command, cancellation: cancellationToken);
        }

        return left.Length;
    }

    private static bool IsComparable(TenantState tenant) => tenant is
    {
        Phase: TenantPhase.Ready or TenantPhase.Suspended or TenantPhase.Quarantined,
        Operation: null,
        Placement: not null,
        Applied: not null,
    };

    private async Task ReconcileAsync(
        string clusterId, TenantState[] tenants, DateTimeOffset now, DurableTaskClient client, Totals totals, CancellationToken cancellationToken)
    {
        var found = await resources.ReadPoolsAsync(clusterId, cancellationToken);
        totals.ApiCalls++;
        // One list of RuntimeClasses serves all: those of a pool's template are the same for the whole cluster.
        var sizeClasses = tenants.Select(t => t.Placement!.SizeClasses).OfType<IReadOnlyList<KataSizeClass>>().MaxBy(c => c.Count) ?? KataSizing.Documented;
        var page = new InspectionPage(clusterId, sizeClasses, [.. tenants.Select(Inspected)]);
        var report = await resources.InspectAsync(page, cancellationToken);
        totals.ApiCalls += report.ApiCalls;
        foreach (var (tenant, observed) in tenants.Zip(report.Tenants))
        {
            var verdict = TenantVerdict.Of(tenant, observed, StateOf(tenant, found), now);
            totals.Add(tenant, verdict);
            if (TenantVerdict.IsNews(tenant, verdict))
            {
                await client.Entities.SignalEntityAsync(TenantEntity.IdOf(tenant.TenantId), nameof(TenantEntity.Observe), verdict, cancellation: cancellationToken);
            }

            // A repair verifies at its end.
            if (verdict.RepairReason is null && DueVerification(tenant, found, now) is { } command)
            {
                totals.Verifications++;
                await client.Entities.SignalEntityAsync(TenantEntity.IdOf(tenant.TenantId), nameof(TenantEntity.Act), command, cancellation: cancellationToken);
            }
        }
    }

    private OperatorCommand? DueVerification(TenantState tenant, IReadOnlyList<FoundPool> found, DateTimeOffset now)
    {
        var settings = options.Value.Verification;
        var nodeImage = PoolOf(tenant, found)?.NodeImage;
        return settings.Enabled && VerificationSchedule.FindDue(tenant, nodeImage, settings.Interval, now) is { } actor
            ? new OperatorCommand(
                $"{actor}:{tenant.Incarnation}.{tenant.Sequence}", tenant.TenantId, TenantVerb.Verify, actor,
                actor == VerificationActors.NodeImage ? $"The agent pool has the node image {nodeImage}." : "Its isolation is verified regularly.", now, Actor)
            : null;
    }

    private static InspectedTenant Inspected(TenantState tenant)
    {
        var isSuspended = tenant.Phase == TenantPhase.Suspended;
        return new(
            tenant.TenantId, tenant.Incarnation, tenant.AppliedRevision, isSuspended ? null : tenant.Placement!.PoolName, tenant.Applied!.Hash, isSuspended,
            tenant.Expiry);
    }

    private static FoundPool? PoolOf(TenantState tenant, IReadOnlyList<FoundPool> found) =>
        found.FirstOrDefault(p => p.Name == tenant.Placement!.PoolName && p.IsOwned && (p.Marks?.Tenant is null || p.Marks.Tenant == tenant.TenantId));

    private static ObservedPool StateOf(TenantState tenant, IReadOnlyList<FoundPool> found)
    {
        return PoolOf(tenant, found) switch
        {
            null => ObservedPool.Missing,
            { State: "Failed" or "Canceled" } => ObservedPool.Failed,
            _ => ObservedPool.Present,
        };
    }

    [LoggerMessage(LogLevel.Warning, "The tenants of cluster {ClusterId} could not be compared: {Reason}")]
    private partial void LogClusterFailed(string clusterId, string reason);

    private sealed class Totals
    {
        public List<MaintenanceFinding> Findings { get; } = [];

        public int Compared { get; private set; }

        public int ApiCalls { get; set; }

        public int Drifted { get; private set; }

        public int NotReady { get; private set; }

        public int Repairs { get; private set; }

        public int Verifications { get; set; }

        public void Add(TenantState tenant, TenantObservationReport verdict)
        {
            Compared++;
            var isDrifted = verdict.Conditions.IsTrue(TenantConditions.Drifted);
            var isNotReady = !verdict.Conditions.IsTrue(TenantConditions.Ready) && tenant.Phase != TenantPhase.Suspended;
            Drifted += isDrifted ? 1 : 0;
            NotReady += isNotReady ? 1 : 0;
            Repairs += verdict.RepairReason is null ? 0 : 1;
            if (isDrifted || isNotReady || verdict.RepairReason is not null)
            {
                var worst = verdict.Conditions.Find(isDrifted ? TenantConditions.Drifted : isNotReady ? TenantConditions.Ready : TenantConditions.Placed)!;
                Findings.Add(MaintenanceFinding.Create(
                    isDrifted ? "drifted" : isNotReady ? "notReady" : "notPlaced", tenant.TenantId, $"{worst.Reason}: {worst.Message}",
                    verdict.RepairReason is null ? "Nothing was changed." : "It is repaired."));
            }
        }
    }
}
