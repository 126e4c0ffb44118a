using static TenantSandbox.Core.Requests.PodTemplates.FieldRule;

namespace TenantSandbox.Core.Requests.PodTemplates.Rules;

/// <summary>The pod template, its metadata and the pod.</summary>
internal static class PodRules
{
    /// <summary>The longest grace period: a rolling update waits it for each pod, and a rollout must progress within its deadline.</summary>
    public const int MaxGracePeriodSeconds = 300;

    public const int MaxContainers = 10;

    /// <summary>The account that every pod has, without a token.</summary>
    public const string ServiceAccountName = "tenant-workload";

    private const string NodeChoice = "The app chooses the nodes: those of the tenant's agent pool.";
    private const string Capacity = "Capacity is reserved for every pod, so no pod may displace another or wait behind it.";
    private const string Identity = "A template has no identity of its own.";
    private const string Alpha = "Not part of the stable API.";
    private const string Account = "Pods run as the account of the tenant, without a token for the API server.";

    /// <summary>The fields of metadata whose object gets its name elsewhere.</summary>
    public static IReadOnlyList<FieldRule> Metadata { get; } =
    [
        Accept("labels", Map(PodTextRules.LabelValue), "The app's own labels are added."),
        Accept("annotations", Map(PodTextRules.AnnotationValue)),
        .. new[]
        {
            "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers", "generateName", "generation", "managedFields",
            "name", "namespace", "ownerReferences", "resourceVersion", "selfLink", "uid",
        }.Select(name => Refuse(name, "templateIdentity", Identity)),
    ];

    public static IReadOnlyList<ObjectRule> Types { get; } =
    [
        new("PodTemplateSpec", [Accept("metadata", new ObjectValue("ObjectMeta")), Require("spec", new ObjectValue("PodSpec"))]),
        new("ObjectMeta", Metadata),
        new("PodSpec",
        [
            Refuse("activeDeadlineSeconds", "podDeadline", "Pods have no deadline of their own. A Job has one, in its settings."),
            Accept("affinity", new ObjectValue("Affinity")),
            Set("automountServiceAccountToken", "noToken", new BooleanValue(false), "Tenants don't get a token for the API server."),
            Require("containers", new ListValue(new ObjectValue("Container"), 1, MaxContainers)),
            Accept("dnsConfig", new ObjectValue("PodDNSConfig")),
            Set("dnsPolicy", "clusterDns", new ChoiceValue("ClusterFirst"), "Pods use the cluster's DNS; the network policy opens no other."),
            Set("enableServiceLinks", "noServiceLinks", new BooleanValue(false), "Otherwise every Service of the tenant would be added to every container's environment."),
            Refuse("ephemeralContainers", "ephemeralContainers", "They are added to running pods only, and a kata guest's size is fixed at its start."),
            Refuse("evictionResponders", "alphaField", Alpha),
            Accept("hostAliases", new ListValue(new ObjectValue("HostAlias"), 0, 20)),
            Set("hostIPC", "hostNamespaces", new BooleanValue(false), "Pods don't share namespaces with the node."),
            Set("hostNetwork", "hostNetwork", new BooleanValue(false), "Pods don't use the node's network."),
            Set("hostPID", "hostNamespaces", new BooleanValue(false), "Pods don't share namespaces with the node."),
            Set("hostUsers", "hostUsers", new BooleanValue(true), "Kata has no user namespaces; the guest is the boundary."),
            Accept("hostname", new TextValue(PodTextRules.Label)),
            Refuse("hostnameOverride", "alphaField", Alpha),
            Accept(
                "imagePullSecrets",
                new ListValue(new ObjectValue("LocalObjectReference"), 0, RequestLimits.MaxPullSecrets),
                "An Azure Container Registry needs none: the nodes' identity pulls from it."),
            Accept("initContainers", new ListValue(new ObjectValue("InitContainer"), 0, MaxContainers)),
            Refuse("nodeName", "nodeChoice", NodeChoice),
            Refuse("nodeSelector", "nodeChoice", NodeChoice),
            Set("os", "linux", new ObjectValue("PodOS"), "Kata guests run Linux."),
            Refuse("overhead", "kataOverhead", "The RuntimeClass declares the guest's overhead."),
            Refuse("preemptionPolicy", "priority", Capacity),
            Refuse("priority", "priority", Capacity),
            Refuse("priorityClassName", "priority", Capacity),
            Refuse("readinessGates", "readinessGates", "Nothing in a tenant's namespace could set such a condition, so the pod would never be ready."),
            Refuse("resourceClaims", "devices", "Kata guests get no devices."),
            Refuse("resources", "podResources", "State the limits of each container; they size the guest."),
            Accept(
                "restartPolicy", new ChoiceValue("Always", "OnFailure", "Never"),
                "Only Always for a Deployment and a StatefulSet, which is their default. A Job and a CronJob must state one of the others."),
            Refuse("runtimeClassName", "runtimeClass", "The app sets the kata RuntimeClass of the guest's size."),
            Set("schedulerName", "scheduler", new ChoiceValue("default-scheduler"), "Reserved capacity counts on Kubernetes' own scheduler."),
            Refuse("schedulingGates", "schedulingGates", "Nothing in a tenant's namespace could remove a gate, so the pod would never run."),
            Refuse("schedulingGroup", "alphaField", Alpha),
            Accept("securityContext", new ObjectValue("PodSecurityContext")),
            Set("serviceAccount", "serviceAccount", new ChoiceValue(ServiceAccountName), Account),
            Set("serviceAccountName", "serviceAccount", new ChoiceValue(ServiceAccountName), Account),
            Accept("setHostnameAsFQDN", new BooleanValue()),
            Set("shareProcessNamespace", "shareProcessNamespace", new BooleanValue(false), "Not verified with kata."),
            Accept("subdomain", new TextValue(PodTextRules.Label)),
            Accept("terminationGracePeriodSeconds", new IntegerValue(0, MaxGracePeriodSeconds), "30 when absent."),
            Refuse("tolerations", "nodeChoice", NodeChoice),
            Accept("topologySpreadConstraints", new ListValue(new ObjectValue("TopologySpreadConstraint"), 0, 10)),
            Accept("volumes", new ListValue(new ObjectValue("Volume"), 0, 20)),
        ]),
        new("PodOS", [Require("name", new ChoiceValue("linux"))]),
        new("HostAlias",
        [
            Require("hostnames", new ListValue(new TextValue(PodTextRules.HostName), 1, 20)),
            Require("ip", new TextValue(PodTextRules.Address)),
        ]),
        new("PodDNSConfig",
        [
            Refuse("nameservers", "clusterDns", "Pods use the cluster's DNS; the network policy opens no other."),
            Accept("options", new ListValue(new ObjectValue("PodDNSConfigOption"), 0, 10)),
            Accept("searches", new ListValue(new TextValue(PodTextRules.SearchDomain), 0, 16)),
        ]),
        new("PodDNSConfigOption", [Require("name", new TextValue(PodTextRules.DnsOption)), Accept("value", new TextValue(PodTextRules.DnsOption))]),
    ];

    private static MapValue Map(TextRule value) => new(PodTextRules.MetadataKey, value, 50, PodTextRules.ReservedMetadata);
}
