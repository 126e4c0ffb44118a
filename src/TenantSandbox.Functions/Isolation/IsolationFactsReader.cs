using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Probe;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Workloads;

namespace TenantSandbox.Functions.Isolation;

/// <summary>
/// Reads what a tenant's isolation depends on: two lists and four dry runs for a tenant, one log for each probe, and what the tenants of a pool
/// share once in some seconds.
/// </summary>
internal sealed class IsolationFactsReader(
    AgentPoolResources pools, ClusterConnections connections, NamespacePolicies policies, ClusterNodes nodes, AdmissionTrials trials, ListenerControl control, PodLogs logs,
    SeenCache cache, TimeProvider time)
{
    /// <summary>ARM allows about one read of agent pools in a second, for a whole subscription.</summary>
    private static readonly TimeSpan PoolLifetime = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan RuntimeClassLifetime = TimeSpan.FromSeconds(10);

    /// <param name="tenant">The tenant.</param>
    /// <param name="verificationId">The verification whose probes are read.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="SandboxException">A call failed in a way that passes by itself; what else can't be seen is among the facts as such.</exception>
    public async Task<IsolationFacts> ReadAsync(DesiredTenant tenant, string verificationId, CancellationToken cancellationToken)
    {
        var pool = cache.GetAsync($"{tenant.ClusterId}/{tenant.PoolName}", PoolLifetime, () => pools.ReadAsync(tenant.ClusterId, tenant.PoolName!, CancellationToken.None), cancellationToken);
        var classes = cache.GetAsync($"{tenant.ClusterId}/runtimeclasses", RuntimeClassLifetime, () => ReadClassesAsync(tenant.ClusterId), cancellationToken);
        var foundPolicies = SeeAsync(() => ReadPoliciesAsync(tenant, cancellationToken));
        var dryRuns = SeeAsync(() => trials.TryAsync(tenant, cancellationToken));
        var pods = await SeeAsync(() => ReadPodsAsync(tenant, cancellationToken));
        var used = (pods.Value ?? []).Select(p => p.Spec.NodeName).Where(n => !string.IsNullOrEmpty(n)).Distinct(StringComparer.Ordinal).ToArray();
        var seenNodes = await nodes.ReadAsync(tenant, used, cancellationToken);
        var probes = pods.Value is null
            ? new Seen<IReadOnlyList<ProbeFacts>>(null, pods.At, pods.Failure!)
            : await SeeAsync<IReadOnlyList<ProbeFacts>>(() => ReadProbesAsync(tenant.ClusterId, pods.Value, ProbePodManifest.MarkOf(verificationId), cancellationToken));
        return new IsolationFacts(
            await pool, ToJson(seenNodes), await classes, ToJson(pods), await foundPolicies, probes, await dryRuns,
            probes.Value is { Count: > 0 } ? await control.ProveAsync(tenant.ClusterId, cancellationToken) : null);
    }

    private static Seen<IReadOnlyList<JsonObject>> ToJson<T>(Seen<IReadOnlyList<T>> seen)
        where T : IKubernetesObject<V1ObjectMeta> =>
        new(seen.Value is { } items ? [.. items.Select(i => ObservedJson.Of(i))] : null, seen.At, seen.Failure);

    private async Task<Seen<T>> SeeAsync<T>(Func<Task<T>> read)
        where T : class
    {
        var at = time.GetUtcNow();
        try
        {
            return new Seen<T>(await read(), at);
        }
        catch (SandboxException e) when (!e.ErrorClass.PassesByItself())
        {
            return new Seen<T>(null, at, e.Message);
        }
    }

    private async Task<IReadOnlyList<JsonObject>> ReadClassesAsync(string clusterId)
    {
        var list = await connections.CallAsync(clusterId, "list RuntimeClasses", client => client.NodeV1.ListRuntimeClassAsync(), CancellationToken.None);
        return [.. list.Items.Select(ObservedJson.Of)];
    }

    private async Task<IReadOnlyList<V1Pod>> ReadPodsAsync(DesiredTenant tenant, CancellationToken cancellationToken) =>
        [.. (await connections.ListPodsAsync(tenant.ClusterId, NamespaceManifest.NameOf(tenant.TenantId), selector: null, cancellationToken)).Items];

    // Of whatever owner: also what someone else has put there opens connections.
    private async Task<IReadOnlyList<JsonObject>> ReadPoliciesAsync(DesiredTenant tenant, CancellationToken cancellationToken) =>
        [.. (await policies.ListAsync(tenant.ClusterId, NamespaceManifest.NameOf(tenant.TenantId), selector: null, cancellationToken)).Select(ObservedJson.Of)];

    private async Task<IReadOnlyList<ProbeFacts>> ReadProbesAsync(string clusterId, IReadOnlyList<V1Pod> pods, string mark, CancellationToken cancellationToken)
    {
        List<ProbeFacts> found = [];
        foreach (var pod in pods.Where(p => p.Metadata.Labels?.TryGetValue(Labels.Probe, out var value) == true && value == mark).OrderBy(p => p.Metadata.Name, StringComparer.Ordinal))
        {
            if (RequestOf(pod) is { } request)
            {
                found.Add(await ReadProbeAsync(clusterId, pod, request, cancellationToken));
            }
        }

        return found;
    }

    private async Task<ProbeFacts> ReadProbeAsync(string clusterId, V1Pod pod, ProbeRequest request, CancellationToken cancellationToken)
    {
        var node = pod.Spec.NodeName ?? WantedNodeOf(pod);
        ProbeFacts Without(string failure) => new(node, pod.Metadata.Name, request, null, failure, IsolationProbes.IsWithoutRoom(pod));
        if (pod.Status?.Phase != "Succeeded")
        {
            var state = pod.Status?.ContainerStatuses?.FirstOrDefault()?.State;
            var why = state?.Waiting?.Reason ?? state?.Terminated?.Reason ?? pod.Status?.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" })?.Message;
            return Without($"The probe pod is {pod.Status?.Phase ?? "new"}{(why is null ? "" : $": {why}")}.");
        }

        try
        {
            return new ProbeFacts(node, pod.Metadata.Name, request, await logs.ReadProbeAsync(clusterId, pod, cancellationToken));
        }
        catch (SandboxException e) when (e.ErrorClass is ErrorClass.Invalid or ErrorClass.NotFound)
        {
            return Without(e.Message);
        }
    }

    private static string WantedNodeOf(V1Pod pod) =>
        pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms?.FirstOrDefault()?.MatchFields?.FirstOrDefault()?.Values?.FirstOrDefault() ?? "";

    // A pod that only carries the label is no probe: its node counts as not probed.
    private static ProbeRequest? RequestOf(V1Pod pod)
    {
        try
        {
            return ProbeRequestReader.Read(pod.Spec.Containers.FirstOrDefault()?.Env?.FirstOrDefault(e => e.Name == ProbeRequest.EnvironmentVariable)?.Value);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
