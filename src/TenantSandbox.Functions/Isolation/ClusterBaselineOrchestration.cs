using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes.Baseline;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Isolation;

/// <summary>
/// Applies a cluster's baseline, or repairs it. Runs before the first tenant is placed on a cluster and whenever the clusters are reconciled;
/// several runs at once do no harm.
/// </summary>
public static class ClusterBaselineOrchestration
{
    /// <summary>It never fails: its result says why the baseline isn't in place.</summary>
    [Function(nameof(ClusterBaselineOrchestration))]
    public static async Task<BaselineResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, BaselineRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var progress = new OperationProgress(context);
        progress.BeginStep($"apply the baseline of cluster {request.ClusterId}");
        BaselineReport? report = null;
        var error = await Saga.AttemptAsync(
            async () => report = await context.CallAsync<BaselineReport>(ActivityNames.ApplyClusterBaseline, request, progress));
        return new(report, error);
    }

    /// <summary>Runs it as a part of another orchestration, in that one's version.</summary>
    internal static Task<BaselineResult> ApplyBaselineAsync(this TaskOrchestrationContext context, string clusterId) =>
        context.CallSubOrchestratorAsync<BaselineResult>(
            nameof(ClusterBaselineOrchestration), new BaselineRequest(clusterId), new SubOrchestrationOptions { Version = context.Version });
}

/// <summary>The end of one application of a cluster's baseline; below 16 KB.</summary>
/// <param name="Report">What was found and done; null if it failed.</param>
/// <param name="Error">Why the baseline isn't in place; null if it is.</param>
public sealed record BaselineResult(
    [property: JsonPropertyName("report")] BaselineReport? Report,
    [property: JsonPropertyName("error")] TenantError? Error);
