using k8s.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Kubernetes.Workloads;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>Streams the logs of a workload's pods. Everything that can fail before the first byte is answered with a problem.</summary>
internal sealed class GetWorkloadLogs(
    WorkloadStateReader reader, PodLogs podLogs, ClusterReads reads, IOptions<LogOptions> options, TimeProvider time, ILogger<GetWorkloadLogs> logger)
{
    /// <summary>Most pods whose logs one answer has: each is a connection's stream.</summary>
    private const int MaxPods = 50;

    [Function(nameof(GetWorkloadLogs))]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "get", Route = "tenants/{tenantId}/workloads/{workload}/logs")] HttpRequest request,
        string tenantId,
        string workload,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var (query, problem) = LogQuery.Read(request, time.GetUtcNow());
        return query is null
            ? Task.FromResult(problem!)
            : TenantReads.AnswerAsync(
                request,
                client,
                tenantId,
                state => reads.AnswerAsync(request, limited => OpenAsync(request, state, workload, query, limited, cancellationToken), cancellationToken),
                cancellationToken);
    }

    private async Task<IResult> OpenAsync(
        HttpRequest request, TenantState state, string workload, LogQuery query, CancellationToken limited, CancellationToken cancellationToken)
    {
        var at = ClusterReads.NamespaceOf(state);
        var isWanted = state.Desired?.Pods.Any(p => p.Workload == workload) == true;
        // The name becomes part of a label selector.
        var pods = at is not null && IsName(workload) ? await reader.FindPodsAsync(at, workload, limited) : null;
        if (pods is not { Count: > 0 })
        {
            return isWanted ? Problem.NotRunning(request, NoPods(state)) : Problem.NotFound(request, "The tenant has no such workload.");
        }

        var selected = pods.Where(p => (query.Pod is null || p.Metadata.Name == query.Pod) && (query.Container is null || PodLogs.Has(p, query.Container))).ToArray();
        if (selected.Length is 0 or > MaxPods)
        {
            return selected.Length == 0
                ? Problem.NotFound(request, "The workload has no such pod or container.")
                : Problem.BadParameter(request, "pod", $"must name one: the workload has {selected.Length} pods, and one answer has the logs of at most {MaxPods}.");
        }

        var range = new LogRange(query.TailLines, query.SinceSeconds, query.IsFollowing, query.IsPrevious, query.IsFollowing ? null : options.Value.MaxBytes);
        var logs = await OpenAllAsync([.. selected.Select(pod => OpenAsync(at!.ClusterId, pod, query.Container ?? PodLogs.DefaultOf(pod, workload), range, limited))]);
        return logs.Any(l => l.Stream is not null)
            ? new WorkloadLog(logs, query.IsFollowing, options.Value, time, logger, cancellationToken)
            : Problem.NotRunning(request, string.Join("; ", logs.Take(3).Select(l => l.Failure)));
    }

    private static async Task<OpenedLog[]> OpenAllAsync(Task<OpenedLog>[] opening)
    {
        try
        {
            return await Task.WhenAll(opening);
        }
        catch
        {
            foreach (var opened in opening.Where(o => o.IsCompletedSuccessfully))
            {
                (await opened).Stream?.Dispose();
            }

            throw;
        }
    }

    private async Task<OpenedLog> OpenAsync(string clusterId, V1Pod pod, string container, LogRange range, CancellationToken cancellationToken)
    {
        try
        {
            return new(pod.Metadata.Name, await podLogs.OpenAsync(clusterId, pod, container, range, cancellationToken), null);
        }
        catch (SandboxException e) when (e.Code is "BadRequest" or "NotFound")
        {
            // It waits to start, was not restarted, or is gone meanwhile.
            return new(pod.Metadata.Name, null, e.Message);
        }
    }

    private static string NoPods(TenantState state) => state.Phase == TenantPhase.Suspended
        ? "The tenant is suspended, so that its workloads have no pods. Resume it."
        : "The workload has no pods now. GET the tenant's workloads and its explanation to see why.";

    private static bool IsName(string text) => text.Length is >= 1 and <= 63 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
