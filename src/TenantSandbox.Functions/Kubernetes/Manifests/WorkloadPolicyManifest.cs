using System.Net;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// One policy for each workload, where any of the tenant's workloads has rules of its own. Policies add up, so the policy of the whole
/// namespace then opens nothing but DNS.
/// </summary>
internal static class WorkloadPolicyManifest
{
    /// <summary>Whether the policies of workloads say what may connect, instead of that of the namespace.</summary>
    public static bool AreUsed(TenantSpec spec) =>
        spec.Workloads.Any(w => w.Ingress is not null || w.EgressAllowList is not null || w.Expose is not null)
        || spec.EgressAllowList.Any(r => r.Cidr is null);

    /// <param name="tenant">The tenant.</param>
    /// <param name="options">All settings.</param>
    /// <param name="denied">What no rule can open.</param>
    /// <exception cref="InvalidException">A rule can't be had on this cluster.</exception>
    public static IReadOnlyList<V1NetworkPolicy> Policies(DesiredTenant tenant, TenantSandboxOptions options, DeniedBlocks denied) =>
        AreUsed(tenant.Spec) ? [.. tenant.Spec.Workloads.Select(w => Policy(w, tenant, options, denied))] : [];

    public static string NameOf(WorkloadSpec workload) => $"workload-{workload.Name}";

    /// <summary>What the pods of a workload may connect to.</summary>
    public static IReadOnlyList<EgressRule> EgressOf(WorkloadSpec workload, DesiredTenant tenant) => workload.EgressAllowList ?? tenant.Spec.EgressAllowList;

    private static V1NetworkPolicy Policy(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options, DeniedBlocks denied)
    {
        var metadata = NamespaceManifest.Metadata(NameOf(workload), tenant, options);
        metadata.Labels[Labels.Workload] = workload.Name;
        return new V1NetworkPolicy
        {
            ApiVersion = "networking.k8s.io/v1",
            Kind = "NetworkPolicy",
            Metadata = metadata,
            Spec = new V1NetworkPolicySpec
            {
                PodSelector = PodsOf(workload.Name),
                PolicyTypes = ["Ingress", "Egress"],
                Ingress = [.. Ingress(workload, tenant, options, denied)],
                Egress = [.. Egress(EgressOf(workload, tenant), denied)],
            },
        };
    }

    private static IEnumerable<V1NetworkPolicyIngressRule> Ingress(
        WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options, DeniedBlocks denied)
    {
        if (workload.Ingress is not { } ingress)
        {
            yield return new V1NetworkPolicyIngressRule { FromProperty = [NetworkPolicyManifest.OwnPods()] };
        }
        else
        {
            foreach (var source in ingress.From)
            {
                yield return new V1NetworkPolicyIngressRule
                {
                    FromProperty = [PeerOf(source, options.Network, denied)],
                    Ports = NetworkPolicyManifest.Ports(source.Ports),
                };
            }
        }

        if (workload.Expose is { } exposure && options.FindGateway(tenant.ClusterId)?.Source is { } gateway)
        {
            yield return new V1NetworkPolicyIngressRule
            {
                FromProperty = [PodsOfSource(gateway, options.Network)],
                Ports = NetworkPolicyManifest.Ports([new WorkloadPort(TargetOf(workload, exposure))]),
            };
        }
    }

    private static IEnumerable<V1NetworkPolicyEgressRule> Egress(IReadOnlyList<EgressRule> rules, DeniedBlocks denied)
    {
        // A list that names workloads is meant to be all of them.
        if (!rules.Any(r => r.Workload is not null))
        {
            yield return new V1NetworkPolicyEgressRule { To = [NetworkPolicyManifest.OwnPods()] };
        }

        foreach (var rule in rules)
        {
            if (rule.Workload is { } workload)
            {
                yield return new V1NetworkPolicyEgressRule
                {
                    To = [new V1NetworkPolicyPeer { PodSelector = PodsOf(workload) }],
                    Ports = NetworkPolicyManifest.Ports(rule.Ports),
                };
            }
            else if (rule.Cidr is not null)
            {
                yield return NetworkPolicyManifest.Allow(rule, denied);
            }
        }
    }

    private static V1NetworkPolicyPeer PeerOf(IngressSource source, NetworkOptions network, DeniedBlocks denied) => source switch
    {
        { Workload: { } workload } => new V1NetworkPolicyPeer { PodSelector = PodsOf(workload) },
        { Source: { } name } => PodsOfSource(name, network),
        _ => new V1NetworkPolicyPeer { IpBlock = BlockOf(source.Cidr!, network, denied) },
    };

    // A stored request can be older than the settings.
    private static V1IPBlock BlockOf(string cidr, NetworkOptions network, DeniedBlocks denied)
    {
        var block = IPNetwork.Parse(cidr);
        if (!network.IngressCidrs.Select(c => IPNetwork.Parse(c)).Any(allowed => DeniedBlocks.Covers(allowed, block)))
        {
            throw new InvalidException(
                "IngressDenied",
                $"connections from {cidr} can't be allowed: it lies in none of the blocks of {TenantSandboxOptions.Section}__Network__IngressCidrs");
        }

        return denied.BlockWithout(block, isEgress: false);
    }

    private static V1NetworkPolicyPeer PodsOfSource(string name, NetworkOptions network)
    {
        if (!network.Sources.TryGetValue(name, out var source))
        {
            throw new InvalidException(
                "SourceUnknown",
                $"the ingress source {name} is not configured: set {TenantSandboxOptions.Section}__Network__Sources__{name}__Namespace");
        }

        return new V1NetworkPolicyPeer
        {
            NamespaceSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { [Labels.NamespaceName] = source.Namespace } },
            PodSelector = source.PodLabels.Count == 0
                ? null
                : new V1LabelSelector { MatchLabels = new SortedDictionary<string, string>(source.PodLabels, StringComparer.Ordinal) },
        };
    }

    // Without a namespace selector, a pod selector means this namespace only.
    private static V1LabelSelector PodsOf(string workload) => new() { MatchLabels = new Dictionary<string, string> { [Labels.Workload] = workload } };

    private static int TargetOf(WorkloadSpec workload, Exposure exposure) => workload.EffectiveServices()
        .Where(s => s.Name == exposure.Service)
        .SelectMany(s => s.Ports)
        .Where(p => p.Port == exposure.Port && p.Protocol == "TCP")
        .Select(workload.TargetOf)
        .FirstOrDefault() ?? exposure.Port;
}
