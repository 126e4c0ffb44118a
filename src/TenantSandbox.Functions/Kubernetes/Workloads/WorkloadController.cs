using k8s.Models;

namespace TenantSandbox.Functions.Kubernetes.Workloads;

/// <summary>The object that makes a workload's pods, in the one form that all kinds have.</summary>
/// <param name="Desired">How many pods it should have; null when its kind has no such number.</param>
/// <param name="Ready">How many are ready; null when its kind doesn't count them.</param>
/// <param name="Updated">How many have the newest template; null when its kind doesn't count them.</param>
internal sealed record WorkloadController(string Name, string Kind, IReadOnlyList<string> Images, int? Desired, int? Ready, int? Updated)
{
    public static WorkloadController Of(V1Deployment found) => new(
        found.Metadata.Name, "Deployment", ImagesOf(found.Spec.Template), found.Spec.Replicas, found.Status?.ReadyReplicas ?? 0, found.Status?.UpdatedReplicas ?? 0);

    public static WorkloadController Of(V1StatefulSet found) => new(
        found.Metadata.Name, "StatefulSet", ImagesOf(found.Spec.Template), found.Spec.Replicas, found.Status?.ReadyReplicas ?? 0, found.Status?.UpdatedReplicas ?? 0);

    /// <summary>A Job wants as many pods at once as it runs in parallel, until it has ended or while it is suspended.</summary>
    public static WorkloadController Of(V1Job found) => new(
        found.Metadata.Name, "Job", ImagesOf(found.Spec.Template), HasEndedOrWaits(found) ? 0 : found.Spec.Parallelism, found.Status?.Ready, null);

    /// <summary>A CronJob has pods only while one of its Jobs runs.</summary>
    public static WorkloadController Of(V1CronJob found) => new(
        found.Metadata.Name, "CronJob", ImagesOf(found.Spec.JobTemplate.Spec.Template), null, null, null);

    private static bool HasEndedOrWaits(V1Job found) => JobRuns.IsFinished(found) || found.Spec.Suspend == true;

    private static string[] ImagesOf(V1PodTemplateSpec template) =>
        [.. (template.Spec.InitContainers ?? []).Concat(template.Spec.Containers).Select(c => c.Image).Distinct(StringComparer.Ordinal)];
}
