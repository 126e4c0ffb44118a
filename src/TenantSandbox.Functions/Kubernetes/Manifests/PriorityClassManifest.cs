using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The priorities of the app's own pods, all below those of Kubernetes (<c>system-node-critical</c>, <c>system-cluster-critical</c>).</summary>
internal static class PriorityClassManifest
{
    /// <summary>Of tenants' pods, where they are probed: above the default, and never preempts. All installations on a cluster share the classes, as the RuntimeClasses.</summary>
    public const string Name = "tenantsandbox-tenant";

    /// <summary>Of probes: displaces placeholders, and no tenant's pod.</summary>
    public const string ProbeName = "tenantsandbox-probe";

    /// <summary>Of placeholders: everything else displaces them.</summary>
    public const string PlaceholderName = "tenantsandbox-placeholder";

    /// <summary>Users may take up to 1,000,000,000 (Kubernetes documentation, "Pod Priority and Preemption").</summary>
    private const int Value = 1_000_000;

    /// <summary>The cluster autoscaler neither adds a node for pods below -10 nor keeps one (its <c>--expendable-pods-priority-cutoff</c>).</summary>
    private const int PlaceholderValue = -100;

    public static V1PriorityClass PriorityClass() => Of(Name, Value, "Never", "Pods of tenants of TenantSandbox. They never preempt other pods.");

    /// <summary>The classes that an installation with probes needs in addition.</summary>
    public static IReadOnlyList<V1PriorityClass> OfProbes() =>
    [
        Of(ProbeName, 0, "PreemptLowerPriority", "Probes of TenantSandbox. They displace placeholders, and no pod of a tenant."),
        Of(PlaceholderName, PlaceholderValue, "Never", "Placeholders of TenantSandbox, which keep room for probes. Every other pod displaces them."),
    ];

    private static V1PriorityClass Of(string name, int value, string preemption, string description) => new()
    {
        ApiVersion = "scheduling.k8s.io/v1",
        Kind = "PriorityClass",
        Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string> { [Labels.ManagedBy] = Labels.Product } },
        Value = value,
        PreemptionPolicy = preemption,
        Description = description,
    };
}
