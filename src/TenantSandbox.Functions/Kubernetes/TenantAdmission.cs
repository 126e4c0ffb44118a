using System.Text.Json.Serialization;
using k8s;
using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.PodSecurity;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Baseline;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Secrets;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>
/// Checks whether a cluster would take a tenant's objects: pods against the restricted Pod Security Standard, which a cluster may not enforce, then
/// all objects by dry run of its API server. A dry run needs a namespace that exists, so each
/// installation has one for them on each cluster, with the tenants' guardrails and nothing in it.
/// </summary>
internal sealed class TenantAdmission(
    ClusterConnections connections,
    WorkloadObjects objects,
    DesiredTenants tenants,
    ClaimPreflight claims,
    TenantSecrets secrets,
    InstallationRules rules,
    IClusterNetworks networks,
    NetworkFeatures features,
    ClusterBaseline baseline,
    IOptions<TenantSandboxOptions> options)
{
    private const int MaxRefusals = 10;

    // Nothing is scheduled in a dry run, so the pool needn't exist.
    private const string AnyPool = "any";

    /// <summary>
    /// Dry-runs every object of the tenant, and a pod of every workload, because the dry run of what makes pods admits none. Nothing is asked of
    /// a cluster without its baseline, whose policies are a part of the answer. Claims are compared with those that exist. Secrets are read from
    /// their vaults, and sent with placeholders. Pods that violate the Pod Security Standard are refused before any call to the cluster.
    /// </summary>
    /// <exception cref="SandboxException">The API server could not be asked, or the namespace for dry runs is someone else's.</exception>
    [Function(ActivityNames.CheckAdmission)]
    public async Task<AdmissionAnswer> CheckAsync([ActivityTrigger] PlacedTenant placed, CancellationToken cancellationToken)
    {
        var tenant = await tenants.ReadAsync(placed with { PoolName = AnyPool }, cancellationToken);
        IdentityManifest.Require(tenant, rules);
        var workloads = TenantManifests.Workloads(tenant, options.Value);
        V1Pod[] pods = [.. workloads.Select(PodOf)];
        if (pods.SelectMany(FindViolations).ToArray() is { Length: > 0 } violations)
        {
            return new([.. violations.Take(MaxRefusals)]);
        }

        if (!await baseline.IsCurrentAsync(tenant.ClusterId, cancellationToken))
        {
            return new([], NeedsBaseline: true);
        }

        var found = await claims.CheckAsync(tenant, placed.MovesFrom, cancellationToken);
        if (found.Refusals.Count > 0)
        {
            return new([.. found.Refusals.Take(MaxRefusals)]);
        }

        var network = await networks.GetAsync(tenant.ClusterId, cancellationToken);
        if (await features.FindRefusalsAsync(tenant, network, cancellationToken) is { Count: > 0 } missing)
        {
            return new([.. missing.Take(MaxRefusals)]);
        }

        await PrepareAsync(tenant, cancellationToken);

        IKubernetesObject<V1ObjectMeta>[] manifests =
        [
            .. TenantManifests.Guardrails(tenant, options.Value, network),
            .. workloads,
            .. TenantManifests.Autoscalers(tenant, options.Value),
            .. TenantManifests.Services(tenant, options.Value),
            .. TenantManifests.Routes(tenant, options.Value),
            .. TenantManifests.Volumes(tenant, options.Value),
            .. SecretManifest.Placeholders(tenant, options.Value),
            .. pods,
        ];
        var refusals = await Task.WhenAll(manifests.Select(manifest => TryAsync(tenant.ClusterId, manifest, cancellationToken)));
        var immutable = await FindImmutableAsync(tenant.Namespace, [.. workloads.OfType<V1StatefulSet>()], cancellationToken);
        var unreadable = await secrets.CheckAsync(tenant, cancellationToken);
        return new(
            [.. unreadable.Concat(immutable).Concat(refusals.OfType<string>()).Distinct().Take(MaxRefusals)],
            found.Zones.Count > 0 ? found.Zones : null);
    }

    // The namespace for dry runs doesn't have the StatefulSets that exist.
    private async Task<IEnumerable<string>> FindImmutableAsync(TenantNamespaceRef tenant, V1StatefulSet[] wanted, CancellationToken cancellationToken)
    {
        if (wanted.Length == 0)
        {
            return [];
        }

        var sets = await objects.ListAsync(WorkloadObjectKind.Of(wanted[0]), tenant, cancellationToken);
        var live = sets.OfType<V1StatefulSet>().ToDictionary(o => o.Metadata.Name, StringComparer.Ordinal);
        return wanted.SelectMany(w => live.GetValueOrDefault(w.Metadata.Name) is { } existing
            ? StatefulSetManifest.ImmutableDifferences(w, existing).Select(field => $"StatefulSet {w.Metadata.Name}: {ImmutableFields.Describe(field)}")
            : []);
    }

    private static IEnumerable<string> FindViolations(V1Pod pod) => RestrictedPodSecurity.FindViolations(pod)
        .Select(v => $"Pod {pod.Metadata.Name} violates PodSecurity \"restricted:{PodSecurityEvaluator.Version}\", check {v.Check}: {v.Message}.");

    /// <summary>A pod of a workload as its controller makes it.</summary>
    internal static V1Pod PodOf(IKubernetesObject<V1ObjectMeta> workload)
    {
        var template = WorkloadManifest.TemplateOf(workload);
        var spec = KubernetesJson.Deserialize<V1PodSpec>(KubernetesJson.Serialize(template.Spec));
        // Of the accounts, only the one that all tenants have exists in the namespace for dry runs.
        spec.ServiceAccountName = NamespaceManifest.ServiceAccountName;
        if (workload is V1StatefulSet { Spec.VolumeClaimTemplates: { } claims })
        {
            spec.Volumes = [.. claims.Select(c => VolumeOf(c, workload.Metadata.Name)), .. spec.Volumes ?? []];
        }

        return new()
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new V1ObjectMeta { Name = workload.Metadata.Name, Labels = template.Metadata?.Labels, Annotations = template.Metadata?.Annotations },
            Spec = spec,
        };
    }

    // As the StatefulSet's controller adds them. That the claim doesn't exist is no matter before the pod is scheduled.
    private static V1Volume VolumeOf(V1PersistentVolumeClaim template, string set) => new()
    {
        Name = template.Metadata.Name,
        PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = $"{template.Metadata.Name}-{set}-0" },
    };

    /// <returns>Why it is refused, in the API server's words; null if it isn't.</returns>
    private async Task<string?> TryAsync(string clusterId, IKubernetesObject<V1ObjectMeta> manifest, CancellationToken cancellationToken)
    {
        manifest.Metadata.NamespaceProperty = DryRunNamespace.NameOf(options.Value);
        try
        {
            await connections.TryApplyAsync(clusterId, manifest, cancellationToken);
            return null;
        }
        catch (SandboxException e) when (e.ErrorClass is ErrorClass.Invalid or ErrorClass.Quota)
        {
            return $"{e.Message}.";
        }
    }

    // Nearly always both are there, and two reads cost less than two writes.
    private async Task PrepareAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var (ns, account) = (DryRunNamespace.Namespace(options.Value), DryRunNamespace.ServiceAccount(options.Value));
        var name = ns.Metadata.Name;
        var namespaceRead = connections.FindAsync(
            tenant.ClusterId, $"read namespace {name}", client => client.CoreV1.ReadNamespaceAsync(name, cancellationToken: cancellationToken), cancellationToken);
        var accountRead = connections.FindAsync(
            tenant.ClusterId,
            $"read ServiceAccount {name}/{account.Metadata.Name}",
            client => client.CoreV1.ReadNamespacedServiceAccountAsync(account.Metadata.Name, name, cancellationToken: cancellationToken),
            cancellationToken);
        await Task.WhenAll(namespaceRead, accountRead);
        if (await namespaceRead is { } found)
        {
            DryRunNamespace.Require(found, options.Value, tenant.ClusterId);
            // The apply fails if the namespace was replaced by another one of this name after the read.
            ns.Metadata.Uid = found.Metadata.Uid;
        }

        if (await namespaceRead is not { } present || !DryRunNamespace.IsAsWanted(ns, present))
        {
            await connections.ApplyAsync(tenant.ClusterId, ns, cancellationToken);
        }

        if (await accountRead is not { } existing || !DryRunNamespace.IsAsWanted(account, existing))
        {
            await connections.ApplyAsync(tenant.ClusterId, account, cancellationToken);
        }
    }
}

/// <summary>Whether a cluster would take a tenant's objects.</summary>
/// <param name="Refusals">
/// Each refusal in the API server's words, or what is wrong with the claims or the security of pods; at most 10; empty if it would take everything.
/// </param>
/// <param name="VolumeZones">The zones of the volumes that the tenant has, each of which its nodes must reach; null for none.</param>
/// <param name="NeedsBaseline">Whether the cluster's baseline must be applied before it can be asked; there are no refusals then.</param>
public sealed record AdmissionAnswer(
    [property: JsonPropertyName("refusals")] IReadOnlyList<string> Refusals,
    [property: JsonPropertyName("volumeZones"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<IReadOnlyList<string>>? VolumeZones = null,
    [property: JsonPropertyName("needsBaseline"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool NeedsBaseline = false);
