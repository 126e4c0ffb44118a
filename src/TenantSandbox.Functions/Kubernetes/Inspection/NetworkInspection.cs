using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Isolation.Network;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Inspection;

/// <summary>
/// Finds what policies open for a tenant's pods beyond the policies that are rendered for it. Policies only add permissions, so nothing that
/// is applied takes it back.
/// </summary>
internal static class NetworkInspection
{
    /// <param name="desired">The tenant's rendered objects: its policies and workloads.</param>
    /// <param name="others">Policies of the tenant's namespace that aren't as rendered, whoever made them.</param>
    /// <param name="pods">The tenant's pods.</param>
    public static IEnumerable<Finding> Inspect(
        IReadOnlyCollection<IKubernetesObject<V1ObjectMeta>> desired, IReadOnlyCollection<IKubernetesObject<V1ObjectMeta>> others, IEnumerable<V1Pod> pods)
    {
        if (others.Count == 0)
        {
            return [];
        }

        var policies = others.Select(Read).ToArray();
        NetworkPod[] subjects = [.. desired.Where(d => d is not V1NetworkPolicy).Concat(pods).Select(p => NetworkPod.Read(ToJson(p)))];
        return
        [
            .. policies.Where(p => p.Unreadable is not null).Select(p => Of(p, null, $"is treated as open: {p.Unreadable}")),
            .. PolicyComparison.FindHoles(desired.OfType<V1NetworkPolicy>().Select(Read), [.. policies.Where(p => p.Unreadable is null)], subjects)
                .Select(h => Of(h.Policy, h.Direction == TrafficDirection.Egress ? "spec.egress" : "spec.ingress", $"opens {h}")),
        ];
    }

    private static Finding Of(NetworkPolicy policy, string? field, string message) =>
        new(FindingKind.NetworkOpened, $"{policy.Kind}/{policy.Name}", field, message, IsRepairable: false);

    private static NetworkPolicy Read(IKubernetesObject<V1ObjectMeta> policy)
    {
        var (item, entity) = (ToJson(policy), CustomObjects.EntityOf(policy.GetType()));
        // The client leaves them out of the items of lists.
        item["apiVersion"] = $"{entity.Group}/{entity.ApiVersion}";
        item["kind"] = entity.Kind;
        return NetworkPolicyReader.Read(item);
    }

    private static JsonObject ToJson(object item) => JsonNode.Parse(KubernetesJson.Serialize(item))!.AsObject();
}
