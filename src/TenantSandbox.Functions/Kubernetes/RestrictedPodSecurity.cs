using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Isolation.PodSecurity;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>
/// Evaluates pods against the restricted level of the Pod Security Standards, which tenants' namespaces enforce. Doesn't depend on the cluster:
/// admission can be turned off there, and doesn't look at pods that are already running.
/// </summary>
internal static class RestrictedPodSecurity
{
    /// <summary>The violations of a pod, as rendered or as it runs; a volume of a type that the client doesn't know is one.</summary>
    public static IReadOnlyList<PodSecurityViolation> FindViolations(V1Pod pod)
    {
        // Only what is evaluated: status and managed fields are most of a running pod.
        var evaluated = new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = Parse(pod.Metadata.Annotations) },
            ["spec"] = Parse(pod.Spec),
        };
        MarkUnknownVolumes(evaluated);
        return PodSecurityEvaluator.Evaluate(evaluated, PodSecurityLevel.Restricted);
    }

    /// <summary>Every volume has a type, as rendered and in answers of the API server: marks those whose type the client has left out.</summary>
    public static void MarkUnknownVolumes(JsonObject pod)
    {
        foreach (var volume in (pod["spec"]?["volumes"] as JsonArray ?? []).OfType<JsonObject>().Where(v => v.Count == 1))
        {
            volume["unknown"] = new JsonObject();
        }
    }

    private static JsonNode? Parse(object? value) => value is null ? null : JsonNode.Parse(KubernetesJson.Serialize(value));
}
