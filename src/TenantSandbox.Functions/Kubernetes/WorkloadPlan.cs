using k8s;
using k8s.Models;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>
/// What has to be done so that a namespace has exactly the objects of a tenant's workloads. Pure: made of what is wanted and what was read.
/// </summary>
/// <param name="Replaced">
/// Deleted first, with their pods, until they are gone: what must not be there when its successor is made, and autoscalers that must not scale.
/// </param>
/// <param name="Applied">Applied then.</param>
/// <param name="SuspendedJobs">Jobs that exist and get <c>spec.suspend</c> as stated.</param>
/// <param name="Removed">Deleted at the end.</param>
internal sealed record WorkloadPlan(
    IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Replaced,
    IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Applied,
    IReadOnlyList<(V1Job Job, bool IsSuspended)> SuspendedJobs,
    IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Removed)
{
    /// <param name="desired">Everything that the namespace should have.</param>
    /// <param name="live">What it has of this incarnation; runs of CronJobs are passed over.</param>
    /// <param name="isSuspended">Whether the tenant has no pods.</param>
    public static WorkloadPlan Of(
        IReadOnlyCollection<IKubernetesObject<V1ObjectMeta>> desired, IReadOnlyCollection<IKubernetesObject<V1ObjectMeta>> live, bool isSuspended)
    {
        var wanted = desired.ToDictionary(Key);
        var makers = desired.Where(MakesPods).ToDictionary(d => d.Metadata.Name, StringComparer.Ordinal);
        List<IKubernetesObject<V1ObjectMeta>> replaced = [], removed = [];
        List<(V1Job Job, bool IsSuspended)> suspended = [];
        var kept = new HashSet<(Type, string)>();
        foreach (var found in live)
        {
            if (JobRuns.IsRun(found))
            {
                // They are looked at once their CronJob starts no more of them.
                continue;
            }

            if (wanted.GetValueOrDefault(Key(found)) is not { } match)
            {
                // Another kind has taken the name, or an autoscaler would go on scaling.
                (makers.ContainsKey(found.Metadata.Name) && MakesPods(found) || found is V2HorizontalPodAutoscaler ? replaced : removed).Add(found);
            }
            else if (found.Metadata.DeletionTimestamp is not null || MustBeReplaced(match, found, isSuspended))
            {
                replaced.Add(found);
            }
            else if (found is V1Job job)
            {
                if (JobRuns.IsFinished(job) || isSuspended)
                {
                    // What has ended stays as it is; the template of what is suspended names the pool that the tenant had.
                    kept.Add(Key(found));
                }

                if (!JobRuns.IsFinished(job) && job.Spec.Suspend.GetValueOrDefault() != isSuspended)
                {
                    suspended.Add((job, isSuspended));
                }
            }
        }

        return new(replaced, [.. desired.Where(d => !kept.Contains(Key(d)))], suspended, removed);
    }

    /// <summary>The type and name of an object.</summary>
    public static (Type Type, string Name) Key(IKubernetesObject<V1ObjectMeta> item) => (item.GetType(), item.Metadata.Name);

    /// <summary>Whether it makes a workload's pods.</summary>
    public static bool MakesPods(IKubernetesObject<V1ObjectMeta> item) => item is V1Deployment or V1StatefulSet or V1Job or V1CronJob;

    private static bool MustBeReplaced(IKubernetesObject<V1ObjectMeta> desired, IKubernetesObject<V1ObjectMeta> found, bool isSuspended) =>
        (desired, found) switch
        {
            (V1Job wanted, V1Job job) => JobRuns.MustBeReplaced(wanted, job, isSuspended),
            // A Service's cluster IP can't be changed.
            (V1Service wanted, V1Service service) => IsHeadless(wanted) != IsHeadless(service),
            _ => false,
        };

    private static bool IsHeadless(V1Service service) => service.Spec.ClusterIP == GoverningServiceManifest.Headless;
}
