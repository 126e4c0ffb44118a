using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The kinds that the twin supports: those that the app writes, and those that operators read to diagnose them.</summary>
internal static class Kinds
{
    public static readonly ResourceKind ConfigMaps = new(typeof(V1ConfigMap), "cm");
    public static readonly ResourceKind Endpoints = new(typeof(V1Endpoints), "ep");

    public static readonly ResourceKind Events = new(typeof(Corev1Event), "ev")
    {
        IsCold = true,
        SelectableFields = [.. ((string[])["kind", "namespace", "name", "uid"]).Select(f => $"involvedObject.{f}"), "reason", "type"],
    };

    public static readonly ResourceKind LimitRanges = new(typeof(V1LimitRange), "limits");
    public static readonly ResourceKind Namespaces = new(typeof(V1Namespace), "ns")
    { IsNamespaced = false, SelectableFields = ["status.phase"], InitialStatus = """{"phase":"Active"}""" };
    public static readonly ResourceKind Nodes = new(typeof(V1Node), "no") { IsNamespaced = false };

    public static readonly ResourceKind Pods = new(typeof(V1Pod), "po")
    {
        HasGeneration = true,
        Categories = ["all"],
        ReturnsDeletedObject = true,
        InitialStatus = """{"phase":"Pending"}""",
        SelectableFields =
        [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase", "status.podIP",
        ],
    };

    public static readonly ResourceKind ResourceQuotas = new(typeof(V1ResourceQuota), "quota") { ReturnsDeletedObject = true };
    public static readonly ResourceKind ServiceAccounts = new(typeof(V1ServiceAccount), "sa") { ReturnsDeletedObject = true };
    public static readonly ResourceKind Services = new(typeof(V1Service), "svc")
    { Categories = ["all"], ReturnsDeletedObject = true, InitialStatus = """{"loadBalancer":{}}""" };

    public static readonly ResourceKind Deployments = new(typeof(V1Deployment), "deploy") { HasGeneration = true, Categories = ["all"] };

    public static readonly ResourceKind ReplicaSets = new(typeof(V1ReplicaSet), "rs")
    { HasGeneration = true, Categories = ["all"], SelectableFields = ["status.replicas"], InitialStatus = """{"replicas":0}""" };

    public static readonly ResourceKind NetworkPolicies = new(typeof(V1NetworkPolicy), "netpol") { HasGeneration = true };
    public static readonly ResourceKind RuntimeClasses = new(typeof(V1RuntimeClass)) { IsNamespaced = false };

    public static readonly IReadOnlyList<ResourceKind> All =
    [
        ConfigMaps, Endpoints, Events, LimitRanges, Namespaces, Nodes, Pods, ResourceQuotas, ServiceAccounts, Services,
        Deployments, ReplicaSets, NetworkPolicies, RuntimeClasses,
    ];
}
