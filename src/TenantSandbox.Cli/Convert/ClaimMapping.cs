using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Volumes;

namespace TenantSandbox.Cli.Convert;

/// <summary>Takes the claims of the manifests that workloads use into the request, with StorageClasses that the installation has.</summary>
/// <param name="claims">The manifests.</param>
/// <param name="storageClasses">The installation's class for each class of the manifests; the empty name stands for all others, and for none.</param>
internal sealed class ClaimMapping(IEnumerable<V1PersistentVolumeClaim> claims, IReadOnlyDictionary<string, string> storageClasses)
{
    private const string NoClass = "It names no StorageClass. Give the installation's with --storage-class.";

    /// <summary>How claims named their class before they had a field for it (Kubernetes documentation, "Well-Known Labels, Annotations and Taints").</summary>
    private const string ClassAnnotation = "volume.beta.kubernetes.io/storage-class";

    // More than any installation allows: which sizes and classes it does isn't known here.
    private const int AnySizeMiB = int.MaxValue;

    private static readonly string[] NotTaken = ["dataSource", "dataSourceRef", "selector", "volumeName", "volumeAttributesClassName"];

    private readonly Dictionary<string, V1PersistentVolumeClaim> _claims = claims
        .Where(claim => claim.Metadata?.Name is not null && claim.Spec is not null)
        .GroupBy(claim => claim.Metadata.Name, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Last(), StringComparer.Ordinal);

    private readonly SortedDictionary<string, JsonObject> _taken = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _classes = new(StringComparer.Ordinal);

    /// <summary>Rules with which the request is valid if its installation allows the classes that it names.</summary>
    public InstallationRules Rules => new()
    {
        StorageClasses = [.. _classes.Select(name => new StorageClassRule(name, AccessMode.All, AnySizeMiB, long.MaxValue, AllowRetain: true))],
    };

    /// <summary>Takes the claims that a workload uses, and completes those that each of its pods gets.</summary>
    public void Prepare(WorkloadDraft workload)
    {
        foreach (var name in workload.Volumes.Select(v => (v["persistentVolumeClaim"] as JsonObject)?["claimName"]?.GetValue<string>()).OfType<string>())
        {
            Take(workload, name);
        }

        foreach (var spec in workload.Volumes.Select(v => v["ephemeral"]?["volumeClaimTemplate"]?["spec"]).OfType<JsonObject>())
        {
            Complete(spec);
        }

        var templates = workload.Settings["statefulSet"]?["volumeClaimTemplates"] as JsonArray ?? [];
        foreach (var template in templates.OfType<JsonObject>().Where(t => !CompleteTemplate(t)).ToArray())
        {
            templates.Remove(template);
            workload.NoteNotTaken($"volumeClaimTemplates: {template["metadata"]?["name"]}. {NoClass}");
        }
    }

    private bool CompleteTemplate(JsonObject template)
    {
        if (template["spec"] is not JsonObject spec)
        {
            return true;
        }

        if (template["metadata"]?["annotations"] is JsonObject annotations && annotations.Remove(ClassAnnotation, out var storageClass))
        {
            spec["storageClassName"] ??= storageClass;
        }

        return Complete(spec);
    }

    private bool Complete(JsonObject claim)
    {
        claim["storageClassName"] = Map(claim["storageClassName"]?.GetValue<string>());
        return claim["storageClassName"] is not null;
    }

    /// <summary>The claims for the request; null for none.</summary>
    public JsonArray? ToRequest(List<ConversionNote> notes)
    {
        foreach (var name in _classes)
        {
            notes.Add(new($"StorageClass/{name}", ConversionNoteKind.Changed, "The installation must allow claims of it (Storage__Classes)."));
        }

        return _taken.Count == 0 ? null : new JsonArray([.. _taken.Values.Select(claim => claim.DeepClone())]);
    }

    private void Take(WorkloadDraft workload, string name)
    {
        if (_taken.ContainsKey(name) || !_claims.TryGetValue(name, out var claim))
        {
            return;
        }

        var annotated = claim.Metadata.Annotations?.TryGetValue(ClassAnnotation, out var old) == true ? old : null;
        if (Map(claim.Spec.StorageClassName ?? annotated) is not { } storageClass)
        {
            // The validator then refuses the volume, and says that the request has no such claim.
            workload.NoteNotTaken(NoClass, $"PersistentVolumeClaim/{name}");
            return;
        }

        var spec = JsonNode.Parse(KubernetesJson.Serialize(claim.Spec))!.AsObject();
        string[] lost = [.. NotTaken.Where(spec.Remove)];
        if (lost.Length > 0)
        {
            workload.NoteNotTaken($"{string.Join(", ", lost)}: a claim of a request starts with a new, empty volume.", $"PersistentVolumeClaim/{name}");
        }

        spec["name"] = name;
        spec["storageClassName"] = storageClass;
        (spec["resources"] as JsonObject)?.Remove("limits");
        _taken[name] = spec;
    }

    private string? Map(string? name)
    {
        var mapped = storageClasses.TryGetValue(name ?? "", out var exact) ? exact : storageClasses.TryGetValue("", out var any) ? any : name;
        if (mapped is { Length: > 0 })
        {
            _classes.Add(mapped);
            return mapped;
        }

        return null;
    }
}
