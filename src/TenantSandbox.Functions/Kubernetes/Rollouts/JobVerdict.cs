using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Rollouts;

/// <summary>Evaluates a Job: ready when it has started or is complete, failed with its pods' causes when Kubernetes gave it up.</summary>
internal static class JobVerdict
{
    private const string DeadlineExceeded = "DeadlineExceeded";

    /// <param name="workload">The workload.</param>
    /// <param name="job">Its Job.</param>
    /// <param name="isUnchanged">Whether the former spec has the same Job: that it fails is then no fault of the rollout.</param>
    /// <param name="pods">Its pods; null when they weren't read.</param>
    /// <param name="facts">What else was read; null for nothing.</param>
    public static WorkloadVerdict Of(WorkloadSpec workload, V1Job job, bool isUnchanged, IReadOnlyCollection<V1Pod>? pods, RolloutFacts? facts)
    {
        if (job.Metadata.DeletionTimestamp is not null
            || job.Metadata.Annotations?.TryGetValue(Labels.JobContent, out var content) != true || content != JobContent.HashOf(workload))
        {
            return WorkloadVerdict.Progressing(workload, "a former Job has not been replaced yet");
        }

        if (JobRuns.IsTrue(job, "Complete"))
        {
            return WorkloadVerdict.Ready(workload, "complete");
        }

        var causes = WorkloadVerdict.CausesOf(pods, facts, creation: null);
        if (Failure(job) is { } failure)
        {
            return isUnchanged
                ? WorkloadVerdict.Ready(workload, "failed, and unchanged")
                : new WorkloadVerdict(
                    workload.Name, RolloutSeverity.Failed, causes is [var real, ..] ? $"{failure}; {real}" : $"{failure}", [.. causes, failure]);
        }

        var status = job.Status;
        // API servers before 1.24 don't count ready pods.
        if (status?.Succeeded > 0 || status?.Ready > 0 || pods?.Any(p => p.Status?.Phase == "Running") == true)
        {
            return WorkloadVerdict.Ready(workload, "started");
        }

        var (active, failed) = (status?.Active ?? 0, status?.Failed ?? 0);
        if (facts is not null && active == 0 && CreationCauses.Find(job, $"Job/{job.Metadata.Name}", facts, pods ?? []) is { } refused)
        {
            causes = [.. causes.Append(refused).OrderBy(c => c.Rank)];
        }

        return WorkloadVerdict.Unavailable(workload, $"not started, {active} pods active, {failed} failed", causes);
    }

    /// <summary>Why Kubernetes gave a Job up; null when it didn't.</summary>
    public static RolloutCause? Failure(V1Job job) => job.Status?.Conditions?.FirstOrDefault(c => c is { Type: "Failed", Status: "True" }) is { } failed
        ? new(
            $"Job/{job.Metadata.Name}",
            failed.Reason ?? "Failed",
            // Too late can have any reason; too many failures, or one that the request names, are the program's.
            failed.Reason == DeadlineExceeded ? ErrorClass.Transient : ErrorClass.Invalid,
            IsFinal: true,
            CauseRank.Readiness,
            failed.Message ?? "",
            At: failed.LastTransitionTime?.ToUniversalTime())
        : null;
}
