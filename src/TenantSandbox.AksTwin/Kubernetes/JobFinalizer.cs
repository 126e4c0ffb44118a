namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The finalizer that a Job's pods have until they are counted.</summary>
internal sealed class JobFinalizer(Cluster cluster)
{
    public const string Name = "batch.kubernetes.io/job-tracking";

    /// <summary>Removes the finalizer of a pod whose Job no longer counts it.</summary>
    public void ReleaseOrphan(ObjectKey key)
    {
        if (cluster.Store.Find(key) is { } pod && pod.HasFinalizer(Name)
            && cluster.Store.FindByUid(pod.ControllerUid ?? "") is null or { IsTerminating: true })
        {
            Remove(pod);
        }
    }

    public StoredObject Remove(StoredObject pod) => cluster.Registry.Modify(pod, json =>
        json.EnsureObject("metadata").EditArray("finalizers", f => f.RemoveAll(n => n.GetString() == Name)));

    /// <summary>Counts the pods that have ended and lets them go.</summary>
    public StoredObject CountEndedPods(StoredObject job)
    {
        var ended = cluster.Store.Dependents(job.Uid).Where(p => p.HasFinalizer(Name)
            && (p.HasEnded || (p.IsTerminating && p.Json.GetInteger("metadata", "deletionGracePeriodSeconds") is null or 0))).ToList();
        if (ended.Count == 0)
        {
            return job;
        }

        var succeeded = ended.Count(p => p.Json.GetString("status", "phase") == "Succeeded");
        var counted = cluster.Registry.Modify(job, json =>
        {
            var status = json.EnsureObject("status");
            status.SetOrRemove("succeeded", JsonEditing.NullIfZero(JobStatus.Count(json, "succeeded") + succeeded));
            status.SetOrRemove("failed", JsonEditing.NullIfZero(JobStatus.Count(json, "failed") + ended.Count - succeeded));
        });
        ended.ForEach(p => Remove(p));
        return counted;
    }
}
