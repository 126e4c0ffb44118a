namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Why a Job ends.</summary>
internal sealed record JobVerdict(bool IsFailure, string Reason, string Message)
{
    /// <summary>Null while the Job goes on.</summary>
    public static JobVerdict? Find(StoredObject job, IReadOnlyCollection<StoredObject> active, DateTimeOffset now)
    {
        // A verdict stays while the last pods end.
        if (Condition.Find(job.Json, "FailureTarget") is { } failed)
        {
            return new(true, failed.GetString("reason")!, failed.GetString("message")!);
        }

        var spec = job.Json.GetObject("spec")!;
        var (succeeded, failures) = (JobStatus.Count(job.Json, "succeeded"), JobStatus.Count(job.Json, "failed"));
        var limit = spec.GetInteger("backoffLimit") ?? 6;
        var restarts = spec.GetString("template", "spec", "restartPolicy") != "OnFailure" ? 0 : active.Sum(CountRestarts);
        if (failures > limit || (restarts > 0 && restarts >= limit))
        {
            return new(true, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        }

        if (JobStatus.Deadline(job.Json) <= now)
        {
            return new(true, "DeadlineExceeded", "Job was active longer than specified deadline");
        }

        var isComplete = spec.GetInteger("completions") is { } completions ? succeeded >= completions : succeeded > 0 && active.Count == 0;
        return isComplete ? new(false, "CompletionsReached", "Reached expected number of succeeded pods") : null;
    }

    private static long CountRestarts(StoredObject pod) =>
        pod.Json.GetObjects("status", "containerStatuses").Concat(pod.Json.GetObjects("status", "initContainerStatuses"))
            .Sum(s => s.GetInteger("restartCount") ?? 0);
}
