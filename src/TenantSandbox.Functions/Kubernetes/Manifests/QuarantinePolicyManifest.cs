using k8s.Models;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// The one policy of a quarantined tenant: isolates every pod and allows nothing, not even DNS. Policies only add permissions, so all others
/// are deleted; and this one is there before, so that no pod is ever without a policy. Lifting the quarantine deletes it, because no spec has it.
/// </summary>
internal static class QuarantinePolicyManifest
{
    public const string Name = "tenant-quarantine";

    public static V1NetworkPolicy Policy(DesiredTenant tenant, TenantSandboxOptions options) => new()
    {
        ApiVersion = "networking.k8s.io/v1",
        Kind = "NetworkPolicy",
        Metadata = NamespaceManifest.Metadata(Name, tenant, options),
        Spec = new V1NetworkPolicySpec { PodSelector = new V1LabelSelector(), PolicyTypes = ["Ingress", "Egress"] },
    };
}
