using k8s;
using k8s.Models;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>Rules about Jobs, whose pod template can't be changed.</summary>
internal static class JobRuns
{
    /// <summary>Whether a Job has ended, well or not.</summary>
    public static bool IsFinished(V1Job job) => IsTrue(job, "Complete") || IsTrue(job, "Failed");

    /// <summary>Whether an object is a Job that a CronJob made.</summary>
    public static bool IsRun(IKubernetesObject<V1ObjectMeta> item) => item is V1Job { Metadata.OwnerReferences.Count: > 0 };

    /// <summary>Whether a condition of a Job holds.</summary>
    public static bool IsTrue(V1Job job, string condition) => job.Status?.Conditions?.Any(c => c.Type == condition && c.Status == "True") == true;

    /// <summary>Whether a Job is of the content that is wanted, so that it doesn't run again when it has ended.</summary>
    public static bool HasContentOf(V1Job desired, V1Job job) => IsSame(desired, job, Labels.JobContent);

    /// <summary>
    /// Whether a Job must be deleted before the wanted one is made: it has another content; or it still runs, and its template is another one,
    /// as in another agent pool.
    /// </summary>
    public static bool MustBeReplaced(V1Job desired, V1Job job, bool isSuspended) =>
        !HasContentOf(desired, job) || (!IsFinished(job) && !isSuspended && !IsSame(desired, job, Labels.JobTemplate));

    /// <summary>
    /// The runs of wanted CronJobs that may not go on: the tenant is suspended, or has another agent pool. A run can't be moved, and the next
    /// one comes by its schedule. What belongs to no wanted CronJob is deleted with the CronJob that it belongs to.
    /// </summary>
    public static IEnumerable<V1Job> FindOutOfPlace(
        IEnumerable<IKubernetesObject<V1ObjectMeta>> jobs, IEnumerable<V1CronJob> desired, bool isSuspended)
    {
        var pools = desired.ToDictionary(c => c.Metadata.Name, c => PoolOf(c.Spec.JobTemplate.Spec.Template), StringComparer.Ordinal);
        return jobs.OfType<V1Job>().Where(run => IsRun(run) && !IsFinished(run) && run.Metadata.DeletionTimestamp is null
            && run.Metadata.Labels.TryGetValue(Labels.Workload, out var workload) && pools.TryGetValue(workload, out var pool)
            && (isSuspended || PoolOf(run.Spec.Template) != pool));
    }

    private static string? PoolOf(V1PodTemplateSpec template) =>
        template.Spec.NodeSelector?.TryGetValue(SandboxNodes.PoolLabel, out var pool) == true ? pool : null;

    private static bool IsSame(V1Job desired, V1Job job, string annotation) =>
        job.Metadata.Annotations?.TryGetValue(annotation, out var found) == true && found == desired.Metadata.Annotations[annotation];
}
