using System.Reflection;
using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A kind that the twin serves, in version v1.</summary>
internal sealed class ResourceKind
{
    /// <param name="model">The typed model: it names the kind, and its shape says which fields exist and of what type they are.</param>
    public ResourceKind(Type model, params string[] shortNames)
    {
        var entity = model.GetCustomAttribute<KubernetesEntityAttribute>()!;
        (Model, ShortNames, Group, Kind, Plural) = (model, shortNames, entity.Group, entity.Kind, entity.PluralName);
        ApiVersion = Group.Length == 0 ? "v1" : $"{Group}/v1";
        Resource = Group.Length == 0 ? Plural : $"{Plural}.{Group}";
        HasStatus = model.GetProperty("Status") is not null;
    }

    public Type Model { get; }

    public string[] ShortNames { get; }

    public string Group { get; }

    public string Kind { get; }

    public string Plural { get; }

    public string ApiVersion { get; }

    /// <summary>Plural and group, as error messages have it: <c>deployments.apps</c>.</summary>
    public string Resource { get; }

    public bool HasStatus { get; }

    public bool Namespaced { get; init; } = true;

    /// <summary>Whether a change of the spec counts up metadata.generation.</summary>
    public bool HasGeneration { get; init; }

    public string[] Categories { get; init; } = [];

    /// <summary>
    /// Whether a deletion that is over at once is answered with the object; other kinds answer with a Status
    /// (kubernetes/kubernetes, ReturnDeletedObject of each store).
    /// </summary>
    public bool ReturnsDeleted { get; init; }

    /// <summary>Written often and read seldom: kept as bytes only.</summary>
    public bool Cold { get; init; }

    /// <summary>What field selectors may ask for besides name and namespace.</summary>
    public string[] Fields { get; init; } = [];

    /// <summary>What the status of a new object says.</summary>
    public string FirstStatus { get; init; } = "{}";
}

/// <summary>Everything that the twin serves: what the app writes, and what explains it to a person.</summary>
internal static class Kinds
{
    public static readonly ResourceKind ConfigMaps = new(typeof(V1ConfigMap), "cm");
    public static readonly ResourceKind Endpoints = new(typeof(V1Endpoints), "ep");

    public static readonly ResourceKind Events = new(typeof(Corev1Event), "ev")
    {
        Cold = true,
        Fields = [.. ((string[])["kind", "namespace", "name", "uid"]).Select(f => $"involvedObject.{f}"), "reason", "type"],
    };

    public static readonly ResourceKind LimitRanges = new(typeof(V1LimitRange), "limits");
    public static readonly ResourceKind Namespaces = new(typeof(V1Namespace), "ns")
    { Namespaced = false, Fields = ["status.phase"], FirstStatus = """{"phase":"Active"}""" };
    public static readonly ResourceKind Nodes = new(typeof(V1Node), "no") { Namespaced = false };

    public static readonly ResourceKind Pods = new(typeof(V1Pod), "po")
    {
        HasGeneration = true,
        Categories = ["all"],
        ReturnsDeleted = true,
        FirstStatus = """{"phase":"Pending"}""",
        Fields = ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase", "status.podIP"],
    };

    public static readonly ResourceKind ResourceQuotas = new(typeof(V1ResourceQuota), "quota") { ReturnsDeleted = true };
    public static readonly ResourceKind ServiceAccounts = new(typeof(V1ServiceAccount), "sa") { ReturnsDeleted = true };
    public static readonly ResourceKind Services = new(typeof(V1Service), "svc")
    { Categories = ["all"], ReturnsDeleted = true, FirstStatus = """{"loadBalancer":{}}""" };

    public static readonly ResourceKind Deployments = new(typeof(V1Deployment), "deploy") { HasGeneration = true, Categories = ["all"] };

    public static readonly ResourceKind ReplicaSets = new(typeof(V1ReplicaSet), "rs")
    { HasGeneration = true, Categories = ["all"], Fields = ["status.replicas"], FirstStatus = """{"replicas":0}""" };

    public static readonly ResourceKind NetworkPolicies = new(typeof(V1NetworkPolicy), "netpol") { HasGeneration = true };
    public static readonly ResourceKind RuntimeClasses = new(typeof(V1RuntimeClass)) { Namespaced = false };

    public static readonly IReadOnlyList<ResourceKind> All =
    [
        ConfigMaps, Endpoints, Events, LimitRanges, Namespaces, Nodes, Pods, ResourceQuotas, ServiceAccounts, Services,
        Deployments, ReplicaSets, NetworkPolicies, RuntimeClasses,
    ];
}

/// <summary>Where an object lives; <paramref name="Namespace"/> is empty for cluster-wide kinds.</summary>
internal readonly record struct ObjectKey(ResourceKind Kind, string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? $"{Kind.Resource}/{Name}" : $"{Kind.Resource}/{Namespace}/{Name}";
}
