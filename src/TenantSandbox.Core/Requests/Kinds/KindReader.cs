using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Requests.Kinds;

/// <summary>Reads the kind of a workload, its replicas, and the settings of its kind.</summary>
internal static class KindReader
{
    /// <summary>The properties of a workload that this reads.</summary>
    public static readonly string[] Properties = ["kind", "replicas", "statefulSet", "job", "cronJob"];

    private static readonly (string Property, string Type, WorkloadKind[] Kinds)[] Settings =
    [
        ("statefulSet", "StatefulSetSpec", [WorkloadKind.StatefulSet]),
        ("job", "JobSpec", [WorkloadKind.Job, WorkloadKind.CronJob]),
        ("cronJob", "CronJobSpec", [WorkloadKind.CronJob]),
    ];

    /// <returns>The kind with its settings; meaningless when a fault was added.</returns>
    public static WorkloadForm Read(ObjectReader workload, ValidationFaultList faults)
    {
        if (ReadKind(workload) is not { } kind)
        {
            // What depends on the kind can't be judged.
            return new(null, 1, null, null, null, null);
        }

        var (replicas, scaling) = ReadReplicas(workload, kind, faults);
        var settings = Settings.ToDictionary(s => s.Property, s => ReadSettings(workload, s.Property, s.Type, s.Kinds, kind, faults), StringComparer.Ordinal);
        if (kind == WorkloadKind.CronJob && !workload.Has("cronJob"))
        {
            workload.AddMissing("cronJob");
        }

        var (job, cronJob) = (settings["job"], settings["cronJob"]);
        if (job is not null)
        {
            JobChecks.Check(job, kind, workload.PointerTo("job"), faults);
        }

        if (cronJob is not null)
        {
            CompleteCronJob(cronJob, workload.PointerTo("cronJob"), faults);
        }

        return new(
            kind, kind.RunsToCompletion() ? PodsAtOnce(job) : replicas, scaling, Canonical(settings["statefulSet"]), Canonical(job), Canonical(cronJob));
    }

    /// <summary>How many pods of a Job run at once.</summary>
    private static int PodsAtOnce(JsonObject? job)
    {
        var parallelism = PodNodes.Integer(job, "parallelism") ?? 1;
        return (int)Math.Min(parallelism, PodNodes.Integer(job, "completions") ?? parallelism);
    }

    private static KindSettings? Canonical(JsonObject? content) => content is null ? null : KindSettings.Of(content);

    private static WorkloadKind? ReadKind(ObjectReader workload)
    {
        if (workload.Element("kind", required: false) is not { } value)
        {
            return WorkloadKind.Deployment;
        }

        if (value.ValueKind == JsonValueKind.String && WorkloadKinds.Names.Contains(value.GetString()!))
        {
            return Enum.Parse<WorkloadKind>(value.GetString()!);
        }

        var names = string.Join(", ", WorkloadKinds.Names.Select(n => $"\"{n}\""));
        var code = value.ValueKind == JsonValueKind.String ? ValidationFaultCodes.Format : ValidationFaultCodes.Type;
        workload.AddFault("kind", code, $"Must be one of {names}.");
        return null;
    }

    private static (int Replicas, KindSettings? Scaling) ReadReplicas(ObjectReader workload, WorkloadKind kind, ValidationFaultList faults)
    {
        if (workload.Element("replicas", required: false) is not { } value)
        {
            return (1, null);
        }

        if (kind.RunsToCompletion())
        {
            workload.AddFault("replicas", ValidationFaultCodes.Exclusive, $"A {kind} has none. State \"parallelism\" and \"completions\" in \"job\".");
            return (1, null);
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return ((int)(workload.Integer("replicas", 1, RequestLimits.MaxReplicas) ?? 1), null);
        }

        var pointer = workload.PointerTo("replicas");
        var range = PodTemplateRules.Of("ReplicaRange").Read(value, pointer, faults)!;
        var (min, max) = (PodNodes.Integer(range, "min"), PodNodes.Integer(range, "max"));
        if (min > max)
        {
            faults.Add($"{pointer}/min", ValidationFaultCodes.Range, "Must not be more than \"max\".");
        }

        if (range["averageUtilization"] is not JsonObject { Count: > 0 })
        {
            range["averageUtilization"] = new JsonObject { ["cpu"] = ReplicaRange.DefaultCpuPercent };
        }

        return ((int)(max ?? 1), KindSettings.Of(range));
    }

    private static JsonObject? ReadSettings(
        ObjectReader workload, string property, string type, WorkloadKind[] kinds, WorkloadKind kind, ValidationFaultList faults)
    {
        if (workload.Element(property, required: false) is not { } value)
        {
            return null;
        }

        if (!kinds.Contains(kind))
        {
            workload.AddFault(property, ValidationFaultCodes.Exclusive, $"Only a {string.Join(" or ", kinds)} has it; this workload is a {kind}.");
            return null;
        }

        return PodTemplateRules.Of(type).Read(value, workload.PointerTo(property), faults);
    }

    private static void CompleteCronJob(JsonObject cronJob, string pointer, ValidationFaultList faults)
    {
        if (PodNodes.Text(cronJob, "schedule") is { } schedule && CronSchedule.FindMistake(schedule) is { } mistake)
        {
            faults.Add($"{pointer}/schedule", ValidationFaultCodes.Format, mistake);
        }

        if (!cronJob.ContainsKey("concurrencyPolicy"))
        {
            cronJob["concurrencyPolicy"] = "Forbid";
            faults.AddNote(
                $"{pointer}/concurrencyPolicy", RequestNote.Defaulted, "Set to Forbid: Kubernetes' default, Allow, would need capacity without limit.");
        }
    }
}

/// <summary>What a workload's kind and its settings say.</summary>
/// <param name="Kind">The kind; null when it isn't one.</param>
/// <param name="Replicas">The most pods at once.</param>
/// <param name="Scaling">The range of replicas; null for a fixed number.</param>
/// <param name="StatefulSet">Settings of a StatefulSet; null for none.</param>
/// <param name="Job">Settings of a Job or of a CronJob's Jobs; null for none.</param>
/// <param name="CronJob">Settings of a CronJob.</param>
internal sealed record WorkloadForm(
    WorkloadKind? Kind, int Replicas, KindSettings? Scaling, KindSettings? StatefulSet, KindSettings? Job, KindSettings? CronJob)
{
    /// <summary>A workload with this kind and these settings.</summary>
    public WorkloadSpec Of(WorkloadSpec workload) => workload with
    {
        Kind = Kind ?? WorkloadKind.Deployment,
        Replicas = Replicas,
        Scaling = Scaling,
        StatefulSet = StatefulSet,
        Job = Job,
        CronJob = CronJob,
    };
}
