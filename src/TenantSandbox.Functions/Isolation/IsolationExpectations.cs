using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Isolation.Network;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Isolation;

/// <summary>Says what isolation requires of a tenant, from what is rendered for it and the settings.</summary>
internal sealed class IsolationExpectations(IClusterNetworks networks, IOptions<TenantSandboxOptions> options)
{
    /// <exception cref="Core.Errors.SandboxException">The cluster's address ranges could not be read, or the tenant can't be rendered.</exception>
    public async Task<IsolationExpectation> OfAsync(DesiredTenant tenant, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var names = KataNames.Of(settings.KataNames);
        var network = await networks.GetAsync(tenant.ClusterId, cancellationToken);
        var isDedicated = tenant.Spec.Tier == TenantTier.Dedicated;
        return new IsolationExpectation
        {
            TenantId = tenant.TenantId,
            Namespace = NamespaceManifest.NameOf(tenant.TenantId),
            ClusterId = tenant.ClusterId,
            PoolName = tenant.PoolName!,
            PoolMarks = new PoolMarks(
                settings.Owner, settings.InstallationName, tenant.ClusterId, null, PoolMarks.TierName(tenant.Spec.Tier), isDedicated ? tenant.TenantId : null),
            Names = new SandboxNames(
                names.WorkloadRuntime, names.OsSku, names.NodeLabel, KataNames.Handler, [SandboxNodes.AgentPoolLabel, SandboxNodes.PoolLabel], SandboxNodes.TaintText,
                Labels.Workload, Labels.Probe),
            IsBoundToPool = settings.Workloads.BindToPool,
            SizeClasses = tenant.SizeClasses,
            Workloads = [.. tenant.Spec.Workloads.Select(w => WorkloadOf(w, tenant, settings))],
            Policies =
            [
                .. TenantManifests.Guardrails(tenant, settings, network).Where(g => g is V1NetworkPolicy or CiliumNetworkPolicy).Select(ObservedJson.Of),
            ],
            ClosedTargets = [.. ClosedTargets(settings, network)],
            OpenDns = network.HasLocalDns
                ? AddressPortSet.Of(AddressSet.Parse(ClusterNetwork.LocalDnsBlock), PortSet.Of(TransportProtocol.Udp, 53, 53).Union(PortSet.Of(TransportProtocol.Tcp, 53, 53)))
                : AddressPortSet.Empty,
            NoPolicyEngine = network.Unenforced,
            Probe = settings.Verification.HasProbe ? new ExpectedProbe(VerificationOptions.ProbeMemoryMiB, VerificationOptions.ProbeCpuMillis) : null,
            NoProbeReason = settings.Verification is { HasProbe: false, WithoutProbe: true }
                ? "This installation accepts that nothing is probed (TenantSandbox__Verification__WithoutProbe)."
                : null,
            NotRefused = NotRefused(settings),
        };
    }

    private static ExpectedWorkload WorkloadOf(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions settings)
    {
        var template = WorkloadManifest.TemplateOf(WorkloadManifest.Of(workload, tenant, settings));
        var least = workload.Kind.RunsToCompletion() ? 0 : workload.Scaling is { } scaling ? ReplicaRange.Of(scaling).Min : workload.Replicas;
        return new ExpectedWorkload(
            workload.Name, SizeClass.Of(workload, tenant).RuntimeClassName, least,
            template.Spec.AllContainers().ToDictionary(c => c.Name, c => c.Image, StringComparer.Ordinal));
    }

    private static IEnumerable<ClosedTarget> ClosedTargets(TenantSandboxOptions settings, ClusterNetwork network)
    {
        var allowed = AddressSet.Union(settings.Network.AllowedPrivateCidrs.Select(AddressSet.Parse));
        return
        [
            .. ClosedAddresses.Always.Select(r => new ClosedTarget(r.Name, r.Addresses)),
            .. ClosedAddresses.Private.Select(r => new ClosedTarget("private addresses", r.Addresses.Except(allowed))).Where(t => !t.Addresses.IsEmpty),
            .. network.Closed.Select(b => new ClosedTarget("the cluster's own addresses", AddressSet.Parse(b))),
            .. settings.Network.DeniedCidrs.Select(b => new ClosedTarget("addresses that this installation denies", AddressSet.Parse(b))),
        ];
    }

    private static Dictionary<ForbiddenPod, string> NotRefused(TenantSandboxOptions settings)
    {
        var reasons = new Dictionary<ForbiddenPod, string>();
        if (!settings.Policies.Required)
        {
            const string NotRequired = "This installation doesn't require admission policies (TenantSandbox__Policies__Required).";
            reasons[ForbiddenPod.WithoutKata] = NotRequired;
            reasons[ForbiddenPod.OfForeignRegistry] = NotRequired;
        }
        else if (settings.Policies.Registries.Count == 0)
        {
            reasons[ForbiddenPod.OfForeignRegistry] = "This installation allows every registry (TenantSandbox__Policies__Registries).";
        }

        return reasons;
    }
}
