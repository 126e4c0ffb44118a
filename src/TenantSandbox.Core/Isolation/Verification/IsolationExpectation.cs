using System.Text.Json.Nodes;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Isolation.Network;
using TenantSandbox.Core.Placement;

namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>What isolation requires of one tenant on one cluster.</summary>
public sealed record IsolationExpectation
{
    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>Its namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The configured id of its cluster.</summary>
    public required string ClusterId { get; init; }

    /// <summary>Its agent pool.</summary>
    public required string PoolName { get; init; }

    /// <summary>The tags that the pool must have; its generation isn't compared, which placement does before a pool is used.</summary>
    public required PoolMarks PoolMarks { get; init; }

    /// <summary>The names of Pod Sandboxing on this cluster.</summary>
    public required SandboxNames Names { get; init; }

    /// <summary>Whether pods are bound to their tenant's pool; false only where nodes don't have the pools' labels.</summary>
    public bool IsBoundToPool { get; init; } = true;

    /// <summary>The kata RuntimeClasses with their overhead.</summary>
    public required IReadOnlyList<KataSizeClass> SizeClasses { get; init; }

    /// <summary>The tenant's workloads.</summary>
    public required IReadOnlyList<ExpectedWorkload> Workloads { get; init; }

    /// <summary>Whether the tenant was verified before and is in use: that a workload doesn't run then is only a warning.</summary>
    public bool IsInUse { get; init; }

    /// <summary>The policies that are rendered for the tenant.</summary>
    public required IReadOnlyList<JsonObject> Policies { get; init; }

    /// <summary>The addresses that no pod of a tenant may connect to.</summary>
    public required IReadOnlyList<ClosedTarget> ClosedTargets { get; init; }

    /// <summary>The DNS resolvers among the closed addresses that pods may use; none unless the cluster has some.</summary>
    public AddressPortSet OpenDns { get; init; } = AddressPortSet.Empty;

    /// <summary>Why nothing enforces policies on the cluster; null where something does.</summary>
    public string? NoPolicyEngine { get; init; }

    /// <summary>What probes are asked; null where nothing is probed.</summary>
    public ExpectedProbe? Probe { get; init; }

    /// <summary>Why it is accepted that nothing is probed; null where it isn't, so that verifications without probes fail.</summary>
    public string? NoProbeReason { get; init; }

    /// <summary>Why a pod need not be refused in this installation; a pod that isn't listed must be.</summary>
    public IReadOnlyDictionary<ForbiddenPod, string> NotRefused { get; init; } = new Dictionary<ForbiddenPod, string>();
}

/// <summary>The names of Pod Sandboxing on the wire, and the marks of sandboxed nodes.</summary>
/// <param name="WorkloadRuntime">The agent pool's <c>workloadRuntime</c>.</param>
/// <param name="OsSku">The agent pool's <c>osSKU</c>.</param>
/// <param name="NodeLabel">The label that AKS sets on the pool's nodes, with the value <c>true</c>.</param>
/// <param name="Handler">containerd's handler.</param>
/// <param name="PoolLabels">The labels of nodes that name their agent pool.</param>
/// <param name="Taint">The taint of the pool and its nodes, such as <c>sandbox=kata:NoSchedule</c>.</param>
/// <param name="WorkloadLabel">The label of pods that names their workload.</param>
/// <param name="ProbeLabel">The label of probe pods.</param>
public sealed record SandboxNames(
    string WorkloadRuntime, string OsSku, string NodeLabel, string Handler, IReadOnlyList<string> PoolLabels, string Taint, string WorkloadLabel, string ProbeLabel);

/// <summary>One workload, as its pods must be.</summary>
/// <param name="Name">Its name.</param>
/// <param name="RuntimeClassName">The RuntimeClass of its pods.</param>
/// <param name="MinPods">The least number of pods that run once it is available; 0 for Jobs and schedules.</param>
/// <param name="Images">The image of each container by its name, as the spec names it.</param>
public sealed record ExpectedWorkload(string Name, string RuntimeClassName, int MinPods, IReadOnlyDictionary<string, string> Images);

/// <summary>Addresses that must be closed.</summary>
/// <param name="Name">What they are, such as <c>instance metadata</c>.</param>
/// <param name="Addresses">The addresses.</param>
public sealed record ClosedTarget(string Name, AddressSet Addresses);

/// <summary>A probe pod, as it was started.</summary>
/// <param name="MemoryMiB">Its memory limit.</param>
/// <param name="CpuMillis">Its CPU limit, which the guest gets rounded up to whole vCPUs.</param>
public sealed record ExpectedProbe(int MemoryMiB, int CpuMillis);
