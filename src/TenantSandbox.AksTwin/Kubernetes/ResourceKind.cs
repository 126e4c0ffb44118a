using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>A kind that the twin serves.</summary>
/// <param name="Model">The typed model whose shape says which fields exist and of what type they are.</param>
internal sealed record ResourceKind(string Group, string Version, string Kind, string Plural, bool Namespaced, Type Model, params string[] ShortNames)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public string Singular { get; } = Kind.ToLowerInvariant();

    /// <summary>Plural and group, as error messages have it: <c>deployments.apps</c>.</summary>
    public string Resource { get; } = Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public bool HasStatus { get; } = Model.GetProperty("Status") is not null;

    public bool HasScale => this == Kinds.Deployments || this == Kinds.ReplicaSets;

    /// <summary>Whether a change of the spec counts up metadata.generation.</summary>
    public bool HasGeneration => HasScale || this == Kinds.Pods || this == Kinds.NetworkPolicies;

    public string[] Categories => HasScale || this == Kinds.Pods || this == Kinds.Services ? ["all"] : [];

    /// <summary>Whether a deletion that is over at once is answered with the object; other kinds answer with a Status (kubernetes/kubernetes, ReturnDeletedObject of each store).</summary>
    public bool ReturnsDeleted => this == Kinds.Pods || this == Kinds.Services || this == Kinds.ServiceAccounts || this == Kinds.ResourceQuotas;

    /// <summary>Written often and read seldom: kept as bytes only.</summary>
    public bool Cold => this == Kinds.Events;

    public bool Equals(ResourceKind? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

    public override string ToString() => Resource;
}

/// <summary>Everything that the twin serves: what the app writes, and what explains it to a person.</summary>
internal static class Kinds
{
    public static readonly ResourceKind ConfigMaps = new("", "v1", "ConfigMap", "configmaps", true, typeof(V1ConfigMap), "cm");
    public static readonly ResourceKind Endpoints = new("", "v1", "Endpoints", "endpoints", true, typeof(V1Endpoints), "ep");
    public static readonly ResourceKind Events = new("", "v1", "Event", "events", true, typeof(Corev1Event), "ev");
    public static readonly ResourceKind LimitRanges = new("", "v1", "LimitRange", "limitranges", true, typeof(V1LimitRange), "limits");
    public static readonly ResourceKind Namespaces = new("", "v1", "Namespace", "namespaces", false, typeof(V1Namespace), "ns");
    public static readonly ResourceKind Nodes = new("", "v1", "Node", "nodes", false, typeof(V1Node), "no");
    public static readonly ResourceKind Pods = new("", "v1", "Pod", "pods", true, typeof(V1Pod), "po");
    public static readonly ResourceKind ResourceQuotas = new("", "v1", "ResourceQuota", "resourcequotas", true, typeof(V1ResourceQuota), "quota");
    public static readonly ResourceKind ServiceAccounts = new("", "v1", "ServiceAccount", "serviceaccounts", true, typeof(V1ServiceAccount), "sa");
    public static readonly ResourceKind Services = new("", "v1", "Service", "services", true, typeof(V1Service), "svc");
    public static readonly ResourceKind Deployments = new("apps", "v1", "Deployment", "deployments", true, typeof(V1Deployment), "deploy");
    public static readonly ResourceKind ReplicaSets = new("apps", "v1", "ReplicaSet", "replicasets", true, typeof(V1ReplicaSet), "rs");
    public static readonly ResourceKind EndpointSlices = new("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", true, typeof(V1EndpointSlice));
    public static readonly ResourceKind NetworkPolicies = new("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true, typeof(V1NetworkPolicy), "netpol");
    public static readonly ResourceKind RuntimeClasses = new("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", false, typeof(V1RuntimeClass));

    public static readonly IReadOnlyList<ResourceKind> All =
    [
        ConfigMaps, Endpoints, Events, LimitRanges, Namespaces, Nodes, Pods, ResourceQuotas, ServiceAccounts, Services,
        Deployments, ReplicaSets, EndpointSlices, NetworkPolicies, RuntimeClasses,
    ];

    public static ResourceKind? Find(string group, string version, string plural) =>
        All.FirstOrDefault(k => k.Group == group && k.Version == version && k.Plural == plural);
}

/// <summary>Where an object lives; <paramref name="Namespace"/> is empty for cluster-wide kinds.</summary>
internal readonly record struct ObjectKey(ResourceKind Kind, string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? $"{Kind.Resource}/{Name}" : $"{Kind.Resource}/{Namespace}/{Name}";
}
