using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Kubernetes.Rollouts;

namespace TenantSandbox.Functions.Kubernetes.Inspection;

/// <summary>Compares the objects of a tenant, with what kinds of workloads differ in: replicas in a range, and templates that stay as they were.</summary>
internal sealed class WorkloadInspection(DesiredTenant tenant)
{
    private readonly Dictionary<string, WorkloadSpec> _workloads = tenant.Spec.Workloads.ToDictionary(w => w.Name, StringComparer.Ordinal);

    /// <param name="desired">As it is applied.</param>
    /// <param name="live">As it is in the cluster; null when it is missing.</param>
    public IEnumerable<Finding> Inspect(IKubernetesObject<V1ObjectMeta> desired, IKubernetesObject<V1ObjectMeta>? live) => (desired, live) switch
    {
        (V1Job wanted, V1Job job) => Inspect(wanted, job),
        (V1Deployment or V1StatefulSet, not null) => [.. ObjectInspection.Inspect(desired, live, IsCompared(desired)), .. Scaled(desired, live)],
        (V1CronJob, not null) => ObjectInspection.Inspect(desired, live, IsCompared(desired)),
        _ => ObjectInspection.Inspect(desired, live),
    };

    private IEnumerable<Finding> Inspect(V1Job desired, V1Job job)
    {
        if (JobRuns.MustBeReplaced(desired, job, tenant.IsSuspended))
        {
            return [Changed(job, "spec.template", "is that of another spec or agent pool, so the Job is made anew")];
        }

        if (JobRuns.IsFinished(job))
        {
            return JobVerdict.Failure(job) is { } failure ? [new Finding(FindingKind.JobFailed, failure.Object, null, $"{failure}", IsRepairable: false)] : [];
        }

        // The patch that suspends a Job is beside what is applied.
        return job.Spec.Suspend.GetValueOrDefault() != tenant.IsSuspended
            ? [Changed(job, "spec.suspend", tenant.IsSuspended ? "is false, should be true" : "is true, should be false")]
            : tenant.IsSuspended ? [] : ObjectInspection.Inspect(desired, job);
    }

    private static Finding Changed(V1Job job, string field, string message) =>
        new(FindingKind.FieldChanged, $"Job/{job.Metadata.Name}", field, message, IsRepairable: true);

    // The pod template of a suspended tenant names the pool that it had.
    private Func<string, bool> IsCompared(IKubernetesObject<V1ObjectMeta> desired)
    {
        var isScaled = _workloads[desired.Metadata.Name].Scaling is not null;
        return path => !(isScaled && path == "spec.replicas")
            && !(tenant.IsSuspended
                && (path.StartsWith("spec.template", StringComparison.Ordinal) || path.StartsWith("spec.jobTemplate", StringComparison.Ordinal)));
    }

    private IEnumerable<Finding> Scaled(IKubernetesObject<V1ObjectMeta> desired, IKubernetesObject<V1ObjectMeta> live)
    {
        if (_workloads[desired.Metadata.Name].Scaling is { } scaling && ReplicaScaling.ReplicasOf(live) is { } found)
        {
            var wanted = ReplicaScaling.Within(ReplicaRange.Of(scaling), found, tenant.IsSuspended);
            if (found != wanted)
            {
                yield return new Finding(
                    FindingKind.Scaled, $"{desired.Kind}/{desired.Metadata.Name}", "spec.replicas", $"is {found}, should be {wanted}", IsRepairable: true);
            }
        }
    }
}
