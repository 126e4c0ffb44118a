using k8s.Models;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// A RuntimeClass of our own on AKS's kata handler. AKS's own class declares 600Mi of overhead for every pod and the add-on manager
/// reverts changes to it; this one declares the overhead of its guest size, and tolerates the sandbox taint.
/// </summary>
internal static class RuntimeClassManifest
{
    public static V1RuntimeClass RuntimeClass(KataSizeClass sizeClass, KataNames names) => new()
    {
        ApiVersion = "node.k8s.io/v1",
        Kind = "RuntimeClass",
        Metadata = new V1ObjectMeta
        {
            Name = sizeClass.RuntimeClassName,
            Labels = new Dictionary<string, string> { [Labels.ManagedBy] = Labels.Product },
        },
        Handler = KataNames.Handler,
        Overhead = new V1Overhead
        {
            PodFixed = new Dictionary<string, ResourceQuantity> { ["memory"] = Quantities.MiB(sizeClass.OverheadMemoryMiB) },
        },
        Scheduling = new V1Scheduling
        {
            NodeSelector = new Dictionary<string, string> { [names.NodeLabel] = "true" },
            Tolerations =
            [
                new V1Toleration
                {
                    Key = SandboxNodes.TaintKey,
                    OperatorProperty = "Equal",
                    Value = SandboxNodes.TaintValue,
                    Effect = SandboxNodes.TaintEffect,
                },
            ],
        },
    };
}

/// <summary>The kata size class of a workload's pods.</summary>
internal static class SizeClass
{
    /// <exception cref="InvalidException">No class is large enough.</exception>
    public static KataSizeClass Of(WorkloadSpec workload, DesiredTenant tenant) => Of(workload, tenant.SizeClasses, tenant);

    /// <inheritdoc cref="Of(WorkloadSpec, DesiredTenant)"/>
    public static KataSizeClass Of(WorkloadSpec workload, IReadOnlyList<KataSizeClass> classes, DesiredTenant tenant) =>
        KataSizing.Fit(classes, workload.MemoryMiB)
        ?? throw new InvalidException(
            "GuestTooLarge",
            $"workload {workload.Name} of tenant {tenant.TenantId} asks for {workload.MemoryMiB} MiB; "
            + $"the largest size class on cluster {tenant.ClusterId} holds {classes.Max(c => c.MaxMemoryMiB)} MiB");

    /// <summary>The distinct classes of a tenant's workloads, smallest first.</summary>
    public static IReadOnlyList<KataSizeClass> AllOf(DesiredTenant tenant) =>
        [.. tenant.Spec.Workloads.Select(w => Of(w, tenant)).Distinct().OrderBy(c => c.MaxMemoryMiB)];
}
