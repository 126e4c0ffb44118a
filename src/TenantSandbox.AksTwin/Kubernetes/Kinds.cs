using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The kinds that the twin supports: those that the app writes, and those that operators read to diagnose them.</summary>
internal static class Kinds
{
    private static readonly string[] TemplateSpec = ["spec", "template", "spec"];

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
        PodSpecPath = ["spec"],
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

    public static readonly ResourceKind Secrets = new(typeof(V1Secret)) { SelectableFields = ["type"] };

    public static readonly ResourceKind Deployments = new(typeof(V1Deployment), "deploy")
    { HasGeneration = true, Categories = ["all"], PodSpecPath = TemplateSpec };

    public static readonly ResourceKind ReplicaSets = new(typeof(V1ReplicaSet), "rs")
    {
        HasGeneration = true,
        Categories = ["all"],
        SelectableFields = ["status.replicas"],
        InitialStatus = """{"replicas":0}""",
        PodSpecPath = TemplateSpec,
    };

    public static readonly ResourceKind StatefulSets = new(typeof(V1StatefulSet), "sts")
    {
        HasGeneration = true,
        Categories = ["all"],
        InitialStatus = """{"replicas":0,"availableReplicas":0}""",
        PodSpecPath = TemplateSpec,
    };

    public static readonly ResourceKind DaemonSets = new(typeof(V1DaemonSet), "ds")
    {
        HasGeneration = true,
        Categories = ["all"],
        InitialStatus = """{"currentNumberScheduled":0,"desiredNumberScheduled":0,"numberMisscheduled":0,"numberReady":0}""",
        PodSpecPath = TemplateSpec,
    };

    public static readonly ResourceKind ControllerRevisions = new(typeof(V1ControllerRevision));

    public static readonly ResourceKind PersistentVolumeClaims = new(typeof(V1PersistentVolumeClaim), "pvc")
    { ReturnsDeletedObject = true, InitialStatus = """{"phase":"Pending"}""" };

    public static readonly ResourceKind PersistentVolumes = new(typeof(V1PersistentVolume), "pv")
    { IsNamespaced = false, ReturnsDeletedObject = true, InitialStatus = """{"phase":"Pending"}""" };

    public static readonly ResourceKind StorageClasses = new(typeof(V1StorageClass), "sc")
    { IsNamespaced = false, ReturnsDeletedObject = true };

    public static readonly ResourceKind Jobs = new(typeof(V1Job))
    { HasGeneration = true, Categories = ["all"], SelectableFields = ["status.successful"], PodSpecPath = TemplateSpec };

    public static readonly ResourceKind CronJobs = new(typeof(V1CronJob), "cj")
    { HasGeneration = true, Categories = ["all"], PodSpecPath = ["spec", "jobTemplate", "spec", "template", "spec"] };

    public static readonly ResourceKind HorizontalPodAutoscalers = new(typeof(V2HorizontalPodAutoscaler), "hpa")
    { HasGeneration = true, Categories = ["all"], InitialStatus = """{"desiredReplicas":0}""" };

    public static readonly ResourceKind Gateways = new(typeof(Gateway), "gtw") { HasGeneration = true, ReturnsDeletedObject = true };
    public static readonly ResourceKind HttpRoutes = new(typeof(HttpRoute)) { HasGeneration = true, ReturnsDeletedObject = true };

    public static readonly ResourceKind NetworkPolicies = new(typeof(V1NetworkPolicy), "netpol") { HasGeneration = true };
    public static readonly ResourceKind CiliumNetworkPolicies = new(typeof(CiliumNetworkPolicy), "cnp", "ciliumnp")
    { HasGeneration = true, ReturnsDeletedObject = true };

    public static readonly ResourceKind RuntimeClasses = new(typeof(V1RuntimeClass)) { IsNamespaced = false };
    public static readonly ResourceKind PriorityClasses = new(typeof(V1PriorityClass), "pc") { IsNamespaced = false, HasGeneration = true };

    public static readonly ResourceKind AdmissionPolicies = new(typeof(V1ValidatingAdmissionPolicy))
    { IsNamespaced = false, HasGeneration = true, Categories = ["api-extensions"] };

    public static readonly ResourceKind AdmissionPolicyBindings = new(typeof(V1ValidatingAdmissionPolicyBinding))
    { IsNamespaced = false, HasGeneration = true, Categories = ["api-extensions"] };

    public static readonly IReadOnlyList<ResourceKind> All =
    [
        ConfigMaps, Endpoints, Events, LimitRanges, Namespaces, Nodes, PersistentVolumeClaims, PersistentVolumes, Pods, ResourceQuotas,
        Secrets, ServiceAccounts, Services,
        ControllerRevisions, DaemonSets, Deployments, ReplicaSets, StatefulSets, Jobs, CronJobs, HorizontalPodAutoscalers, StorageClasses,
        Gateways, HttpRoutes, NetworkPolicies, CiliumNetworkPolicies, RuntimeClasses,
        PriorityClasses, AdmissionPolicies, AdmissionPolicyBindings,
    ];
}
