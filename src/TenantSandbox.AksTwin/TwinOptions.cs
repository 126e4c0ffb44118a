namespace TenantSandbox.AksTwin;

/// <summary>Options of a twin. The defaults are one cluster, in memory, with <see cref="TimingProfile.Instant"/>.</summary>
public sealed record TwinOptions
{
    public string SubscriptionId { get; init; } = "11111111-2222-3333-4444-555555555555";

    public string ResourceGroup { get; init; } = "rg-tenant-sandbox";

    /// <summary>The managed clusters. They can't be created or deleted over ARM.</summary>
    public IReadOnlyList<TwinCluster> Clusters { get; init; } = [new()];

    /// <summary>Simulated durations.</summary>
    public TimingProfile Timing { get; init; } = TimingProfile.Instant;

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Seed of generated names and of injected faults with a probability: the same seed and calls give the same responses.
    /// </summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Whether the documented request limits of AKS and ARM apply. Null: only with <see cref="TimingProfile.Realistic"/>.
    /// </summary>
    public bool? Throttling { get; init; }

    /// <summary>vCPU quota per VM family and region; a PUT that exceeds it is rejected.</summary>
    public int VCpuQuotaPerFamily { get; init; } = 10_000;

    /// <summary>Directory of the state file; null keeps the state in memory.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>Address prefixes of the subnets in the resource group, by <c>{virtual network}/{subnet}</c>.</summary>
    public IReadOnlyDictionary<string, string> Subnets { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the permissions that calls need; null to keep none. It grows with the number of objects.</summary>
    public AccessLog? AccessLog { get; init; }

    /// <summary>Port of the ARM endpoint on 127.0.0.1; 0 picks a free one.</summary>
    public int ArmPort { get; init; }
}

/// <summary>One managed cluster of the twin.</summary>
public sealed record TwinCluster
{
    public string Name { get; init; } = "aks-twin";

    public string Location { get; init; } = "westeurope";

    public string KubernetesVersion { get; init; } = "1.34.2";

    public string PodCidr { get; init; } = "10.244.0.0/16";

    public string ServiceCidr { get; init; } = "10.0.0.0/16";

    /// <summary>IPv6 ranges of a dual-stack cluster's pods and Services; null for IPv4 only.</summary>
    public (string Pods, string Services)? IPv6Cidrs { get; init; }

    /// <summary>
    /// What enforces network policies: <c>cilium</c>, <c>calico</c>, <c>azure</c>, or <c>none</c> for a cluster that stores policies and enforces none.
    /// </summary>
    public string NetworkPolicy { get; init; } = "cilium";

    /// <summary>The address that the API server registers for the Service <c>kubernetes</c> when the cluster is made.</summary>
    public string ApiServerAddress { get; init; } = "198.51.100.10";

    /// <summary>Resource id of the system pool's subnet; null for AKS's own virtual network.</summary>
    public string? SubnetId { get; init; }

    /// <summary>Resource id of the subnet of the system pool's pods; null for an overlay.</summary>
    public string? PodSubnetId { get; init; }
}
