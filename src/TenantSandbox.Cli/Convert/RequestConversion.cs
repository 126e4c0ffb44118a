using System.Text.Json.Nodes;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Core.Requests.Network;

namespace TenantSandbox.Cli.Convert;

/// <summary>What the request is made for.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Revision">The request's revision.</param>
/// <param name="Tier"><c>pooled</c> or <c>dedicated</c>.</param>
/// <param name="DefaultCpu">The CPU limit of a container that names neither limit nor request.</param>
/// <param name="DefaultMemory">The same for memory.</param>
internal sealed record ConversionOptions(string TenantId, long Revision, string Tier, string DefaultCpu, string DefaultMemory)
{
    /// <summary>The installation's StorageClass for each of the manifests; the empty name stands for all others, and for none.</summary>
    public IReadOnlyDictionary<string, string> StorageClasses { get; init; } = new Dictionary<string, string>();

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
        var configMaps = new ConfigMapMapping(Contents<V1ConfigMap>(manifests));
        var claims = new ClaimMapping(Contents<V1PersistentVolumeClaim>(manifests), options.StorageClasses);
        var sizes = new GuestSizes(options.DefaultCpu, options.DefaultMemory);
        foreach (var workload in workloads.Where(w => !w.IsDropped))
        {
            IdentityMapping.WriteInto(workload, Contents<V1ServiceAccount>(manifests), options.TenantId);
            AppSettings.TakeOut(workload);
            configMaps.Prepare(workload);
            claims.Prepare(workload);
            sizes.WriteInto(workload);
        }

        notes.AddRange(ServiceMapping.Apply(Contents<V1Service>(manifests), workloads));
        notes.AddRange(RouteMapping.Apply(Contents<RouteDocument>(manifests), Contents<V1Service>(manifests), workloads));
        notes.AddRange(AutoscalerMapping.Apply(Contents<V2HorizontalPodAutoscaler>(manifests), workloads));
        var policies = new PolicyMapping(workloads);
        policies.Apply(Contents<V1NetworkPolicy>(manifests));
        notes.AddRange(policies.Notes);
        var secretRefs = SecretMapping.Map(workloads, options.Secrets, notes);
        notes.AddRange(manifests.Where(m => m.Content is null or V1ServiceAccount && !OtherKinds.RunPods(m.Kind)).Select(OtherKinds.Note));

        var shared = new JsonObject
        {
            ["egressAllowList"] = policies.AllowList.Count > 0 ? policies.AllowList : null,
            ["configMaps"] = configMaps.ToRequest(notes),
            ["claims"] = claims.ToRequest(notes),
            ["secretRefs"] = secretRefs.Count > 0 ? secretRefs : null,
        };
        // Which installation the request is for isn't known; what depends on it is noted where it is taken.
        var rules = claims.Rules with { Network = NetworkRules.Any, Secrets = SecretAssignments.Unchecked, Identities = IdentityAssignments.Unchecked };
        var faults = new RequestRepair(workloads, rules, taken => Build(options, taken, shared)).Run();
        return new(Build(options, [.. workloads.Where(w => !w.IsDropped)], shared), workloads, notes, faults);
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

    private static JsonObject Build(ConversionOptions options, IReadOnlyList<WorkloadDraft> workloads, JsonObject shared)
    {
        var request = new JsonObject
        {
            ["tenantId"] = options.TenantId,
            ["revision"] = options.Revision,
            ["tier"] = options.Tier,
            ["workloads"] = new JsonArray([.. workloads.Select(workload => workload.ToWorkload())]),
        };
        foreach (var (name, value) in shared.Where(property => property.Value is not null))
        {
            request[name] = value!.DeepClone();
        }

        return request;
    }
}
