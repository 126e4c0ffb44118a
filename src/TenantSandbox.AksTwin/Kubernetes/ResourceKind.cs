using System.Reflection;
using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A kind that the twin supports, in one version.</summary>
internal sealed class ResourceKind
{
    /// <param name="model">The client library's model: defines the names of the kind and its fields with their types.</param>
    public ResourceKind(Type model, params string[] shortNames)
    {
        var entity = model.GetCustomAttribute<KubernetesEntityAttribute>()!;
        (Model, ShortNames, Group, Kind, Plural) = (model, shortNames, entity.Group, entity.Kind, entity.PluralName);
        Version = entity.ApiVersion;
        ApiVersion = Group.Length == 0 ? Version : $"{Group}/{Version}";
        Resource = Group.Length == 0 ? Plural : $"{Plural}.{Group}";
        HasStatus = model.GetProperty("Status") is not null;
    }

    public Type Model { get; }

    public string[] ShortNames { get; }

    public string Group { get; }

    public string Version { get; }

    public string Kind { get; }

    public string Plural { get; }

    public string ApiVersion { get; }

    /// <summary>Plural and group, as in error messages: <c>deployments.apps</c>.</summary>
    public string Resource { get; }

    public bool HasStatus { get; }

    public bool IsNamespaced { get; init; } = true;

    /// <summary>Whether a change of the spec increments metadata.generation.</summary>
    public bool HasGeneration { get; init; }

    public string[] Categories { get; init; } = [];

    /// <summary>
    /// Whether an immediate deletion returns the object; other kinds return a Status (kubernetes/kubernetes, ReturnDeletedObject of
    /// each store).
    /// </summary>
    public bool ReturnsDeletedObject { get; init; }

    /// <summary>Written often and read seldom: kept serialized only, and not persisted.</summary>
    public bool IsCold { get; init; }

    /// <summary>Fields that field selectors support besides name and namespace.</summary>
    public string[] SelectableFields { get; init; } = [];

    /// <summary>Path of the pod's spec in objects that have one.</summary>
    public string[]? PodSpecPath { get; init; }

    /// <summary>Status of a new object, as JSON.</summary>
    public string InitialStatus { get; init; } = "{}";

    /// <summary>The spec of a pod, or of the pods that a workload creates; null for other objects.</summary>
    public JsonObject? FindPodSpec(JsonObject json) => PodSpecPath is null ? null : json.GetObject(PodSpecPath);

    /// <summary>What has metadata and the spec of a pod: the pod itself, or the template of a workload; null for other objects.</summary>
    public JsonObject? FindPodTemplate(JsonObject json) => PodSpecPath is null ? null : json.GetObject(PodSpecPath.AsSpan()[..^1]);
}

/// <summary>Identifies an object; <paramref name="Namespace"/> is empty for cluster-scoped kinds.</summary>
internal readonly record struct ObjectKey(ResourceKind Kind, string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? $"{Kind.Resource}/{Name}" : $"{Kind.Resource}/{Namespace}/{Name}";
}
