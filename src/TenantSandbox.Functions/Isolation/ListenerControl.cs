using System.Security.Cryptography;
using System.Text;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Probe;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Workloads;

namespace TenantSandbox.Functions.Isolation;

/// <summary>
/// Finds the listener of a cluster, and shows that it answers: by a control probe that its policy lets in. One for all tenants of a cluster in
/// some minutes.
/// </summary>
internal sealed class ListenerControl(ClusterConnections connections, PodLogs logs, SeenCache cache, IOptions<TenantSandboxOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>A listener that didn't answer is tried again sooner.</summary>
    private static readonly TimeSpan FailureLifetime = TimeSpan.FromSeconds(30);

    /// <summary>How long a control probe is waited for. Without it, what tenants' probes see of the listener shows nothing.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(20);

    /// <summary>
    /// What the control probe found, at most some minutes ago, of a listener that is still there; never fails for a reason of the cluster.
    /// </summary>
    public async Task<Seen<ListenerFacts>> ProveAsync(string clusterId, CancellationToken cancellationToken)
    {
        var key = $"{clusterId}/listener";
        var seen = await cache.GetAsync(key, Lifetime, () => RunAsync(clusterId), cancellationToken);
        if (seen.Value is not { Failure: null, Address: { } proven })
        {
            return await cache.GetAsync(key, FailureLifetime, () => RunAsync(clusterId), cancellationToken);
        }

        try
        {
            // Its pod can have been replaced since, and nobody answers at its address then. What was found after that proof counts, so that many
            // verifications at once start one control probe.
            return (await FindAsync(clusterId))?.Status.PodIP == proven
                ? seen
                : await cache.GetAsync(key, time.GetUtcNow() - seen.At - TimeSpan.FromTicks(1), () => RunAsync(clusterId), cancellationToken);
        }
        catch (SandboxException e)
        {
            return seen with { Value = new ListenerFacts(proven, $"Whether the listener is still there could not be read: {e.Message}.") };
        }
    }

    private async Task<ListenerFacts> RunAsync(string clusterId)
    {
        string? address = null;
        try
        {
            address = (await FindAsync(clusterId))?.Status.PodIP;
            return address is null
                ? new ListenerFacts(null, $"No pod of Deployment {Namespace}/{ListenerManifest.Name} is ready.")
                : new ListenerFacts(address, await TryAsync(clusterId, address));
        }
        catch (SandboxException e)
        {
            return new ListenerFacts(address, $"The control probe failed: {e.Message}.");
        }
    }

    private string Namespace => SystemNamespaceManifest.NameOf(options.Value);

    private async Task<V1Pod?> FindAsync(string clusterId)
    {
        var pods = await connections.ListPodsAsync(clusterId, Namespace, ListenerManifest.Selector, CancellationToken.None);
        return pods.Items
            .Where(p => p.Metadata.DeletionTimestamp is null && p.Status?.PodIP is { Length: > 0 } && p.IsReady())
            .OrderBy(p => p.Metadata.Name, StringComparer.Ordinal)
            .FirstOrDefault();
    }

    /// <returns>Why it isn't shown that the listener answers; null if it did.</returns>
    private async Task<string?> TryAsync(string clusterId, string address)
    {
        await DeleteLeftAsync(clusterId);
        var request = new ProbeRequest(
            ProbeRequest.CurrentSchema,
            RandomNumberGenerator.GetHexString(32, lowercase: true),
            [ListenerManifest.Target(address, ProbeExpectation.Open, options.Value)]);
        var pod = ListenerManifest.ControlPod(ProbeRequestReader.Write(request), options.Value);
        var made = await connections.CreatePodAsync(clusterId, pod, CancellationToken.None);
        try
        {
            return await WaitAsync(clusterId, made) is { Status.Phase: "Succeeded" } ended
                ? Judge(await logs.ReadProbeAsync(clusterId, ended, CancellationToken.None), request)
                : $"The control probe {Namespace}/{made.Metadata.Name} did not end within {Wait.TotalSeconds:0} s.";
        }
        finally
        {
            await connections.DeletePodAsync(clusterId, made, CancellationToken.None);
        }
    }

    /// <returns>The pod when it has ended; null when the time is up or it is gone.</returns>
    private async Task<V1Pod?> WaitAsync(string clusterId, V1Pod made)
    {
        var until = time.GetUtcNow() + Wait;
        var pacing = new WatchPacing(time);
        while (true)
        {
            var list = await connections.ListPodsAsync(clusterId, Namespace, ListenerManifest.ControlSelector, CancellationToken.None);
            var pod = list.Items.FirstOrDefault(p => p.Metadata.Uid == made.Metadata.Uid);
            var left = until - time.GetUtcNow();
            if (pod is null || pod.HasEnded() || left <= TimeSpan.Zero)
            {
                return pod?.HasEnded() == true ? pod : null;
            }

            await pacing.RunAsync(
                () => connections.WatchUntilEndedAsync(
                    clusterId, Namespace, ListenerManifest.ControlSelector, list.Metadata.ResourceVersion, [pod], left, CancellationToken.None),
                CancellationToken.None);
        }
    }

    private static string? Judge(string log, ProbeRequest request)
    {
        try
        {
            var answer = ProbeResultReader.Read(Encoding.UTF8.GetBytes(log), request).Targets[0];
            return ProbeJudgement.Meets(ProbeExpectation.Open, answer.Outcome) ? null : $"The listener didn't answer the control probe: {answer.Outcome}.";
        }
        catch (FormatException e)
        {
            return $"The control probe printed no result: {e.Message}";
        }
    }

    // Those of workers that ended before they could delete them.
    private async Task DeleteLeftAsync(string clusterId)
    {
        var list = await connections.ListPodsAsync(clusterId, Namespace, ListenerManifest.ControlSelector, CancellationToken.None);
        var before = time.GetUtcNow() - Lifetime;
        await Task.WhenAll(list.Items.Where(p => p.Metadata.CreationTimestamp is { } made && made.ToUniversalTime() < before.UtcDateTime).Select(p => connections.DeletePodAsync(clusterId, p, CancellationToken.None)));
    }
}
