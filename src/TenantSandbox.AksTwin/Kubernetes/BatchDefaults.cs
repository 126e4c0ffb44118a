using static TenantSandbox.AksTwin.Kubernetes.DefaultRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The defaults of Jobs and CronJobs.</summary>
internal static class BatchDefaults
{
    /// <summary>The defaults that a Job has wherever it is described; the selector is generated only in a Job.</summary>
    private static readonly Action<JsonObject> Template = ForParts(
        ("spec", When(s => s["completions"] is null && s["parallelism"] is null, """{"completions":1,"parallelism":1}""")),
        ("spec", Always("""{"parallelism":1,"backoffLimit":6,"completionMode":"NonIndexed","suspend":false,"template":{"spec":{}}}""")),
        ("spec", Always("""{"podReplacementPolicy":"TerminatingOrFailed"}""")),
        ("spec.template.spec", PodDefaults.Template));

    public static readonly Action<JsonObject> Job = ForParts(
        ("", Template),
        ("", LabelByTemplate),
        ("", GenerateSelector));

    public static readonly Action<JsonObject> CronJob = ForParts(
        ("spec", Always("""{"concurrencyPolicy":"Allow","suspend":false,"successfulJobsHistoryLimit":3,"failedJobsHistoryLimit":1}""")),
        ("spec", Always("""{"jobTemplate":{"metadata":{},"spec":{}}}""")),
        ("spec.jobTemplate", Template));

    /// <summary>Labels the pods with the Job's name and uid, and selects them by the uid.</summary>
    private static void GenerateSelector(JsonObject job)
    {
        if (job.GetString("metadata", "uid") is not { } uid || job.GetBoolean("spec", "manualSelector") is true
            || job.GetObject("spec", "selector") is not null)
        {
            return;
        }

        var name = job.GetString("metadata", "name");
        Fill(job.EnsureObject("spec"), JsonTemplate.Fill($$"""
            {"selector":{"matchLabels":{"batch.kubernetes.io/controller-uid":{{uid}} } },
            "template":{"metadata":{"labels":{"batch.kubernetes.io/controller-uid":{{uid}},"batch.kubernetes.io/job-name":{{name}},
                "controller-uid":{{uid}},"job-name":{{name}} } } } }
            """));
    }

    /// <summary>A Job without labels gets those of its template.</summary>
    private static void LabelByTemplate(JsonObject job)
    {
        if (job.GetObject("metadata", "labels") is not { Count: > 0 }
            && job.GetNode("spec", "template", "metadata", "labels") is { } labels)
        {
            job.EnsureObject("metadata")["labels"] = labels.DeepClone();
        }
    }
}
