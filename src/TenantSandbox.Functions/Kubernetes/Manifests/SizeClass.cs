using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The kata size class of a workload's pods.</summary>
internal static class SizeClass
{
    /// <exception cref="InvalidException">No class is large enough.</exception>
    public static KataSizeClass Of(WorkloadSpec workload, PlacedTenant tenant) =>
        KataSizing.Fit(tenant.SizeClasses, workload.MemoryMiB)
        ?? throw new InvalidException(
            "GuestTooLarge",
            $"workload {workload.Name} of tenant {tenant.TenantId} asks for {workload.MemoryMiB} MiB; "
            + $"the largest size class on cluster {tenant.ClusterId} holds {tenant.SizeClasses.Max(c => c.MaxMemoryMiB)} MiB");

    /// <summary>The distinct classes that a tenant's workloads take, smallest first.</summary>
    public static IReadOnlyList<KataSizeClass> AllOf(PlacedTenant tenant) =>
        [.. tenant.Spec.Workloads.Select(w => Of(w, tenant)).Distinct().OrderBy(c => c.MaxMemoryMiB)];
}
