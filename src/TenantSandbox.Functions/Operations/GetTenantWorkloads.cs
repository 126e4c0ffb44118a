using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Kubernetes.Workloads;

namespace TenantSandbox.Functions.Operations;

/// <summary>Shows what runs of a tenant, as its cluster says: workloads, pods, containers and the newest events.</summary>
internal sealed class GetTenantWorkloads(WorkloadStateReader reader, ClusterReads reads)
{
    [Function(nameof(GetTenantWorkloads))]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "get", Route = "tenants/{tenantId}/workloads")] HttpRequest request,
        string tenantId,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        TenantReads.AnswerAsync(
            request,
            client,
            tenantId,
            state => reads.AnswerAsync(
                request,
                async limited => ApiResults.Ok(request, WorkloadsView.Of(
                    state, ClusterReads.NamespaceOf(state) is { } at ? await reader.ReadAsync(at, limited) : new TenantWorkloadStates(null, [], []))),
                cancellationToken),
            cancellationToken);
}
