namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Runs the pods of Jobs until enough have succeeded or too many have failed. Each pod has a finalizer until it is counted.
/// </summary>
internal sealed class JobController(Cluster cluster) : IController
{
    public const string Finalizer = "batch.kubernetes.io/job-tracking";
    private const string Component = "job-controller";
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public bool IsAggregating => true;

    public void Reconcile(ObjectKey key)
    {
        if (key.Kind == Kinds.Pods)
        {
            ReleaseOrphan(key);
        }
        else if (cluster.Store.Find(key) is { IsTerminating: false } job)
        {
            job = CountEndedPods(job);
            if (JobStatus.IsFinished(job.Json))
            {
                Expire(job);
                return;
            }

            Sync(Start(job));
            if (cluster.Store.Find(key) is { } live)
            {
                cluster.Registry.Modify(live, json => JobStatus.SetPods(json, Pods(live)));
            }
        }
    }

    private List<StoredObject> Pods(StoredObject job) => [.. cluster.Store.Dependents(job.Uid)];

    /// <summary>Removes the finalizer of a pod whose Job no longer counts it.</summary>
    private void ReleaseOrphan(ObjectKey key)
    {
        if (cluster.Store.Find(key) is { } pod && pod.HasFinalizer(Finalizer)
            && cluster.Store.FindByUid(pod.ControllerUid ?? "") is null or { IsTerminating: true })
        {
            RemoveFinalizer(pod);
        }
    }

    private StoredObject RemoveFinalizer(StoredObject pod) => cluster.Registry.Modify(pod, json =>
        json.EnsureObject("metadata").EditArray("finalizers", f => f.RemoveAll(n => n.GetString() == Finalizer)));

    private StoredObject CountEndedPods(StoredObject job)
    {
        var ended = Pods(job).FindAll(p => p.HasFinalizer(Finalizer)
            && (p.HasEnded || (p.IsTerminating && p.Json.GetInteger("metadata", "deletionGracePeriodSeconds") is null or 0)));
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
        ended.ForEach(p => RemoveFinalizer(p));
        return counted;
    }

    /// <summary>Sets the start time, or removes it while the Job is suspended.</summary>
    private StoredObject Start(StoredObject job)
    {
        var (isSuspended, wasSuspended) = (job.Json.GetBoolean("spec", "suspend") is true, Condition.IsTrue(job.Json, "Suspended"));
        if (isSuspended && !wasSuspended)
        {
            cluster.Events.Normal(job, "Suspended", "Job suspended", Component);
        }

        return cluster.Registry.Modify(job, json =>
        {
            if (isSuspended)
            {
                json.EnsureObject("status").Remove("startTime");
                JobStatus.SetCondition(json, cluster.Now, "Suspended", true, "JobSuspended", "Job suspended");
                return;
            }

            json.EnsureObject("status").SetDefault("startTime", cluster.Now.ToTimestamp());
            if (wasSuspended)
            {
                JobStatus.SetCondition(json, cluster.Now, "Suspended", false, "JobResumed", "Job resumed");
            }
        });
    }

    private void Sync(StoredObject job)
    {
        var (spec, pods) = (job.Json.GetObject("spec")!, Pods(job));
        var active = pods.FindAll(p => p is { HasEnded: false, IsTerminating: false });
        if (JobVerdict.Find(job, active, cluster.Now) is { } verdict)
        {
            Finish(job, pods, verdict);
            return;
        }

        if (JobStatus.Deadline(job.Json) is { } deadline)
        {
            cluster.EnqueueAfter(this, job.Key, deadline - cluster.Now);
        }

        var (succeeded, parallelism) = (JobStatus.Count(job.Json, "succeeded"), spec.GetInteger("parallelism") ?? 1);
        var wanted = spec.GetBoolean("suspend") is true ? 0
            : spec.GetInteger("completions") is { } completions ? Math.Min(completions - succeeded, parallelism)
            : succeeded > 0 ? Math.Min(active.Count, parallelism)
            : parallelism;
        // Pods that aren't needed don't count as failed.
        foreach (var pod in active.OrderBy(p => p.IsReady).Take((int)Math.Max(0, active.Count - wanted)))
        {
            cluster.Registry.Delete(RemoveFinalizer(pod), new());
            cluster.Events.Normal(job, "SuccessfulDelete", $"Deleted pod: {pod.Key.Name}", Component);
        }

        var wait = NextCreation(job, pods) - cluster.Now;
        if (wanted > active.Count && wait > TimeSpan.Zero)
        {
            cluster.EnqueueAfter(this, job.Key, wait.Value);
        }
        else if (wanted > active.Count)
        {
            CreatePods(job, wanted - active.Count);
        }
    }

    /// <summary>When failed pods may be replaced: the back-off doubles with each failure, up to 36 times its first value.</summary>
    private DateTimeOffset? NextCreation(StoredObject job, List<StoredObject> pods)
    {
        var failures = (int)Math.Min(JobStatus.Count(job.Json, "failed"), 10);
        var lastFailure = pods.FindAll(p => p.Json.GetString("status", "phase") == "Failed")
            .SelectMany(p => p.Json.GetObjects("status", "containerStatuses"))
            .Max(s => s.GetTime("state", "terminated", "finishedAt"));
        return failures == 0 ? null : lastFailure + cluster.Timing.RestartBackOff * Math.Min(1 << (failures - 1), 36);
    }

    private void CreatePods(StoredObject job, long count)
    {
        try
        {
            for (; count > 0; count--)
            {
                var pod = PodCreation.FromTemplate(job.Json.GetNode("spec", "template"));
                pod.EnsureObject("metadata")["generateName"] = $"{job.Key.Name}-";
                pod.EnsureObject("metadata")["finalizers"] = new JsonArray(Finalizer);
                var created = cluster.CreatePod(job, pod);
                cluster.Events.Normal(job, "SuccessfulCreate", $"Created pod: {created.Key.Name}", Component);
            }
        }
        catch (StatusException e)
        {
            cluster.Events.Warning(job, "FailedCreate", $"Error creating: {e.Message}", Component);
            cluster.EnqueueAfter(this, job.Key, RetryAfter);
        }
    }

    /// <summary>Ends the pods that still run, and reports the verdict when the last is gone.</summary>
    private void Finish(StoredObject job, List<StoredObject> pods, JobVerdict verdict)
    {
        job = cluster.Registry.Modify(job, json => JobStatus.SetCondition(
            json, cluster.Now, verdict.IsFailure ? "FailureTarget" : "SuccessCriteriaMet", true, verdict.Reason, verdict.Message));
        foreach (var pod in pods.FindAll(p => p is { HasEnded: false, IsTerminating: false }))
        {
            cluster.Registry.Delete(pod, new());
        }

        if (Pods(job).Exists(p => p.HasFinalizer(Finalizer)))
        {
            return;
        }

        cluster.Registry.Modify(job, json =>
        {
            JobStatus.SetCondition(
                json, cluster.Now, verdict.IsFailure ? "Failed" : "Complete", true, verdict.Reason, verdict.Message);
            if (!verdict.IsFailure)
            {
                json.EnsureObject("status")["completionTime"] = cluster.Now.ToTimestamp();
            }
        });
        if (verdict.IsFailure)
        {
            cluster.Events.Warning(job, verdict.Reason, verdict.Message, Component);
        }
        else
        {
            cluster.Events.Normal(job, "Completed", "Job completed", Component);
        }
    }

    private void Expire(StoredObject job)
    {
        if (job.Json.GetInteger("spec", "ttlSecondsAfterFinished") is not { } seconds)
        {
            return;
        }

        var due = JobStatus.FinishedAt(job.Json)!.Value + TimeSpan.FromSeconds(seconds);
        if (due > cluster.Now)
        {
            cluster.EnqueueAfter(this, job.Key, due - cluster.Now);
        }
        else
        {
            cluster.Registry.Delete(job, new(Propagation: "Foreground"));
        }
    }
}
