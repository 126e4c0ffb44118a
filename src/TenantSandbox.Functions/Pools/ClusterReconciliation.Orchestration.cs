using System.Text.Json.Serialization;
using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Pools;

/// <summary>
/// Compares one cluster's ledger with the agent pools on ARM and acts on the differences: drops pools that are missing, tags those of
/// an older version, starts operations again that died, and retries failed deletions. Deletes nothing that the ledger doesn't know.
/// </summary>
internal static class ClusterReconciliation
{
    /// <summary>An orchestration that was started a moment ago may not be stored yet.</summary>
    private static readonly TimeSpan StartGrace = TimeSpan.FromMinutes(5);

    /// <summary>Runs the comparison once.</summary>
    /// <exception cref="TaskFailedException">ARM's list could not be read.</exception>
    public static async Task<ClusterReport> RunAsync(TaskOrchestrationContext context, ClusterTarget cluster, OperationProgress progress)
    {
        var report = new ClusterReport(cluster.ClusterId, context.Now(), 0, 0, 0, [], [], 0);
        progress.BeginStep($"list the pools of cluster {cluster.ClusterId}");
        await context.ObserveClusterAsync(cluster.ClusterId, progress, (page, found) => report = report.Add(page, found));

        var findings = new List<PoolResolution>();
        foreach (var finding in report.Findings)
        {
            progress.BeginStep($"resolve: agent pool {finding.PoolName} is {finding.Kind}");
            findings.Add(finding with { Action = await ResolveAsync(context, cluster, finding, progress) });
        }

        progress.BeginStep("look for operations that died");
        findings.AddRange(await RestartDeadAsync(context, cluster));
        return report with { Findings = findings };
    }

    private static async Task<string> ResolveAsync(
        TaskOrchestrationContext context, ClusterTarget cluster, PoolResolution finding, OperationProgress progress)
    {
        switch (finding.Kind)
        {
            case PoolFindingKind.Missing:
                return await DropIfMissingAsync(context, cluster, finding, progress);
            case PoolFindingKind.Untagged:
                var pool = await context.FindPoolAsync(cluster.ClusterId, finding.PoolName);
                var tagged = pool is null ? null : await context.TagPoolAsync(pool, progress);
                return tagged is null ? "none" : $"tagged: {tagged.Detail}";
            case PoolFindingKind.Stuck:
                var restart = new PoolRestart(finding.PoolName, null, cluster.Timing, context.Now());
                return await context.RestartAsync(cluster.ClusterId, restart) ? "its deletion is started again" : "its deletion is retried later";
            case PoolFindingKind.Failed or PoolFindingKind.BeingDeleted or PoolFindingKind.LookAlike:
                return "closed for new tenants; those in it are moved by their own reconcile";
            case PoolFindingKind.Recovered:
                return "open for tenants again";
            case PoolFindingKind.Unknown:
                return "not used and not deleted; run rebuild if the ledger was lost, else the sweep of orphans";
            default:
                return "none; a person decides";
        }
    }

    private static async Task<string> DropIfMissingAsync(
        TaskOrchestrationContext context, ClusterTarget cluster, PoolResolution finding, OperationProgress progress)
    {
        if (await context.FindPoolAsync(cluster.ClusterId, finding.PoolName) is not { } pool)
        {
            return "none: the ledger has dropped it";
        }

        // The list may be older than the ledger.
        var observed = await context.ReadPoolAsync(pool, progress);
        if (!observed.IsAbsent)
        {
            return $"none: it exists ({observed.Detail})";
        }

        var error = TenantError.Create(ErrorClass.NotFound, "PoolMissing", $"Agent pool '{pool.Name}' of cluster '{pool.ClusterId}': {observed.Detail}");
        var dropped = await context.ReportMissingAsync(
            cluster.ClusterId, new(pool.Name, IsMissing: true, error, cluster.Timing, context.Now()));
        return dropped ? "dropped from the ledger; its tenants are placed again by their own reconcile" : "none: an operation of it runs";
    }

    private static async Task<IReadOnlyList<PoolResolution>> RestartDeadAsync(TaskOrchestrationContext context, ClusterTarget cluster)
    {
        var all = await context.FindOperationsAsync(cluster.ClusterId);
        RunningPoolOperation[] running = [.. all.Where(o => o.NotBefore + StartGrace < context.Now())];
        if (running.Length == 0)
        {
            return [];
        }

        var ended = await context.FindEndedInstancesAsync(new([.. running.Select(o => o.InstanceId)]));
        var resolutions = new List<PoolResolution>();
        foreach (var operation in running.Where(o => ended.InstanceIds.Contains(o.InstanceId)))
        {
            // It may have reported in between; the ledger then waits for another one, or for none.
            if (await context.RestartAsync(cluster.ClusterId, new(operation.PoolName, operation.InstanceId, cluster.Timing, context.Now())))
            {
                resolutions.Add(new(
                    PoolFindingKind.OperationDied, operation.PoolName, $"{operation.InstanceId} has ended without a report", operation.NotBefore, "started again"));
            }
        }

        return resolutions;
    }
}

/// <summary>The result of one comparison of a cluster's ledger with ARM; below 16 KB.</summary>
/// <param name="ClusterId">The configured id of the cluster.</param>
/// <param name="ReadAt">When it began.</param>
/// <param name="Pools">Number of pools that ARM lists.</param>
/// <param name="OwnPools">Number of those with this installation's tags.</param>
/// <param name="Nodes">Number of nodes in the latter.</param>
/// <param name="Versions">Kubernetes versions of these nodes, sorted.</param>
/// <param name="Findings">What differs, and what was done about it.</param>
/// <param name="Omitted">Number of findings that are left to the next run.</param>
public sealed record ClusterReport(
    [property: JsonPropertyName("clusterId")] string ClusterId,
    [property: JsonPropertyName("readAt")] DateTimeOffset ReadAt,
    [property: JsonPropertyName("pools")] int Pools,
    [property: JsonPropertyName("ownPools")] int OwnPools,
    [property: JsonPropertyName("nodes")] int Nodes,
    [property: JsonPropertyName("versions")] IReadOnlyList<string> Versions,
    [property: JsonPropertyName("findings")] IReadOnlyList<PoolResolution> Findings,
    [property: JsonPropertyName("omitted")] int Omitted)
{
    /// <summary>Most findings that one run acts on; the others are found again by the next.</summary>
    public const int MaxFindings = 40;

    /// <summary>The report with one more page.</summary>
    internal ClusterReport Add(PoolPage page, ClusterFindings found)
    {
        FoundPool[] own = [.. page.Pools.Where(p => p.IsOwned)];
        PoolResolution[] taken =
            [.. found.Findings.Take(MaxFindings - Findings.Count).Select(f => new PoolResolution(f.Kind, f.PoolName, f.Detail, f.Since, ""))];
        return this with
        {
            Pools = Pools + page.Pools.Count,
            OwnPools = OwnPools + own.Length,
            Nodes = Nodes + own.Sum(p => p.Count ?? 0),
            Versions = [.. Versions.Concat(own.Select(p => p.Version).OfType<string>()).Distinct().Order(StringComparer.Ordinal)],
            Findings = [.. Findings, .. taken],
            Omitted = Omitted + found.Omitted + found.Findings.Count - taken.Length,
        };
    }
}

/// <summary>One difference, and what was done about it.</summary>
/// <param name="Kind">What differs.</param>
/// <param name="PoolName">The pool.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Since">Since when; null if that isn't known.</param>
/// <param name="Action">What was done, or what a person should do.</param>
public sealed record PoolResolution(
    [property: JsonPropertyName("kind")] PoolFindingKind Kind,
    [property: JsonPropertyName("pool")] string PoolName,
    [property: JsonPropertyName("detail")] string Detail,
    [property: JsonPropertyName("since")] DateTimeOffset? Since,
    [property: JsonPropertyName("action")] string Action);
