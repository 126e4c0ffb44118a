using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Secrets;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Applies, suspends and deletes the objects of tenants' workloads: what makes pods, what scales them, Services, routes, ConfigMaps and claims.</summary>
internal sealed class TenantWorkloads(
    ClusterConnections connections,
    TenantNamespaces namespaces,
    WorkloadObjects objects,
    WorkloadDeletions deletions,
    ReplicaScaling scaling,
    DesiredTenants tenants,
    NetworkFeatures features,
    TenantSecrets secrets,
    InstallationRules rules,
    IOptions<TenantSandboxOptions> options)
{
    /// <summary>
    /// Makes the namespace contain exactly the workloads, Services, routes and ConfigMaps of the tenant's spec, and at least its claims: a claim
    /// is never deleted here. What can't be changed in place, like a Job's template or a workload's kind, is deleted before its successor is
    /// made. A Job that has ended stays, unless its part of the spec changed.
    /// </summary>
    /// <exception cref="SandboxException">Refused (a namespace that is missing or not the tenant's, another field manager) or failed.</exception>
    public async Task ApplyAsync(PlacedTenant placed, CancellationToken cancellationToken)
    {
        var tenant = await tenants.ReadAsync(placed, cancellationToken);
        // The settings can be newer than the spec.
        IdentityManifest.Require(tenant, rules);
        await ApplyDesiredAsync(tenant, cancellationToken);
    }

    /// <summary>
    /// Scales every workload to zero, suspends Jobs and schedules, and marks the namespace as suspended. Autoscalers, and runs of CronJobs that
    /// are under way, are deleted. Guardrails, Services and routes stay as they are in the spec, and are restored where they are missing.
    /// </summary>
    /// <exception cref="SandboxException">Refused or failed.</exception>
    [Function(ActivityNames.SuspendWorkloads)]
    public async Task SuspendAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken)
    {
        var tenant = (await tenants.ReadAsync(placed, cancellationToken)) with { IsSuspended = true };
        await namespaces.ApplyDesiredAsync(tenant, cancellationToken);
        await ApplyDesiredAsync(tenant, cancellationToken);
    }

    /// <summary>Deletes every workload, Service, route and ConfigMap of this incarnation; succeeds if there are none.</summary>
    /// <exception cref="SandboxException">Failed.</exception>
    [Function(ActivityNames.DeleteWorkloads)]
    public async Task DeleteAsync([ActivityTrigger] TenantNamespaceRef tenant, CancellationToken cancellationToken)
    {
        var found = await namespaces.ReadAsync(tenant, cancellationToken);
        if (found is not null && namespaces.IsOurs(found, tenant))
        {
            // A CronJob's Jobs are deleted with it.
            var live = await objects.ListAsync(tenant, cancellationToken);
            await deletions.DeleteAsync(tenant.ClusterId, live.Where(o => !JobRuns.IsRun(o)), cancellationToken);
        }
    }

    private async Task ApplyDesiredAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        // Rendered before the first write, so that a rendering failure changes nothing.
        var desired = Render(tenant);
        await namespaces.RequireAsync(tenant.Namespace, cancellationToken);
        await features.RequireFreeHostsAsync(tenant, cancellationToken);
        if (tenant.Spec.SecretRefs is not null)
        {
            // Pod templates name the versions of the Secrets that roll out.
            desired = Render(await ApplySecretsAsync(tenant, cancellationToken));
        }

        var live = await objects.ListAsync(tenant.Namespace, cancellationToken);
        var plan = WorkloadPlan.Of(desired, live, tenant.IsSuspended);
        await deletions.EndAsync(tenant.Namespace, plan.Replaced, cancellationToken);

        var remaining = live.Except(plan.Replaced).ToDictionary(WorkloadPlan.Key);
        var workloads = tenant.Spec.Workloads.ToDictionary(w => w.Name, StringComparer.Ordinal);
        // First what pods wait for, last what scales them.
        await Task.WhenAll(plan.Applied.Where(IsVolume).Select(m => connections.ApplyAsync(tenant.ClusterId, m, cancellationToken)));
        await Task.WhenAll(plan.Applied.Where(m => m is not V2HorizontalPodAutoscaler && !IsVolume(m)).Select(m => m is V1Deployment or V1StatefulSet
            ? scaling.ApplyAsync(tenant, workloads[m.Metadata.Name], m, remaining.GetValueOrDefault(WorkloadPlan.Key(m)), cancellationToken)
            : connections.ApplyAsync(tenant.ClusterId, m, cancellationToken)));
        await Task.WhenAll(plan.Applied.OfType<V2HorizontalPodAutoscaler>().Select(m => connections.ApplyAsync(tenant.ClusterId, m, cancellationToken)));
        await Task.WhenAll(plan.SuspendedJobs.Select(j => SuspendAsync(tenant.ClusterId, j.Job, j.IsSuspended, cancellationToken)));

        // Deletes what only an older revision has.
        var former = FormerConfigMaps(tenant);
        await deletions.DeleteAsync(tenant.ClusterId, plan.Removed.Where(o => o is not V1ConfigMap || !former.Contains(o.Metadata.Name)), cancellationToken);
        await EndRunsAsync(tenant, [.. desired.OfType<V1CronJob>()], cancellationToken);
        await secrets.DeleteUnusedAsync(tenant, cancellationToken);
        await DeleteUnusedAccountsAsync(tenant, cancellationToken);
    }

    private IKubernetesObject<V1ObjectMeta>[] Render(DesiredTenant tenant) =>
    [
        .. TenantManifests.Services(tenant, options.Value),
        .. TenantManifests.Workloads(tenant, options.Value),
        .. TenantManifests.Autoscalers(tenant, options.Value),
        .. TenantManifests.Routes(tenant, options.Value),
        .. TenantManifests.Volumes(tenant, options.Value),
    ];

    private Task<DesiredTenant> ApplySecretsAsync(DesiredTenant tenant, CancellationToken cancellationToken) => tenant.IsSuspended
        ? secrets.WithAppliedVersionsAsync(tenant, cancellationToken)
        : secrets.ApplyAsync(tenant, cancellationToken);

    // The accounts of identities that neither the spec has nor what still runs.
    private async Task DeleteUnusedAccountsAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var wanted = IdentityManifest.AccountNames(tenant);
        if (wanted.Count == 1 && options.Value.Identity.Rules.Count == 0)
        {
            return;
        }

        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var accounts = await connections.CallAsync(
            tenant.ClusterId,
            $"list ServiceAccounts of {ns}",
            client => client.CoreV1.ListNamespacedServiceAccountAsync(
                ns, labelSelector: Labels.Selector(options.Value.Owner, tenant.Namespace), cancellationToken: cancellationToken),
            cancellationToken);
        await Task.WhenAll(accounts.Items.Where(a => !wanted.Contains(a.Metadata.Name)).Select(a => connections.DeleteAsync(
            tenant.ClusterId,
            "ServiceAccount",
            a.Metadata,
            (client, body) => client.CoreV1.DeleteNamespacedServiceAccountAsync(a.Metadata.Name, ns, body, cancellationToken: cancellationToken),
            cancellationToken)));
    }

    private static bool IsVolume(IKubernetesObject<V1ObjectMeta> item) => item is V1ConfigMap or V1PersistentVolumeClaim;

    // Pods of the former spec may start again before they are replaced.
    private static HashSet<string> FormerConfigMaps(DesiredTenant tenant) => [.. (tenant.Former?.Spec.ConfigMaps ?? []).Select(m => m.Name)];

    /// <summary>Deletes runs that may not go on. Listed after the CronJobs were applied, so that none is started unseen.</summary>
    private async Task EndRunsAsync(DesiredTenant tenant, V1CronJob[] cronJobs, CancellationToken cancellationToken)
    {
        if (cronJobs.Length > 0)
        {
            var jobs = await objects.ListAsync(WorkloadObjectKind.Job, tenant.Namespace, cancellationToken);
            await deletions.DeleteAsync(tenant.ClusterId, JobRuns.FindOutOfPlace(jobs, cronJobs, tenant.IsSuspended), cancellationToken);
        }
    }

    // A merge patch: the rest of a Job's template can't be applied again without the agent pool that it was made for.
    private Task<V1Job?> SuspendAsync(string clusterId, V1Job job, bool isSuspended, CancellationToken cancellationToken) => connections.FindAsync(
        clusterId,
        $"{(isSuspended ? "suspend" : "resume")} Job {job.Metadata.NamespaceProperty}/{job.Metadata.Name}",
        client => client.BatchV1.PatchNamespacedJobAsync(
            new V1Patch(new { metadata = new { uid = job.Metadata.Uid }, spec = new { suspend = isSuspended } }, V1Patch.PatchType.MergePatch),
            job.Metadata.Name,
            job.Metadata.NamespaceProperty,
            fieldManager: ServerSideApply.FieldManager,
            cancellationToken: cancellationToken),
        cancellationToken);
}
