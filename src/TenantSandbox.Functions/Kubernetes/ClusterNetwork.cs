using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>What a cluster's network is to its tenants.</summary>
/// <param name="Closed">
/// Blocks such as <c>10.244.0.0/16</c> that no tenant can open, without duplicates, in ordinal order: those of its pods, Services, nodes and API server.
/// </param>
/// <param name="HasLocalDns">Whether pods can have AKS's LocalDNS, on their node, as their resolver.</param>
/// <param name="Unenforced">Why nothing enforces network policies there, as a clause; null if something does.</param>
internal sealed record ClusterNetwork(IReadOnlyList<string> Closed, bool HasLocalDns = false, string? Unenforced = null)
{
    public const string UnenforcedCode = "NoNetworkPolicyEngine";

    /// <summary>The addresses of LocalDNS: 169.254.10.10 and 169.254.10.11 (AKS documentation, "Configure LocalDNS").</summary>
    public const string LocalDnsBlock = "169.254.10.10/31";

    /// <summary>Refuses tenants, because policies of a cluster without an engine are stored and close nothing.</summary>
    /// <exception cref="InvalidException">Code <see cref="UnenforcedCode"/>.</exception>
    public void RequireEnforced(string clusterId)
    {
        if (Unenforced is not null)
        {
            throw new InvalidException(UnenforcedCode, Describe(clusterId));
        }
    }

    /// <summary>Why no tenant is placed there and what to do, without a full stop.</summary>
    public string Describe(string clusterId) =>
        $"cluster {clusterId} takes no tenants, because nothing there enforces network policies: {Unenforced}. Enable Cilium, Calico or Azure network policies; "
        + $"for an engine that AKS didn't install, name it in {TenantSandboxOptions.Section}__Clusters__<n>__NetworkPolicyEngine";
}
