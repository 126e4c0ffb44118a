using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests.Kinds;

/// <summary>The kind of Kubernetes object that makes a workload's pods.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WorkloadKind>))]
public enum WorkloadKind
{
    /// <summary>Equal pods that run until the tenant is changed. The default.</summary>
    [JsonStringEnumMemberName("Deployment")] Deployment,

    /// <summary>Numbered pods with stable names that run until the tenant is changed.</summary>
    [JsonStringEnumMemberName("StatefulSet")] StatefulSet,

    /// <summary>Pods that run to their end, once for each change of the workload.</summary>
    [JsonStringEnumMemberName("Job")] Job,

    /// <summary>Jobs that start by a schedule.</summary>
    [JsonStringEnumMemberName("CronJob")] CronJob,
}

/// <summary>What the kinds have in common.</summary>
public static class WorkloadKinds
{
    /// <summary>The names in requests, which are those of Kubernetes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetNames<WorkloadKind>()];

    /// <summary>Whether its pods end by themselves.</summary>
    public static bool RunsToCompletion(this WorkloadKind kind) => kind is WorkloadKind.Job or WorkloadKind.CronJob;
}
