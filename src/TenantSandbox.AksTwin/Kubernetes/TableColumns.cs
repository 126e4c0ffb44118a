using static TenantSandbox.AksTwin.Kubernetes.TableColumn;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The columns that <c>kubectl get</c> prints for each kind.</summary>
internal static class TableColumns
{
    private static readonly TableColumn Name = Text("Name", "metadata", "name");
    private static readonly TableColumn Age = Text("Age", "metadata", "creationTimestamp") with { IsTime = true };

    private static readonly Dictionary<ResourceKind, TableColumn[]> Columns = new()
    {
        [Kinds.Namespaces] = [Name, Text("Status", "status", "phase"), Age],
        [Kinds.Pods] =
        [
            Name,
            new("Ready", PodColumns.Ready), new("Status", PodColumns.Status), new("Restarts", PodColumns.Restarts), Age,
            Wide("IP", o => o.GetString("status", "podIP")), Wide("Node", o => o.GetString("spec", "nodeName")),
        ],
        [Kinds.Services] =
        [
            Name, Text("Type", "spec", "type"), Text("Cluster-IP", "spec", "clusterIP"),
            new("External-IP", o => Join(o.GetObjects("status", "loadBalancer", "ingress").Select(i => i.GetString("ip")))),
            new("Port(s)", o => Join(o.GetObjects("spec", "ports").Select(p => $"{p["port"]}/{p.GetString("protocol")}"))), Age,
        ],
        [Kinds.Endpoints] =
        [
            Name, new("Endpoints", o => Join(
                from subset in o.GetObjects("subsets")
                from address in subset.GetObjects("addresses")
                from port in subset.GetObjects("ports")
                select $"{address.GetString("ip")}:{port["port"]}")),
            Age,
        ],
        [Kinds.Deployments] =
        [
            Name, new("Ready", o => $"{o.GetInteger("status", "readyReplicas") ?? 0}/{o.GetInteger("spec", "replicas")}"),
            Count("Up-to-date", "status", "updatedReplicas"), Count("Available", "status", "availableReplicas"), Age,
        ],
        [Kinds.ReplicaSets] =
        [
            Name, Count("Desired", "spec", "replicas"), Count("Current", "status", "replicas"),
            Count("Ready", "status", "readyReplicas"), Age,
        ],
        [Kinds.DaemonSets] =
        [
            Name, Count("Desired", "status", "desiredNumberScheduled"), Count("Current", "status", "currentNumberScheduled"),
            Count("Ready", "status", "numberReady"), Count("Up-to-date", "status", "updatedNumberScheduled"),
            Count("Available", "status", "numberAvailable"), Age,
        ],
        [Kinds.Nodes] =
        [
            Name, new("Status", o => (Condition.IsTrue(o, "Ready") ? "Ready" : "NotReady")
                + (o.GetBoolean("spec", "unschedulable") is true ? ",SchedulingDisabled" : "")),
            new("Roles", _ => null), Age, Text("Version", "status", "nodeInfo", "kubeletVersion"),
            Wide("OS-Image", o => o.GetString("status", "nodeInfo", "osImage")),
            Wide("Kernel-Version", o => o.GetString("status", "nodeInfo", "kernelVersion")),
            Wide("Container-Runtime", o => o.GetString("status", "nodeInfo", "containerRuntimeVersion")),
        ],
        [Kinds.Events] =
        [
            Text("Last Seen", "lastTimestamp") with { IsTime = true }, Text("Type", "type"), Text("Reason", "reason"),
            new("Object", o => $"{o.GetString("involvedObject", "kind")?.ToLowerInvariant()}/{o.GetString("involvedObject", "name")}"),
            new("Message", o => o.GetString("message")?.Trim()), Wide("Source", o => o.GetString("source", "component")),
        ],
        [Kinds.ResourceQuotas] =
            [Name, new("Request", o => FormatUsage(o, limits: false)), new("Limit", o => FormatUsage(o, limits: true)), Age],
        [Kinds.LimitRanges] = [Name, Text("Created At", "metadata", "creationTimestamp")],
        [Kinds.ServiceAccounts] = [Name, Count("Secrets", "secrets"), Age],
        [Kinds.StatefulSets] =
            [Name, new("Ready", o => $"{o.GetInteger("status", "readyReplicas") ?? 0}/{o.GetInteger("spec", "replicas")}"), Age],
        [Kinds.ControllerRevisions] =
        [
            Name,
            new("Controller", o => o.GetObjects("metadata", "ownerReferences")
                .Select(r => $"{r.GetString("kind")?.ToLowerInvariant()}.apps/{r.GetString("name")}").FirstOrDefault()),
            Count("Revision", "revision"), Age,
        ],
        [Kinds.PersistentVolumeClaims] =
        [
            Name, Text("Status", "status", "phase"), Text("Volume", "spec", "volumeName"),
            Text("Capacity", "status", "capacity", "storage"),
            new("Access Modes", AccessModes), Text("StorageClass", "spec", "storageClassName"), Age,
            Wide("VolumeMode", o => o.GetString("spec", "volumeMode")),
        ],
        [Kinds.PersistentVolumes] =
        [
            Name, Text("Capacity", "spec", "capacity", "storage"), new("Access Modes", AccessModes),
            Text("Reclaim Policy", "spec", "persistentVolumeReclaimPolicy"), Text("Status", "status", "phase"),
            new("Claim", o => o.GetObject("spec", "claimRef") is { } claim
                ? $"{claim.GetString("namespace")}/{claim.GetString("name")}" : ""),
            Text("StorageClass", "spec", "storageClassName"), Age,
        ],
        [Kinds.StorageClasses] =
        [
            new("Name", o => o.GetString("metadata", "name")
                + (o.GetString("metadata", "annotations", "storageclass.kubernetes.io/is-default-class") == "true" ? " (default)" : "")),
            Text("Provisioner", "provisioner"), Text("ReclaimPolicy", "reclaimPolicy"), Text("VolumeBindingMode", "volumeBindingMode"),
            new("AllowVolumeExpansion", o => o.GetBoolean("allowVolumeExpansion") is true ? "true" : "false"), Age,
        ],
        [Kinds.HorizontalPodAutoscalers] =
        [
            Name, new("Reference", o => $"{o.GetString("spec", "scaleTargetRef", "kind")}/{o.GetString("spec", "scaleTargetRef", "name")}"),
            new("Targets", o => Join(o.GetObjects("spec", "metrics").Select(Target))), Count("MinPods", "spec", "minReplicas"),
            Count("MaxPods", "spec", "maxReplicas"), Count("Replicas", "status", "currentReplicas"), Age,
        ],
        [Kinds.Gateways] =
        [
            Name, Text("Class", "spec", "gatewayClassName"),
            new("Address", o => Join(o.GetObjects("status", "addresses").Select(a => a.GetString("value")))),
            new("Programmed", o => Condition.Find(o, "Programmed").GetString("status")), Age,
        ],
        [Kinds.HttpRoutes] = [Name, new("Hostnames", o => o.GetNode("spec", "hostnames")?.ToJsonString()), Age],
        [Kinds.Jobs] =
        [
            Name, new("Status", JobStatusOf), new("Completions", Completions),
            Text("Duration", "status", "startTime") with { IsTime = true, Until = o => o.GetNode("status", "completionTime") }, Age,
        ],
        [Kinds.CronJobs] =
        [
            Name, Text("Schedule", "spec", "schedule"), Text("Timezone", "spec", "timeZone"),
            new("Suspend", o => o.GetBoolean("spec", "suspend") is true ? "True" : "False"),
            new("Active", o => o.GetObjects("status", "active").Count(), "integer"),
            Text("Last Schedule", "status", "lastScheduleTime") with { IsTime = true }, Age,
        ],
        [Kinds.Secrets] = [Name, Text("Type", "type"), new("Data", o => o.GetObject("data")?.Count ?? 0, "integer"), Age],
        [Kinds.ConfigMaps] = [Name, new("Data", o => o.GetObject("data")?.Count ?? 0, "integer"), Age],
        [Kinds.NetworkPolicies] = [Name, new("Pod-Selector", o => FormatMap(o.GetObject("spec", "podSelector", "matchLabels"))), Age],
        [Kinds.CiliumNetworkPolicies] = [Name, Age],
        [Kinds.RuntimeClasses] = [Name, Text("Handler", "handler"), Age],
        [Kinds.PriorityClasses] =
        [
            Name, Count("Value", "value"), new("Global-Default", o => o.GetBoolean("globalDefault") is true, "boolean"), Age,
            Text("PreemptionPolicy", "preemptionPolicy"),
        ],
        [Kinds.AdmissionPolicies] =
        [
            Name, new("Validations", o => o.GetObjects("spec", "validations").Count(), "integer"),
            new("ParamKind", o => o.GetObject("spec", "paramKind") is { } kind
                ? $"{kind.GetString("apiVersion")}/{kind.GetString("kind")}" : "<unset>"),
            Age,
        ],
        [Kinds.AdmissionPolicyBindings] = [Name, Text("PolicyName", "spec", "policyName"), new("ParamRef", ParamRef), Age],
    };

    public static TableColumn[] Of(ResourceKind kind) => Columns[kind];

    private static JsonNode? AccessModes(JsonObject item) =>
        Join((item.GetNode("status", "accessModes") ?? item.GetNode("spec", "accessModes")).GetStrings().Select(mode => mode switch
        {
            "ReadWriteOnce" => "RWO",
            "ReadOnlyMany" => "ROX",
            "ReadWriteMany" => "RWX",
            _ => "RWOP",
        }));

    private static string? Target(JsonObject metric) => metric.GetObject("resource") is not { } resource ? "<unknown>"
        : $"{resource.GetString("name")}: <unknown>/" + (resource.GetInteger("target", "averageUtilization") is { } percent
            ? $"{percent}%" : resource.GetString("target", "averageValue"));

    private static JsonNode? JobStatusOf(JsonObject job) =>
        ((string[])["Failed", "Complete", "FailureTarget", "SuccessCriteriaMet", "Suspended"])
            .FirstOrDefault(c => Condition.IsTrue(job, c)) ?? "Running";

    private static JsonNode? Completions(JsonObject job)
    {
        var (done, parallelism) = (JobStatus.Count(job, "succeeded"), job.GetInteger("spec", "parallelism") ?? 0);
        return job.GetInteger("spec", "completions") is { } completions ? $"{done}/{completions}"
            : parallelism > 1 ? $"{done}/1 of {parallelism}" : $"{done}/1";
    }

    private static JsonNode? ParamRef(JsonObject binding) => binding.GetObject("spec", "paramRef") is not { } reference ? "<unset>"
        : reference.GetString("name") is { Length: > 0 } name ? $"{reference.GetString("namespace") ?? "*"}/{name}"
        : FormatMap(reference.GetObject("selector", "matchLabels"));

    private static string? Join(IEnumerable<string?> parts) => string.Join(',', parts) is { Length: > 0 } text ? text : null;

    private static string? FormatMap(JsonObject? map) => Join(map.GetStringMap().Select(p => $"{p.Key}={p.Value}"));

    private static string FormatUsage(JsonObject quota, bool limits) => string.Join(", ",
        from hard in quota.GetStringMap("status", "hard")
        where hard.Key.StartsWith("limits.", StringComparison.Ordinal) == limits
        orderby hard.Key
        select $"{hard.Key}: {quota.GetString("status", "used", hard.Key)}/{hard.Value}");
}
