using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Applies, suspends and deletes the objects of tenants' workloads: what makes pods, what scales them, and Services.</summary>
internal sealed partial class TenantWorkloads(
    ClusterConnections connections,
    TenantNamespaces namespaces,
    WorkloadObjects objects,
    ReplicaScaling scaling,
    DesiredTenants tenants,
    IOptions<TenantSandboxOptions> options,
    TimeProvider time,
    ILogger<TenantWorkloads> logger)
{
    private const string Background = "Background";
    private const string Foreground = "Foreground";

    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastLook = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Makes the namespace contain exactly the workloads and Services of the tenant's spec. What can't be changed in place, like a Job's
    /// template or a workload's kind, is deleted before its successor is made. A Job that has ended stays, unless its part of the spec changed.
    /// </summary>
    /// <exception cref="SandboxException">Refused (a namespace that is missing or not the tenant's, another field manager) or failed.</exception>
    [Function(ActivityNames.ApplyWorkloads)]
    public async Task ApplyAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken) =>
        await ApplyDesiredAsync(await tenants.ReadAsync(placed, cancellationToken), cancellationToken);

    /// <summary>
    /// Scales every workload to zero, suspends Jobs and schedules, and marks the namespace as suspended. Autoscalers, and runs of CronJobs that
    /// are under way, are deleted. Guardrails and Services stay as they are in the spec, and are restored where they are missing.
    /// </summary>
    /// <exception cref="SandboxException">Refused or failed.</exception>
    [Function(ActivityNames.SuspendWorkloads)]
    public async Task SuspendAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken)
    {
        var tenant = (await tenants.ReadAsync(placed, cancellationToken)) with { IsSuspended = true };
        await namespaces.ApplyDesiredAsync(tenant, cancellationToken);
        await ApplyDesiredAsync(tenant, cancellationToken);
    }

    /// <summary>Deletes every workload and Service of this incarnation; succeeds if there are none.</summary>
    /// <exception cref="SandboxException">Failed.</exception>
    [Function(ActivityNames.DeleteWorkloads)]
    public async Task DeleteAsync([ActivityTrigger] TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var found = await namespaces.ReadAsync(tenant, cancellationToken);
        if (found is not null && namespaces.IsOurs(found, tenant))
        {
            // A CronJob's Jobs are deleted with it.
            var live = await objects.ListAsync(tenant, cancellationToken);
            await Task.WhenAll(live.Where(o => o.Metadata.OwnerReferences is not { Count: > 0 }).Select(o => DeleteOneAsync(tenant.ClusterId, o, Background, cancellationToken)));
        }
    }

    private async Task ApplyDesiredAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        // Rendered before the first write, so that a rendering failure changes nothing.
        IKubernetesObject<V1ObjectMeta>[] desired =
        [
            .. TenantManifests.Services(tenant, options.Value),
            .. TenantManifests.Workloads(tenant, options.Value),
            .. TenantManifests.Autoscalers(tenant, options.Value),
        ];
        await namespaces.RequireAsync(tenant.Namespace, cancellationToken);
        var live = await objects.ListAsync(tenant.Namespace, cancellationToken);
        var plan = WorkloadPlan.Of(desired, live, tenant.IsSuspended);
        await ReplaceAsync(tenant.Namespace, plan.Replaced, cancellationToken);

        var remaining = live.Except(plan.Replaced).ToDictionary(WorkloadPlan.Key);
        var workloads = tenant.Spec.Workloads.ToDictionary(w => w.Name, StringComparer.Ordinal);
        await Task.WhenAll(plan.Applied.Where(m => m is not V2HorizontalPodAutoscaler).Select(m => m is V1Deployment or V1StatefulSet
            ? scaling.ApplyAsync(tenant, workloads[m.Metadata.Name], m, remaining.GetValueOrDefault(WorkloadPlan.Key(m)), cancellationToken)
            : connections.ApplyAsync(tenant.ClusterId, m, cancellationToken)));
        await Task.WhenAll(plan.Applied.OfType<V2HorizontalPodAutoscaler>().Select(m => connections.ApplyAsync(tenant.ClusterId, m, cancellationToken)));
        await Task.WhenAll(plan.SuspendedJobs.Select(j => SuspendAsync(tenant.ClusterId, j.Job, j.IsSuspended, cancellationToken)));

        // Deletes what only an older revision has.
        await Task.WhenAll(plan.Removed.Select(o => DeleteOneAsync(tenant.ClusterId, o, Background, cancellationToken)));
    }

    /// <summary>Deletes objects with their pods, and waits for a bounded time until they are gone.</summary>
    /// <exception cref="ConflictException">They are still being deleted: the same call succeeds after that.</exception>
    private async Task ReplaceAsync(TenantNamespaceRef tenant, IReadOnlyList<IKubernetesObject<V1ObjectMeta>> replaced, CancellationToken cancellationToken)
    {
        await Task.WhenAll(replaced.Where(o => o.Metadata.DeletionTimestamp is null)
            .Select(o => DeleteOneAsync(tenant.ClusterId, o, Foreground, cancellationToken)));
        var until = time.GetUtcNow() + TimeSpan.FromSeconds(options.Value.Timing.WatchSeconds);
        var delay = FirstLook;
        var left = replaced;
        while (left.Count > 0)
        {
            var lists = await Task.WhenAll(left.Select(WorkloadObjectKind.Of).Distinct().Select(kind => objects.ListAsync(kind, tenant, cancellationToken)));
            var found = lists.SelectMany(l => l).Select(o => o.Metadata.Uid).ToHashSet(StringComparer.Ordinal);
            left = [.. left.Where(o => found.Contains(o.Metadata.Uid))];
            if (left.Count == 0)
            {
                return;
            }

            if (time.GetUtcNow() >= until)
            {
                var names = string.Join(", ", left.Select(o => $"{WorkloadObjectKind.Of(o).Name} {o.Metadata.Name}"));
                throw new ConflictException(
                    "WorkloadTerminating", $"{names} of {NamespaceManifest.NameOf(tenant.TenantId)} on cluster {tenant.ClusterId} must end before the successor is made");
            }

            await Task.Delay(delay, time, cancellationToken);
            delay = delay * 2 < LastLook ? delay * 2 : LastLook;
        }
    }

    // A merge patch: the rest of a Job's template can't be applied again without the agent pool that it was made for.
    private Task SuspendAsync(string clusterId, V1Job job, bool isSuspended, CancellationToken cancellationToken) => connections.FindAsync(
        clusterId,
        $"{(isSuspended ? "suspend" : "resume")} Job {job.Metadata.NamespaceProperty}/{job.Metadata.Name}",
        client => client.BatchV1.PatchNamespacedJobAsync(
            new V1Patch(new { metadata = new { uid = job.Metadata.Uid }, spec = new { suspend = isSuspended } }, V1Patch.PatchType.MergePatch),
            job.Metadata.Name,
            job.Metadata.NamespaceProperty,
            fieldManager: ServerSideApply.FieldManager,
            cancellationToken: cancellationToken),
        cancellationToken);

    private async Task DeleteOneAsync(string clusterId, IKubernetesObject<V1ObjectMeta> item, string propagation, CancellationToken cancellationToken)
    {
        var (kind, metadata) = (WorkloadObjectKind.Of(item), item.Metadata);
        var body = new V1DeleteOptions
        {
            ApiVersion = "v1",
            Kind = "DeleteOptions",
            PropagationPolicy = propagation,
            Preconditions = new V1Preconditions { Uid = metadata.Uid },
        };
        await connections.CallAsync(
            clusterId,
            $"delete {kind.Name} {metadata.NamespaceProperty}/{metadata.Name}",
            async client =>
            {
                try
                {
                    await kind.DeleteAsync(client, metadata, body, cancellationToken);
                }
                catch (HttpOperationException e) when (KubernetesFailures.IsNotFound(e))
                {
                    // Deleted meanwhile.
                }
                catch (JsonException)
                {
                    // The client expects the deleted object in the response; some API servers return a Status.
                }

                return true;
            },
            cancellationToken);
        LogDeleted(kind.Name, metadata.NamespaceProperty, metadata.Name, clusterId);
    }

    [LoggerMessage(LogLevel.Information, "Deletion of {Kind} {Namespace}/{Name} on cluster {ClusterId} was requested.")]
    private partial void LogDeleted(string kind, string @namespace, string name, string clusterId);
}
