namespace TenantSandbox.Functions.Kubernetes.Workloads;

/// <summary>What runs of a tenant, as its cluster showed it at one time.</summary>
/// <param name="Namespace">The namespace; null when it does not exist.</param>
/// <param name="Workloads">The workloads that exist, by name.</param>
/// <param name="Events">The newest events of the namespace, newest first; at most <see cref="WorkloadStateReader.MaxEvents"/>.</param>
internal sealed record TenantWorkloadStates(string? Namespace, IReadOnlyList<WorkloadState> Workloads, IReadOnlyList<EventState> Events);

/// <summary>A workload: its controller and its pods.</summary>
/// <param name="Name">The workload's name.</param>
/// <param name="Kind">The controller's kind; null when only pods are left.</param>
/// <param name="Images">The images of its template, init containers first.</param>
/// <param name="Desired">How many pods it should have; null when its kind has no such number.</param>
/// <param name="Ready">Pods that are ready; of a Job, those that are active and ready.</param>
/// <param name="Updated">Pods of the newest template; null when its kind doesn't count them.</param>
/// <param name="Pods">Its pods by name; at most <see cref="WorkloadStateReader.MaxPods"/>.</param>
/// <param name="PodCount">How many pods there are.</param>
internal sealed record WorkloadState(
    string Name, string? Kind, IReadOnlyList<string> Images, int? Desired, int Ready, int? Updated, IReadOnlyList<PodState> Pods, int PodCount)
{
    /// <summary>Its Services, by name.</summary>
    public IReadOnlyList<ServiceState> Services { get; init; } = [];

    /// <summary>The route that leads to it; null if it isn't exposed.</summary>
    public ExposureState? Exposure { get; init; }
}

/// <summary>A pod.</summary>
/// <param name="Reason">Why it is in its phase, like <c>Evicted</c>, or why it is not scheduled; null if the cluster gives no reason.</param>
/// <param name="Message">The same, for people.</param>
/// <param name="Restarts">Of all its containers together.</param>
internal sealed record PodState(
    string Name,
    string Phase,
    string? Reason,
    string? Message,
    string? Node,
    bool IsReady,
    bool IsDeleting,
    int Restarts,
    DateTimeOffset? StartedAt,
    IReadOnlyList<ContainerState> Containers);

/// <summary>A container of a pod.</summary>
/// <param name="State"><c>waiting</c>, <c>running</c>, <c>terminated</c>, or <c>unknown</c> before the kubelet has reported it.</param>
/// <param name="Reason">Why it waits or ended.</param>
/// <param name="Message">The same, for people. Of a container that ended it may be the tenant's own text.</param>
/// <param name="LastTermination">How it ended before it was restarted; null if it was not.</param>
internal sealed record ContainerState(
    string Name,
    bool IsInit,
    string Image,
    bool IsReady,
    int Restarts,
    string State,
    string? Reason,
    string? Message,
    DateTimeOffset? StartedAt,
    TerminationState? Termination,
    TerminationState? LastTermination);

/// <summary>How a container ended.</summary>
internal sealed record TerminationState(int ExitCode, string? Reason, string? Message, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>An event about an object of the namespace.</summary>
/// <param name="Target">Kind and name of the object: <c>Pod/web-1</c>.</param>
internal sealed record EventState(string Type, string Reason, string Target, string Message, int Count, DateTimeOffset? At);
