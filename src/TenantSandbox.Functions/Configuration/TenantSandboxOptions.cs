using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Functions.Azure.EventGrid;

namespace TenantSandbox.Functions.Configuration;

/// <summary>All settings, section <c>TenantSandbox</c>. docs/configuration.md explains each.</summary>
internal sealed class TenantSandboxOptions
{
    public const string Section = "TenantSandbox";

    /// <summary>Every tenant's namespace begins with it, and no other namespace may.</summary>
    public const string NamespacePrefix = "tenant-";

    /// <summary>Marks the resources of this product's installations; two installations on one cluster need different values.</summary>
    public string Owner { get; set; } = "tenantsandbox";

    /// <summary>
    /// Identifies this installation, which is one task hub, in the tags of its pools; null for the owner's name. It must never change.
    /// </summary>
    public string? Installation { get; set; }

    /// <summary>The installation, or the owner if none is set.</summary>
    public string InstallationName => Installation ?? Owner;

    public KataNameSet KataNames { get; set; } = KataNameSet.Current;

    public ArmOptions Arm { get; set; } = new();

    public AuthenticationOptions Authentication { get; set; } = new();

    /// <summary>The clusters where tenants can run, the preferred one first.</summary>
    public IList<ClusterOptions> Clusters { get; } = [];

    public EventTopicOptions EventTopic { get; set; } = new();

    public TimingOptions Timing { get; set; } = new();

    public NetworkOptions Network { get; set; } = new();

    public WorkloadOptions Workloads { get; set; } = new();

    public StorageOptions Storage { get; set; } = new();

    public SecretOptions Secrets { get; set; } = new();

    public IdentityOptions Identity { get; set; } = new();

    public PolicyOptions Policies { get; set; } = new();

    public VerificationOptions Verification { get; set; } = new();

    /// <summary>A cluster's Gateway; null if it has none.</summary>
    internal GatewayOptions? FindGateway(string clusterId) =>
        (FindCluster(clusterId)?.Gateway ?? Network.Gateway) is { Name: not null } gateway ? gateway : null;

    /// <summary>The most nodes that an agent pool of a cluster has; a cluster that isn't configured any more limits nothing.</summary>
    internal int FindMaxNodes(string clusterId) => FindCluster(clusterId)?.MaxCount ?? int.MaxValue;

    /// <summary>Whether a cluster enforces egress rules with host names.</summary>
    internal bool AllowsEgressByHostName(string clusterId) => FindCluster(clusterId)?.EgressByHostName == true;

    /// <summary>What enforces network policies in a cluster, as configured; null if ARM is asked.</summary>
    internal string? FindPolicyEngine(string clusterId) => FindCluster(clusterId)?.NetworkPolicyEngine;

    /// <summary>What these settings allow in requests; secrets and identities depend on other settings too (<see cref="InstallationSettings"/>).</summary>
    internal InstallationRules ToRules() => Workloads.ToRules() with
    {
        Network = new NetworkRules(
            [.. Network.HostNames], [.. Network.Sources.Keys], [.. Network.IngressCidrs], Network.LoadBalancers, Network.AllowNodePorts,
            Clusters.Any(c => c.EgressByHostName), [.. Network.AllowedPrivateCidrs]),
        StorageClasses = [.. Storage.Classes.Select(c => c.ToRule())],
    };

    private ClusterOptions? FindCluster(string clusterId) => Clusters.FirstOrDefault(c => c.Id == clusterId);
}
