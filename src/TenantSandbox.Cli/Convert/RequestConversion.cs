using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Cli.Convert;

/// <summary>What the request is made for.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Revision">The request's revision.</param>
/// <param name="Tier"><c>pooled</c> or <c>dedicated</c>.</param>
/// <param name="DefaultCpu">The CPU limit of a container that names neither limit nor request.</param>
/// <param name="DefaultMemory">The same for memory.</param>
internal sealed record ConversionOptions(string TenantId, long Revision, string Tier, string DefaultCpu, string DefaultMemory)
{
    /// <summary>The addresses of secrets in Key Vault, by the Secret's name and key.</summary>
    public IReadOnlyDictionary<(string Name, string Key), string> Secrets { get; init; } = new Dictionary<(string Name, string Key), string>();
}

/// <summary>A tenant request made of manifests.</summary>
/// <param name="Request">The request. It is valid unless there are faults.</param>
/// <param name="Workloads">Every workload of the manifests, with its verdict.</param>
/// <param name="Notes">What became of everything else.</param>
/// <param name="Faults">What is wrong with the request beside its workloads.</param>
internal sealed record Conversion(
    JsonObject Request, IReadOnlyList<WorkloadDraft> Workloads, IReadOnlyList<ConversionNote> Notes, IReadOnlyList<ValidationFault> Faults)
{
    /// <summary>True if the request says everything that the manifests do.</summary>
    public bool IsComplete =>
        Faults.Count == 0 && Workloads.All(w => w.Verdict == ConversionVerdict.InFull) && Notes.All(n => n.Kind != ConversionNoteKind.NotTaken);
}

/// <summary>Makes a tenant request of Kubernetes manifests.</summary>
internal static class RequestConversion
{
    public static Conversion Convert(IReadOnlyList<Manifest> manifests, ConversionOptions options)
    {
        var notes = new List<ConversionNote>();
        var workloads = manifests.Select(DraftOf).OfType<WorkloadDraft>().ToList();
        var configMaps = new ConfigMapValues(Contents<V1ConfigMap>(manifests));
        var sizes = new GuestSizes(options.DefaultCpu, options.DefaultMemory);
        foreach (var workload in workloads.Where(w => !w.IsDropped))
        {
            IdentityMapping.WriteInto(workload, Contents<V1ServiceAccount>(manifests), options.TenantId);
            AppSettings.TakeOut(workload);
            configMaps.WriteInto(workload);
            sizes.WriteInto(workload);
        }

        notes.AddRange(ServiceMapping.Apply(Contents<V1Service>(manifests), workloads));
        notes.AddRange(FixReplicas(Contents<V2HorizontalPodAutoscaler>(manifests), workloads));
        var (allowList, policyNotes) = EgressMapping.Map(Contents<V1NetworkPolicy>(manifests));
        notes.AddRange(policyNotes);
        var secretRefs = SecretMapping.Map(workloads, options.Secrets, notes);
        notes.AddRange(manifests.Where(m => m.Content is null or V1ServiceAccount && !OtherKinds.RunPods(m.Kind)).Select(OtherKinds.Note));

        var faults = new RequestRepair(workloads, taken => Build(options, taken, allowList, secretRefs)).Run();
        return new(Build(options, [.. workloads.Where(w => !w.IsDropped)], allowList, secretRefs), workloads, notes, faults);
    }

    private static IEnumerable<T> Contents<T>(IReadOnlyList<Manifest> manifests) => manifests.Select(m => m.Content).OfType<T>();

    /// <returns>Null if the manifest runs no pods.</returns>
    private static WorkloadDraft? DraftOf(Manifest manifest)
    {
        if (manifest.Content is V1Deployment deployment)
        {
            return DraftOf(manifest, deployment);
        }

        if (!OtherKinds.RunPods(manifest.Kind))
        {
            return null;
        }

        var draft = new WorkloadDraft(manifest.Id, manifest.Name, []);
        draft.Drop(OtherKinds.Note(manifest).Text);
        return draft;
    }

    private static WorkloadDraft DraftOf(Manifest manifest, V1Deployment deployment)
    {
        var template = JsonNode.Parse(KubernetesJson.Serialize(deployment.Spec?.Template ?? new V1PodTemplateSpec()))!.AsObject();
        if (template["metadata"] is JsonObject metadata)
        {
            foreach (var property in metadata.Select(pair => pair.Key).Where(key => key is not ("labels" or "annotations")).ToArray())
            {
                metadata.Remove(property);
            }
        }

        template["spec"] ??= new JsonObject();
        return new WorkloadDraft(manifest.Id, manifest.Name, template) { Replicas = deployment.Spec?.Replicas ?? 1 };
    }

    private static List<ConversionNote> FixReplicas(IEnumerable<V2HorizontalPodAutoscaler> autoscalers, List<WorkloadDraft> workloads)
    {
        var notes = new List<ConversionNote>();
        foreach (var autoscaler in autoscalers)
        {
            var id = $"HorizontalPodAutoscaler/{autoscaler.Metadata?.Name}";
            var target = autoscaler.Spec?.ScaleTargetRef;
            if (workloads.FirstOrDefault(w => w.Source == $"{target?.Kind}/{target?.Name}") is not { } workload)
            {
                notes.Add(new(id, ConversionNoteKind.NotTaken, $"It scales {target?.Kind}/{target?.Name}, which isn't converted."));
                continue;
            }

            workload.Replicas = Math.Max(workload.Replicas, autoscaler.Spec!.MinReplicas ?? 1);
            workload.NoteNotTaken($"Replicas are fixed at {workload.Replicas}; the request can't scale them up to {autoscaler.Spec.MaxReplicas}.", id);
        }

        return notes;
    }

    private static JsonObject Build(ConversionOptions options, IReadOnlyList<WorkloadDraft> workloads, JsonArray allowList, JsonArray secretRefs)
    {
        var request = new JsonObject
        {
            ["tenantId"] = options.TenantId,
            ["revision"] = options.Revision,
            ["tier"] = options.Tier,
            ["workloads"] = new JsonArray([.. workloads.Select(workload => workload.ToWorkload())]),
        };
        if (allowList.Count > 0)
        {
            request["egressAllowList"] = allowList.DeepClone();
        }

        if (secretRefs.Count > 0)
        {
            request["secretRefs"] = secretRefs.DeepClone();
        }

        return request;
    }
}
