namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Reads and writes the status of Jobs.</summary>
internal static class JobStatus
{
    public static bool IsFinished(JsonObject job) => Condition.IsTrue(job, "Complete") || Condition.IsTrue(job, "Failed");

    /// <summary>When a Job has finished; null if it hasn't.</summary>
    public static DateTimeOffset? FinishedAt(JsonObject job) => !IsFinished(job) ? null
        : job.GetTime("status", "completionTime") ?? Condition.Find(job, "Failed").GetTime("lastTransitionTime");

    /// <summary>When a started Job fails; null if it has no deadline.</summary>
    public static DateTimeOffset? Deadline(JsonObject job) => job.GetInteger("spec", "activeDeadlineSeconds") is not { } seconds ? null
        : job.GetTime("status", "startTime") + TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue));

    /// <summary>When a finished Job is deleted; null if it is kept.</summary>
    public static DateTimeOffset? ExpiresAt(JsonObject job) => job.GetInteger("spec", "ttlSecondsAfterFinished") is not { } seconds ? null
        : FinishedAt(job) + TimeSpan.FromSeconds(seconds);

    /// <summary>
    /// When failed pods may be replaced: the back-off doubles with each failure, up to 36 times its first value. Null without failures.
    /// </summary>
    public static DateTimeOffset? NextCreation(JsonObject job, List<StoredObject> pods, TimeSpan backOff)
    {
        var failures = (int)Math.Min(Count(job, "failed"), 10);
        var lastFailure = pods.FindAll(p => p.Json.GetString("status", "phase") == "Failed")
            .SelectMany(p => p.Json.GetObjects("status", "containerStatuses"))
            .Max(s => s.GetTime("state", "terminated", "finishedAt"));
        return failures == 0 ? null : lastFailure + backOff * Math.Min(1 << (failures - 1), 36);
    }

    public static long Count(JsonObject job, string field) => job.GetInteger("status", field) ?? 0;

    public static void SetCondition(JsonObject job, DateTimeOffset now, string type, bool isTrue, string reason, string message) =>
        Condition.Set(job, now, type, isTrue, reason, message).SetDefault("lastProbeTime", now.ToTimestamp());

    /// <summary>Writes the counts of the pods that haven't ended.</summary>
    public static void SetPods(JsonObject job, IReadOnlyCollection<StoredObject> pods)
    {
        var (status, running) = (job.EnsureObject("status"), pods.Where(p => !p.HasEnded).ToLookup(p => p.IsTerminating));
        status.SetOrRemove("active", JsonEditing.NullIfZero(running[false].Count()));
        status["ready"] = running[false].Count(p => p.IsReady);
        status["terminating"] = running[true].Count();
        status.SetDefault("uncountedTerminatedPods", new JsonObject());
    }
}
