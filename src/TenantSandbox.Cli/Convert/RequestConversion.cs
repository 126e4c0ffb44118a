using System.Text.Json.Nodes;
using k8s.Models;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Cli.Convert;

/// <summary>What the request is made for.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Revision">The request's revision.</param>
/// <param name="Tier"><c>pooled</c> or <c>dedicated</c>.</param>
/// <param name="DefaultCpu">The CPU limit of a container that names neither limit nor request.</param>
/// <param name="DefaultMemory">The same for memory.</param>
internal sealed record ConversionOptions(string TenantId, long Revision, string Tier, string DefaultCpu, string DefaultMemory);

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
            AppSettings.TakeOut(workload);
            configMaps.WriteInto(workload);
            sizes.WriteInto(workload);
        }

        notes.AddRange(ServiceMapping.Apply(Contents<V1Service>(manifests), workloads));
        notes.AddRange(RouteMapping.Apply(Contents<RouteDocument>(manifests), Contents<V1Service>(manifests), workloads));
        notes.AddRange(AutoscalerMapping.Apply(Contents<V2HorizontalPodAutoscaler>(manifests), workloads));
        var policies = new PolicyMapping(workloads);
        policies.Apply(Contents<V1NetworkPolicy>(manifests));
        notes.AddRange(policies.Notes);
        notes.AddRange(manifests.Where(m => m.Content is null && !OtherKinds.RunPods(m.Kind)).Select(OtherKinds.Note));

        var faults = new RequestRepair(workloads, taken => Build(options, taken, policies.AllowList)).Run();
        return new(Build(options, [.. workloads.Where(w => !w.IsDropped)], policies.AllowList), workloads, notes, faults);
    }

    private static IEnumerable<T> Contents<T>(IReadOnlyList<Manifest> manifests) => manifests.Select(m => m.Content).OfType<T>();

    /// <returns>Null if the manifest runs no pods.</returns>
    private static WorkloadDraft? DraftOf(Manifest manifest)
    {
        if (KindMapping.DraftOf(manifest) is { } taken)
        {
            return taken;
        }

        if (!OtherKinds.RunPods(manifest.Kind))
        {
            return null;
        }

        var draft = new WorkloadDraft(manifest.Id, manifest.Name, []);
        draft.Drop(OtherKinds.Note(manifest).Text);
        return draft;
    }

    private static JsonObject Build(ConversionOptions options, IReadOnlyList<WorkloadDraft> workloads, JsonArray allowList)
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

        return request;
    }
}
