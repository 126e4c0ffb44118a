using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// The priority of pods in tenants' namespaces that the app makes beside the tenants' own. It is below those of Kubernetes
/// (<c>system-node-critical</c>, <c>system-cluster-critical</c>) and above the default, and its pods never preempt others.
/// </summary>
internal static class PriorityClassManifest
{
    /// <summary>All installations on a cluster share it, as the RuntimeClasses.</summary>
    public const string Name = "tenantsandbox-tenant";

    /// <summary>Users may take up to 1,000,000,000 (Kubernetes documentation, "Pod Priority and Preemption").</summary>
    private const int Value = 1_000_000;

    public static V1PriorityClass PriorityClass() => new()
    {
        ApiVersion = "scheduling.k8s.io/v1",
        Kind = "PriorityClass",
        Metadata = new V1ObjectMeta { Name = Name, Labels = new Dictionary<string, string> { [Labels.ManagedBy] = Labels.Product } },
        Value = Value,
        PreemptionPolicy = "Never",
        Description = "Pods of tenants of TenantSandbox. They never preempt other pods.",
    };
}
