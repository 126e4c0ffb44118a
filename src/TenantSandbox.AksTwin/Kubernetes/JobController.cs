namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Runs the pods of Jobs until enough have succeeded or too many have failed.</summary>
internal sealed class JobController(Cluster cluster) : IController
{
    private const string Component = "job-controller";
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly JobFinalizer _finalizer = new(cluster);

    public bool IsAggregating => true;

    public void Reconcile(ObjectKey key)
    {
        if (key.Kind == Kinds.Pods)
        {
            _finalizer.ReleaseOrphan(key);
        }
        else if (cluster.Store.Find(key) is { IsTerminating: false } job)
        {
            job = _finalizer.CountEndedPods(job);
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
            cluster.Registry.Delete(_finalizer.Remove(pod), new());
            cluster.Events.Normal(job, "SuccessfulDelete", $"Deleted pod: {pod.Key.Name}", Component);
        }

        var wait = JobStatus.NextCreation(job.Json, pods, cluster.Timing.RestartBackOff) - cluster.Now;
        if (wanted > active.Count && wait > TimeSpan.Zero)
        {
            cluster.EnqueueAfter(this, job.Key, wait.Value);
        }
        else if (wanted > active.Count)
        {
            CreatePods(job, wanted - active.Count);
        }
    }

    private void CreatePods(StoredObject job, long count)
    {
        try
        {
            for (; count > 0; count--)
            {
                var pod = PodCreation.FromTemplate(job.Json.GetNode("spec", "template"));
                pod.EnsureObject("metadata")["generateName"] = $"{job.Key.Name}-";
                pod.EnsureObject("metadata")["finalizers"] = new JsonArray(JobFinalizer.Name);
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

        if (Pods(job).Exists(p => p.HasFinalizer(JobFinalizer.Name)))
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
        if (JobStatus.ExpiresAt(job.Json) is not { } due)
        {
            return;
        }

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
