using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes.Workloads;

namespace TenantSandbox.Functions.Operations;

/// <summary>The answer of <c>GET /api/tenants/{id}/workloads</c>.</summary>
/// <param name="Namespace">The tenant's namespace; null when nothing of the tenant is on a cluster.</param>
/// <param name="Workloads">Those that exist, and those that the spec wants.</param>
internal sealed record WorkloadsView(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("phase")] TenantPhase Phase,
    [property: JsonPropertyName("placement")] PlacementView? Placement,
    [property: JsonPropertyName("namespace")] string? Namespace,
    [property: JsonPropertyName("workloads")] IReadOnlyList<WorkloadView> Workloads,
    [property: JsonPropertyName("events")] IReadOnlyList<EventView> Events)
{
    public static WorkloadsView Of(TenantState state, TenantWorkloadStates seen)
    {
        var wanted = state.Desired?.Pods.Select(p => p.Workload).Except(seen.Workloads.Select(w => w.Name)) ?? [];
        return new(
            state.TenantId,
            state.Phase,
            PlacementView.Of(state.Placement),
            seen.Namespace,
            [.. seen.Workloads.Select(WorkloadView.Of).Concat(wanted.Select(WorkloadView.Missing)).OrderBy(w => w.Name, StringComparer.Ordinal)],
            [.. seen.Events.Select(e => new EventView(e.At, e.Type, e.Reason, e.Target, e.Message, e.Count))]);
    }
}

/// <summary>A workload and its pods.</summary>
/// <param name="Kind">The kind of its controller; null when there is none.</param>
internal sealed record WorkloadView(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("kind")] string? Kind,
    [property: JsonPropertyName("images")] IReadOnlyList<string> Images,
    [property: JsonPropertyName("replicas")] ReplicasView Replicas,
    [property: JsonPropertyName("podCount")] int PodCount,
    [property: JsonPropertyName("pods")] IReadOnlyList<PodView> Pods,
    [property: JsonPropertyName("services")] IReadOnlyList<ServiceView> Services,
    [property: JsonPropertyName("exposure")] ExposureView? Exposure)
{
    public static WorkloadView Of(WorkloadState seen) => new(
        seen.Name, seen.Kind, seen.Images, new(seen.Desired, seen.Ready, seen.Updated), seen.PodCount, [.. seen.Pods.Select(PodView.Of)],
        [.. seen.Services.Select(ServiceView.Of)], seen.Exposure is { } exposure ? new(exposure.Hosts, exposure.State.IsReady, exposure.State.Message) : null);

    public static WorkloadView Missing(string name) => new(name, null, [], new(null, 0, null), 0, [], [], null);
}

/// <summary>A Service of a workload.</summary>
/// <param name="Addresses">Those of its load balancer.</param>
internal sealed record ServiceView(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("addresses")] IReadOnlyList<string> Addresses,
    [property: JsonPropertyName("ports")] IReadOnlyList<ServicePortView> Ports)
{
    public static ServiceView Of(ServiceState seen) => new(
        seen.Name, seen.Type, seen.Addresses, [.. seen.Ports.Select(p => new ServicePortView(p.Name, p.Port, p.Protocol, p.Target, p.NodePort))]);
}

/// <summary>A port of a Service.</summary>
internal sealed record ServicePortView(
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("port")] int Port,
    [property: JsonPropertyName("protocol")] string? Protocol,
    [property: JsonPropertyName("targetPort")] string? Target,
    [property: JsonPropertyName("nodePort")] int? NodePort);

/// <summary>The host names that lead to a workload.</summary>
/// <param name="IsReady">Whether the Gateway serves them.</param>
/// <param name="Message">Why it doesn't.</param>
internal sealed record ExposureView(
    [property: JsonPropertyName("hosts")] IReadOnlyList<string> Hosts,
    [property: JsonPropertyName("ready")] bool IsReady,
    [property: JsonPropertyName("message")] string Message);

/// <summary>Numbers of pods; null where the kind has no such number.</summary>
internal sealed record ReplicasView(
    [property: JsonPropertyName("desired")] int? Desired,
    [property: JsonPropertyName("ready")] int Ready,
    [property: JsonPropertyName("updated")] int? Updated);

/// <summary>A pod and its containers.</summary>
internal sealed record PodView(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("phase")] string Phase,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("message")] string? Message,
    [property: JsonPropertyName("node")] string? Node,
    [property: JsonPropertyName("ready")] bool IsReady,
    [property: JsonPropertyName("deleting")] bool IsDeleting,
    [property: JsonPropertyName("restarts")] int Restarts,
    [property: JsonPropertyName("startedAt")] DateTimeOffset? StartedAt,
    [property: JsonPropertyName("containers")] IReadOnlyList<ContainerView> Containers)
{
    public static PodView Of(PodState seen) => new(
        seen.Name, seen.Phase, seen.Reason, seen.Message, seen.Node, seen.IsReady, seen.IsDeleting, seen.Restarts, seen.StartedAt,
        [.. seen.Containers.Select(ContainerView.Of)]);
}

/// <summary>A container.</summary>
internal sealed record ContainerView(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("init")] bool IsInit,
    [property: JsonPropertyName("image")] string Image,
    [property: JsonPropertyName("ready")] bool IsReady,
    [property: JsonPropertyName("restarts")] int Restarts,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("message")] string? Message,
    [property: JsonPropertyName("startedAt")] DateTimeOffset? StartedAt,
    [property: JsonPropertyName("termination")] TerminationView? Termination,
    [property: JsonPropertyName("lastTermination")] TerminationView? LastTermination)
{
    public static ContainerView Of(ContainerState seen) => new(
        seen.Name, seen.IsInit, seen.Image, seen.IsReady, seen.Restarts, seen.State, seen.Reason, seen.Message, seen.StartedAt,
        TerminationView.Of(seen.Termination), TerminationView.Of(seen.LastTermination));
}

/// <summary>How a container ended.</summary>
internal sealed record TerminationView(
    [property: JsonPropertyName("exitCode")] int ExitCode,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("message")] string? Message,
    [property: JsonPropertyName("startedAt")] DateTimeOffset? StartedAt,
    [property: JsonPropertyName("finishedAt")] DateTimeOffset? FinishedAt)
{
    public static TerminationView? Of(TerminationState? seen) =>
        seen is null ? null : new(seen.ExitCode, seen.Reason, seen.Message, seen.StartedAt, seen.FinishedAt);
}

/// <summary>An event about an object of the namespace.</summary>
internal sealed record EventView(
    [property: JsonPropertyName("at")] DateTimeOffset? At,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("object")] string Target,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("count")] int Count);
