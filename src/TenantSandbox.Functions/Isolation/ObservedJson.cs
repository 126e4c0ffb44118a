using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Isolation;

/// <summary>Objects that the client has read, in the form of the API.</summary>
internal static class ObservedJson
{
    /// <summary>An object with <c>apiVersion</c> and <c>kind</c>, which the client leaves out of the items of lists.</summary>
    public static JsonObject Of(IKubernetesObject<V1ObjectMeta> item)
    {
        var entity = CustomObjects.EntityOf(item.GetType());
        // Large and not looked at.
        item.Metadata.ManagedFields = null;
        var json = JsonNode.Parse(KubernetesJson.Serialize(item))!.AsObject();
        json["apiVersion"] = string.IsNullOrEmpty(entity.Group) ? entity.ApiVersion : $"{entity.Group}/{entity.ApiVersion}";
        json["kind"] = entity.Kind;
        if (item is V1Pod)
        {
            RestrictedPodSecurity.MarkUnknownVolumes(json);
        }

        return json;
    }
}
