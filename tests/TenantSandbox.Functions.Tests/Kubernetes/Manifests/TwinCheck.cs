using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

/// <summary>Validates rendered objects as the twin does, without a server.</summary>
internal static class TwinCheck
{
    public static void IsWellFormed(ResourceKind kind, IEnumerable<IKubernetesObject<V1ObjectMeta>> manifests)
    {
        foreach (var manifest in manifests)
        {
            var unknown = new List<string>();
            var json = ObjectDecoder.Decode(kind, JsonNode.Parse(KubernetesJson.Serialize((object)manifest))!.AsObject(), unknown);
            Assert.Empty(unknown);
            ObjectValidation.Validate(kind, json, null);
        }
    }
}
