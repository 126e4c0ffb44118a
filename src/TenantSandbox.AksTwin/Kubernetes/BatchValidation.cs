using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates Jobs and CronJobs.</summary>
internal static class BatchValidation
{
    private static readonly ValidationRule JobSpec = ForFields(
        ("parallelism|completions|backoffLimit|activeDeadlineSeconds|ttlSecondsAfterFinished", NotNegative),
        ("completionMode", OneOf("Indexed", "NonIndexed")),
        ("template.metadata.labels", Labels),
        ("template.spec", PodValidation.Spec),
        ("template.spec.ephemeralContainers", PodValidation.NotInTemplate),
        ("template.spec.restartPolicy", (value, path) =>
            value.GetString() is "OnFailure" or "Never" ? [] : [FieldError.Required(path, "valid values: \"OnFailure\", \"Never\"")]));

    public static readonly ValidationRule Job = ForFields(("spec", JobSpec), ("spec", CheckSelector));

    public static readonly ValidationRule CronJob = ForFields(
        ("metadata.name", (value, path) =>
            value.GetString() is { Length: > 52 } name ? [FieldError.Invalid(path, name, "must be no more than 52 characters")] : []),
        ("spec.schedule", Required),
        ("spec.schedule", CheckSchedule),
        ("spec.timeZone", CheckTimeZone),
        ("spec.concurrencyPolicy", OneOf("Allow", "Forbid", "Replace")),
        ("spec.startingDeadlineSeconds|successfulJobsHistoryLimit|failedJobsHistoryLimit", NotNegative),
        ("spec.jobTemplate.spec", JobSpec),
        ("spec.jobTemplate.spec.manualSelector", (value, path) =>
            value.GetBoolean() is true ? [FieldError.NotSupported(path, "true", "nil", "false")] : []));

    private static IEnumerable<FieldError> CheckSelector(JsonNode? spec, string path)
    {
        if (spec!["selector"] is null)
        {
            yield return FieldError.Required($"{path}.selector");
        }
        else if (!LabelSelector.From(spec.GetObject("selector")).Matches(spec.GetObject("template", "metadata", "labels")))
        {
            var labels = spec.GetNode("template", "metadata", "labels");
            yield return FieldError.Invalid($"{path}.template.metadata.labels", labels, "`selector` does not match template `labels`");
        }
    }

    private static IEnumerable<FieldError> CheckSchedule(JsonNode? value, string path) =>
        value.GetString() is not { Length: > 0 } text ? []
        : text.Contains("TZ", StringComparison.Ordinal)
            ? [FieldError.Invalid(path, text, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")]
        : CronSchedule.TryParse(text, TimeZoneInfo.Utc) is null ? [FieldError.Invalid(path, text, "is not a cron schedule of five fields")]
        : [];

    private static IEnumerable<FieldError> CheckTimeZone(JsonNode? value, string path) =>
        value is null || CronSchedule.FindTimeZone(value.GetString()) is not null ? []
        : [FieldError.Invalid(path, value, $"unknown time zone {value.GetString()}")];
}
