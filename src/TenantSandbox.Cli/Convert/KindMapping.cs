using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace TenantSandbox.Cli.Convert;

/// <summary>Makes workloads of the manifests that run pods. What the validator refuses of their settings is taken out later.</summary>
internal static class KindMapping
{
    private const string Suspended = "It is suspended; suspend the tenant, or leave the workload out.";

    /// <returns>Null if the manifest runs no pods, or is of a kind that a request doesn't have.</returns>
    public static WorkloadDraft? DraftOf(Manifest manifest) => manifest.Content switch
    {
        V1Deployment deployment => Draft(manifest, "Deployment", deployment.Spec?.Template, deployment.Spec?.Replicas ?? 1),
        V1StatefulSet set => DraftOf(manifest, set),
        V1Job job => DraftOf(manifest, job),
        V1CronJob cronJob => DraftOf(manifest, cronJob),
        _ => null,
    };

    private static WorkloadDraft DraftOf(Manifest manifest, V1StatefulSet set)
    {
        var draft = Draft(manifest, "StatefulSet", set.Spec?.Template, set.Spec?.Replicas ?? 1);
        var settings = SettingsOf(set.Spec, "replicas", "selector", "template", "revisionHistoryLimit");
        draft.ServiceName = settings["serviceName"]?.GetValue<string>() is { Length: > 0 } name ? name : draft.Name;
        if (draft.ServiceName == draft.Name)
        {
            settings.Remove("serviceName");
        }

        draft.Set("statefulSet", settings);
        return draft;
    }

    private static WorkloadDraft DraftOf(Manifest manifest, V1Job job)
    {
        var draft = Draft(manifest, "Job", job.Spec?.Template, replicas: null);
        SetJob(draft, job.Spec);
        if (draft.Remove("job", "ttlSecondsAfterFinished"))
        {
            draft.NoteChanged("job.ttlSecondsAfterFinished: the finished Job is kept until the workload changes or goes.");
        }

        return draft;
    }

    private static WorkloadDraft DraftOf(Manifest manifest, V1CronJob cronJob)
    {
        var draft = Draft(manifest, "CronJob", cronJob.Spec?.JobTemplate?.Spec?.Template, replicas: null);
        var settings = SettingsOf(cronJob.Spec, "jobTemplate", "suspend");
        if (settings["concurrencyPolicy"] is null)
        {
            settings["concurrencyPolicy"] = "Forbid";
            draft.NoteChanged(
                "cronJob.concurrencyPolicy: Forbid instead of Kubernetes' default, Allow: a run that is still under way when the next is due puts that one off.");
        }

        if (cronJob.Spec?.Suspend == true)
        {
            draft.NoteNotTaken(Suspended);
        }

        draft.Set("cronJob", settings);
        SetJob(draft, cronJob.Spec?.JobTemplate?.Spec);
        return draft;
    }

    private static void SetJob(WorkloadDraft draft, V1JobSpec? spec)
    {
        if (spec?.Suspend == true)
        {
            draft.NoteNotTaken(Suspended);
        }

        draft.Set("job", SettingsOf(spec, "selector", "manualSelector", "template", "suspend"));
    }

    private static JsonObject SettingsOf(object? spec, params string[] others)
    {
        var settings = spec is null ? new JsonObject() : JsonNode.Parse(KubernetesJson.Serialize(spec))!.AsObject();
        foreach (var name in others)
        {
            settings.Remove(name);
        }

        return settings;
    }

    private static WorkloadDraft Draft(Manifest manifest, string kind, V1PodTemplateSpec? pods, int? replicas)
    {
        var template = JsonNode.Parse(KubernetesJson.Serialize(pods ?? new V1PodTemplateSpec()))!.AsObject();
        if (template["metadata"] is JsonObject metadata)
        {
            foreach (var property in metadata.Select(pair => pair.Key).Where(key => key is not ("labels" or "annotations")).ToArray())
            {
                metadata.Remove(property);
            }
        }

        template["spec"] ??= new JsonObject();
        var draft = new WorkloadDraft(manifest.Id, manifest.Name, template);
        if (kind != "Deployment")
        {
            draft.Set("kind", JsonValue.Create(kind));
        }

        if (replicas is { } number)
        {
            draft.Set("replicas", JsonValue.Create(number));
        }

        return draft;
    }
}
