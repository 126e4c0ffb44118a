using TenantSandbox.Core.Capacity;

namespace TenantSandbox.Functions.Configuration;

/// <summary>One AKS cluster, and the settings of its agent pools.</summary>
internal sealed class ClusterOptions
{
    /// <summary>The id in requests and stored state; must never change.</summary>
    public string Id { get; set; } = "";

    public string SubscriptionId { get; set; } = "";

    public string ResourceGroup { get; set; } = "";

    /// <summary>The managed cluster's resource name.</summary>
    public string Name { get; set; } = "";

    public string Region { get; set; } = "";

    /// <summary>Generation 2 with nested virtualization, not Arm.</summary>
    public string VmSize { get; set; } = "Standard_D4s_v5";

    /// <summary>vCPUs of a VM size that the built-in table lacks.</summary>
    public int? NodeVCpus { get; set; }

    /// <summary>Nominal memory of a VM size that the built-in table lacks.</summary>
    public int? NodeMemoryMiB { get; set; }

    /// <summary>The nodes' OS disk; null for the size that AKS makes by default.</summary>
    public int? NodeDiskGiB { get; set; }

    public int MinCount { get; set; } = 1;

    public int MaxCount { get; set; } = 10;

    public int MaxPods { get; set; } = 110;

    /// <summary>Availability zones; empty for a regional pool.</summary>
    public IList<string> Zones { get; } = [];

    /// <summary>Resource id of the subnet of new pools' nodes; null for that of the cluster's system pool.</summary>
    public string? SubnetId { get; set; }

    /// <summary>Resource id of the subnet of new pools' pods; null for that of the cluster's system pool, if it has one.</summary>
    public string? PodSubnetId { get; set; }

    /// <summary>A kubeconfig file; null to get the cluster's user credential from ARM.</summary>
    public string? Kubeconfig { get; set; }

    /// <summary>The context of <see cref="Kubeconfig"/>; null for its current one.</summary>
    public string? KubeContext { get; set; }

    /// <summary>The cluster's Gateway; null for that of the network settings.</summary>
    public GatewayOptions? Gateway { get; set; }

    /// <summary>
    /// Whether the cluster enforces CiliumNetworkPolicies with FQDN rules: Azure CNI powered by Cilium with Advanced Container Networking
    /// Services. Tenants may allow egress by host name there.
    /// </summary>
    public bool EgressByHostName { get; set; }

    /// <summary>
    /// The name of what enforces NetworkPolicies in the cluster, such as <c>calico</c>, where ARM doesn't know it: with a network plugin of one's
    /// own. Null to read it from ARM.
    /// </summary>
    public string? NetworkPolicyEngine { get; set; }

    /// <summary>The VM size from the built-in table, or from these settings if the table lacks it; null when neither knows it.</summary>
    public VmSize? FindVmSize() => this is { NodeVCpus: { } cpus, NodeMemoryMiB: { } memory }
        ? new VmSize(VmSize, cpus, memory)
        : VmSizes.Find(VmSize);
}
