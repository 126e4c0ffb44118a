using System.Text.Json.Nodes;
using CsCheck;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

/// <summary>Random workloads of every kind that are valid in requests.</summary>
internal static class KindGen
{
    private static readonly Gen<JsonNode?> Replicas = Gen.OneOf(
        Gen.Int[1, 50].Select(n => (JsonNode?)JsonValue.Create(n)),
        Gen.Select(Gen.Int[1, 10], Gen.Int[0, 40], Gen.Int[1, 100], Gen.Bool).Select((min, more, percent, hasBehavior) =>
        {
            var range = Json($$$"""{"min":{{{min}}},"max":{{{min + more}}},"averageUtilization":{"cpu":{{{percent}}},"memory":{{{percent}}}}}""");
            if (hasBehavior)
            {
                range["behavior"] = Json("""{"scaleDown":{"policies":[{"type":"Pods","value":1,"periodSeconds":60}],"stabilizationWindowSeconds":0}}""");
            }

            return (JsonNode?)range;
        }));

    private static readonly Gen<JsonObject> Job = Gen.Select(Gen.Int[1, 50], Gen.Int[1, 100], Gen.Int[0, 100], Gen.Bool).Select((parallelism, completions, retries, isIndexed) =>
        Json(isIndexed
            ? $$"""{"parallelism":{{parallelism}},"completions":{{completions}},"completionMode":"Indexed","backoffLimitPerIndex":{{retries}}}"""
            : $$$"""{"parallelism":{{{parallelism}}},"backoffLimit":{{{retries}}},"podFailurePolicy":{"rules":[{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget"}]}]}}"""));

    private static readonly Gen<string> ClaimTemplates = Gen.Select(Gen.Int[0, 2], Gen.Int[1, 8], Gen.OneOfConst("delete", "retain")).Select((count, size, policy) =>
        string.Join(',', Enumerable.Range(0, count).Select(i => $$$"""
            {"metadata":{"name":"own-{{{i}}}","labels":{"app":"shop"}},"onOffboard":"{{{policy}}}",
              "spec":{"storageClassName":"managed-csi","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"{{{size}}}Gi"} } } }
            """)));

    private static readonly Gen<JsonObject> Kind = Gen.OneOf(
        Replicas.Select(r => new JsonObject { ["replicas"] = r?.DeepClone() }),
        Gen.Select(Replicas, Gen.OneOfConst("OrderedReady", "Parallel"), Gen.OneOfConst("shop", "shop-peers"), Gen.Int[0, 60], ClaimTemplates).Select((replicas, policy, service, wait, claims) => new JsonObject
        {
            ["kind"] = "StatefulSet",
            ["replicas"] = replicas?.DeepClone(),
            ["statefulSet"] = Json($$$"""
                {"podManagementPolicy":"{{{policy}}}","serviceName":"{{{service}}}","minReadySeconds":{{{wait}}},"ordinals":{"start":1},"volumeClaimTemplates":[{{{claims}}}]}
                """),
        }),
        Job.Select(job => new JsonObject { ["kind"] = "Job", ["job"] = job.DeepClone() }),
        Gen.Select(Job, Gen.Int[0, 59], Gen.OneOfConst("Forbid", "Replace")).Select((job, minute, policy) => new JsonObject
        {
            ["kind"] = "CronJob",
            ["job"] = job.DeepClone(),
            ["cronJob"] = Json($$$"""{"schedule":"{{{minute}}} */2 1-7 * MON","timeZone":"Etc/UTC","concurrencyPolicy":"{{{policy}}}"}"""),
        }));

    /// <summary>The JSON text of a workload with a pod template.</summary>
    public static readonly Gen<string> Workload = Gen.Select(PodTemplateGen.Template, Kind, NetworkGen.Properties).Select((template, kind, network) =>
    {
        // A volume of one node takes one pod.
        var workload = template.Contains("persistentVolumeClaim", StringComparison.Ordinal) ? [] : kind.DeepClone().AsObject();
        // The Service that names a StatefulSet's pods has its name for itself.
        foreach (var (property, value) in Json(network).Where(p => p.Key != "services" || workload["statefulSet"]?["serviceName"]?.GetValue<string>() != "shop"))
        {
            workload[property] = value?.DeepClone();
        }

        var pods = Json(template);
        if (workload["job"] is not null)
        {
            pods["spec"]!["restartPolicy"] = "Never";
        }

        workload["name"] = "shop";
        workload["podTemplate"] = pods;
        return workload.ToJsonString();
    });

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
