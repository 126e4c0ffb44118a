using System.Security.Cryptography;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Probe;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Isolation;

/// <summary>Starts, watches and deletes probe pods.</summary>
internal sealed class IsolationProbes(
    ClusterConnections connections, TenantNamespaces namespaces, DesiredTenants tenants, ClusterTargets targets, ClusterNodes nodes, IOptions<TenantSandboxOptions> options,
    TimeProvider time)
{
    /// <summary>
    /// How long a node may have no room for a probe: probes of other tenants, which share the room, end within seconds, tenants' pods don't. A placeholder keeps room on
    /// each node; one that was full before, or is filled by pods of others, has none.
    /// </summary>
    private static readonly TimeSpan RoomWait = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan RoomRecheck = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Starts a probe on each node that a pod of the tenant runs on, and watches them for a bounded time. Called again, it starts only those that are missing, so that a probe that
    /// has begun keeps its nonce. Probes of earlier verifications are deleted.
    /// </summary>
    /// <exception cref="SandboxException">Refused or failed.</exception>
    [Function(ActivityNames.StartProbes)]
    public async Task<ProbeStart> StartAsync([ActivityTrigger] VerificationInput input, CancellationToken cancellationToken)
    {
        var settings = options.Value.Verification;
        if (!settings.HasProbe)
        {
            return new ProbeStart(settings.Enabled, 0, 0);
        }

        var tenant = await tenants.ReadAsync(input.Tenant, cancellationToken);
        await namespaces.RequireAsync(tenant.Namespace, cancellationToken);
        var mark = ProbePodManifest.MarkOf(input.InstanceId!);
        var pods = (await ListAsync(tenant.Namespace, selector: null, cancellationToken)).Items;
        var probes = pods.Where(p => p.Metadata.Labels?.ContainsKey(Labels.Probe) == true).ToArray();
        await DeleteAsync(tenant.ClusterId, probes.Where(p => p.Metadata.Labels[Labels.Probe] != mark), cancellationToken);

        var existing = probes.Select(p => p.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        string[] used = [.. pods.Where(IsOfWorkload).Select(p => p.Spec.NodeName).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var known = (await nodes.ReadAsync(tenant, used, cancellationToken)).Value ?? [];
        string[] missing = [.. used.Where(n => !existing.Contains(ProbePodManifest.NameOf(input.InstanceId!, n)))];
        var targetsOn = missing.Length == 0 ? null : await targets.ReadAsync(tenant, cancellationToken);
        foreach (var node in missing)
        {
            var request = new ProbeRequest(
                ProbeRequest.CurrentSchema, RandomNumberGenerator.GetHexString(32, lowercase: true), targetsOn!(known.FirstOrDefault(n => n.Metadata.Name == node)));
            await connections.CreatePodAsync(tenant.ClusterId, ProbePodManifest.Pod(tenant, input.InstanceId!, node, ProbeRequestReader.Write(request), options.Value), cancellationToken);
        }

        // Usually they end within one watch, which saves an activity.
        return new ProbeStart(true, used.Length, settings.ProbeSeconds, used.Length == 0 || (await WatchAsync(input, cancellationToken)).IsDone);
    }

    /// <summary>Returns when every probe of the verification has ended, or what is left when the time is up.</summary>
    /// <exception cref="SandboxException">A call failed.</exception>
    [Function(ActivityNames.WatchProbes)]
    public async Task<ProbeObservation> WatchAsync([ActivityTrigger] VerificationInput input, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + TimeSpan.FromSeconds(options.Value.Timing.WatchSeconds);
        var pacing = new WatchPacing(time);
        var tenant = input.Tenant.Namespace;
        var selector = $"{Labels.Probe}={ProbePodManifest.MarkOf(input.InstanceId!)}";
        while (true)
        {
            var list = await ListAsync(tenant, selector, cancellationToken);
            var now = time.GetUtcNow();
            var running = list.Items.Where(p => !p.HasEnded() && !(GetsNoRoom(p) && now - CreatedAt(p) > RoomWait)).ToArray();
            var left = until - now;
            if (running.Length == 0 || left <= TimeSpan.Zero)
            {
                return new ProbeObservation(running.Length == 0, running.Length == 0 ? "every probe has ended" : Describe(running));
            }

            // Nothing happens to a pod without room, so it is looked at again.
            var slice = running.Any(GetsNoRoom) && left > RoomRecheck ? RoomRecheck : left;
            await pacing.RunAsync(
                () => connections.WatchUntilEndedAsync(
                    tenant.ClusterId, NamespaceManifest.NameOf(tenant.TenantId), selector, list.Metadata.ResourceVersion, running, slice, cancellationToken),
                cancellationToken);
        }
    }

    /// <summary>Requests the deletion of every probe of the tenant, of whatever verification.</summary>
    /// <exception cref="SandboxException">A call failed.</exception>
    [Function(ActivityNames.DeleteProbes)]
    public async Task DeleteAsync([ActivityTrigger] TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        if (await namespaces.ReadAsync(tenant, cancellationToken) is { } found && namespaces.IsOurs(found, tenant))
        {
            await DeleteAsync(tenant.ClusterId, (await ListAsync(tenant, Labels.Probe, cancellationToken)).Items, cancellationToken);
        }
    }

    /// <summary>Whether the scheduler found no room for a probe on its node; it can be making some, by displacing the placeholder.</summary>
    internal static bool IsWithoutRoom(V1Pod pod) => pod.Status?.Phase == "Pending" && string.IsNullOrEmpty(pod.Spec.NodeName)
        && pod.Status.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False", Reason: "Unschedulable" })?.Message is { } message
        && (message.Contains("Insufficient ", StringComparison.Ordinal) || message.Contains("Too many pods", StringComparison.Ordinal));

    /// <summary>Whether no room is being made either.</summary>
    private static bool GetsNoRoom(V1Pod pod) => IsWithoutRoom(pod) && string.IsNullOrEmpty(pod.Status.NominatedNodeName);

    private static DateTimeOffset CreatedAt(V1Pod pod) =>
        pod.Metadata.CreationTimestamp is { } created ? new DateTimeOffset(created.ToUniversalTime()) : DateTimeOffset.MinValue;

    private static bool IsOfWorkload(V1Pod pod) =>
        pod.Metadata.Labels?.ContainsKey(Labels.Probe) != true && !pod.HasEnded() && pod.Metadata.DeletionTimestamp is null && !string.IsNullOrEmpty(pod.Spec.NodeName);

    private static string Describe(IEnumerable<V1Pod> pods) =>
        string.Join("; ", pods.OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).Take(3).Select(p => $"{p.Metadata.Name} is {p.Status?.Phase ?? "new"}"));

    private async Task DeleteAsync(string clusterId, IEnumerable<V1Pod> pods, CancellationToken cancellationToken) =>
        await Task.WhenAll(pods.Select(p => connections.DeletePodAsync(clusterId, p, cancellationToken)));

    private Task<V1PodList> ListAsync(TenantNamespaceRef tenant, string? selector, CancellationToken cancellationToken) =>
        connections.ListPodsAsync(tenant.ClusterId, NamespaceManifest.NameOf(tenant.TenantId), selector, cancellationToken);
}
