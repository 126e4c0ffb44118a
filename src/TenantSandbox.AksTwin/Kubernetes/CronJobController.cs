namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Creates the Jobs of CronJobs when they are due, and deletes those beyond the history limits.</summary>
internal sealed class CronJobController(Cluster cluster) : IController
{
    private const string Component = "cronjob-controller";
    private const string ScheduledAt = "batch.kubernetes.io/cronjob-scheduled-timestamp";

    public bool IsAggregating => true;

    public void Reconcile(ObjectKey key)
    {
        if (cluster.Store.Find(key) is not { IsTerminating: false } cronJob)
        {
            return;
        }

        DeleteOldJobs(cronJob);
        cronJob = UpdateStatus(cronJob);
        var zone = CronSchedule.FindTimeZone(cronJob.Json.GetString("spec", "timeZone"))!;
        var schedule = CronSchedule.TryParse(cronJob.Json.GetString("spec", "schedule")!, zone)!;
        if (cronJob.Json.GetBoolean("spec", "suspend") is true)
        {
            return;
        }

        var since = cronJob.Json.GetTime("status", "lastScheduleTime") ?? cronJob.Json.GetTime("metadata", "creationTimestamp")!.Value;
        if (schedule.Last(since, cluster.Now) is { } due && CanStart(cronJob, due))
        {
            StartJob(cronJob, due);
        }

        cluster.EnqueueAfter(this, key, schedule.Next(cluster.Now) - cluster.Now);
    }

    private IEnumerable<StoredObject> JobsOf(StoredObject cronJob) => cluster.Store.Dependents(cronJob.Uid);

    private List<StoredObject> ActiveJobs(StoredObject cronJob) => [.. JobsOf(cronJob).Where(j => !JobStatus.IsFinished(j.Json))];

    private bool CanStart(StoredObject cronJob, DateTimeOffset due)
    {
        if (cronJob.Json.GetInteger("spec", "startingDeadlineSeconds") is { } seconds
            && due + TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue)) < cluster.Now)
        {
            cluster.Events.Warning(cronJob, "MissSchedule", $"Missed scheduled time to start a job: {due.ToTimestamp()}", Component);
            return false;
        }

        var active = ActiveJobs(cronJob);
        switch (cronJob.Json.GetString("spec", "concurrencyPolicy"))
        {
            case "Forbid" when active.Count > 0:
                cluster.Events.Normal(cronJob, "JobAlreadyActive",
                    "Not starting job because prior execution is running and concurrency policy is Forbid", Component);
                return false;
            case "Replace":
                foreach (var job in active.FindAll(j => !j.IsTerminating))
                {
                    cluster.Registry.Delete(job, new(Propagation: "Background"));
                    cluster.Events.Normal(cronJob, "SuccessfulDelete", $"Deleted job {job.Key.Name}", Component);
                }

                return true;
            default:
                return true;
        }
    }

    private void StartJob(StoredObject cronJob, DateTimeOffset due)
    {
        var template = cronJob.Json.GetObject("spec", "jobTemplate")!;
        var name = $"{cronJob.Key.Name}-{due.ToUnixTimeSeconds() / 60}";
        if (cluster.Store.Find(Kinds.Jobs, cronJob.Key.Namespace, name) is null)
        {
            var job = JsonTemplate.Fill($$"""
                {"metadata":{"name":{{name}},"labels":{{template.GetNode("metadata", "labels")}},
                    "annotations":{{template.GetNode("metadata", "annotations")}},"ownerReferences":{{cronJob.ToControllerReferences()}} },
                "spec":{{template["spec"]}} }
                """);
            job.EnsureObject("metadata", "annotations")[ScheduledAt] = due.ToTimestamp();
            try
            {
                cluster.Registry.Create(Kinds.Jobs, cronJob.Key.Namespace, job);
            }
            catch (StatusException e)
            {
                cluster.Events.Warning(cronJob, "FailedCreate", $"Error creating job: {e.Message}", Component);
                throw;
            }

            cluster.Events.Normal(cronJob, "SuccessfulCreate", $"Created job {name}", Component);
        }

        cluster.Registry.Modify(cronJob, json => json.EnsureObject("status")["lastScheduleTime"] = due.ToTimestamp());
        UpdateStatus(cluster.Store.Get(cronJob.Key));
    }

    private StoredObject UpdateStatus(StoredObject cronJob)
    {
        var active = ActiveJobs(cronJob).Select(j => JsonTemplate.Fill($$"""
            {"apiVersion":"batch/v1","kind":"Job","namespace":{{j.Key.Namespace}},"name":{{j.Key.Name}},"uid":{{j.Uid}},
            "resourceVersion":{{$"{j.Revision}"}} }
            """)).ToJson();
        var succeededAt = JobsOf(cronJob).Where(j => Condition.IsTrue(j.Json, "Complete")).Max(j => JobStatus.FinishedAt(j.Json));
        return cluster.Registry.Modify(cronJob, json =>
        {
            var status = json.EnsureObject("status");
            status.SetOrRemove("active", active.Count == 0 ? null : active);
            status.SetOrRemove("lastSuccessfulTime", succeededAt?.ToTimestamp() ?? status["lastSuccessfulTime"]);
        });
    }

    private void DeleteOldJobs(StoredObject cronJob)
    {
        foreach (var condition in (string[])["Complete", "Failed"])
        {
            var limit = condition == "Complete" ? "successfulJobsHistoryLimit" : "failedJobsHistoryLimit";
            var finished = JobsOf(cronJob).Where(j => Condition.IsTrue(j.Json, condition))
                .OrderByDescending(j => j.Json.GetTime("status", "startTime")).ThenByDescending(j => j.Key.Name, StringComparer.Ordinal);
            foreach (var job in finished.Skip((int)cronJob.Json.GetInteger("spec", limit)!.Value).Where(j => !j.IsTerminating).ToList())
            {
                cluster.Registry.Delete(job, new(Propagation: "Background"));
            }
        }
    }
}
