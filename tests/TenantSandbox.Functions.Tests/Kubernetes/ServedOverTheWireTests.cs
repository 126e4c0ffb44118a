using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>
/// What an API server makes of a tenant's objects: defaults, admission, owners of fields, what controllers derive. One kept file, taken
/// from a real server, is what any server and the twin must serve.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed partial class ServedOverTheWireTests(ClusterFixture cluster)
{
    private static readonly (string Version, string[] Plurals)[] Kinds =
    [
        ("api/v1", ["resourcequotas", "limitranges", "serviceaccounts", "services", "endpoints", "pods"]),
        ("apis/networking.k8s.io/v1", ["networkpolicies"]),
        ("apis/apps/v1", ["deployments", "replicasets"]),
    ];

    /// <summary>Fields that may differ, and why; a version is the first of Kubernetes that does as the twin does.</summary>
    private static readonly (string Name, string Why)[] MayDiffer =
    [
        ("uid|resourceVersion|creationTimestamp|selfLink|time|.*Time|startedAt|containerID|imageID|k:.*uid.*", "another at each run"),
        ("clusterIPs?|podIPs?|hostIPs?|ip|nodeName", "another in each cluster"),
        ("runAsUser", "only hollow kubelets, which know no image's user, are given one"),
        ("pod-template-hash", "another algorithm"),
        ("kubernetes.io/metadata.name", "1.21: a label of every namespace"),
        ("f:(nodeSelector|selector)", "1.21: owned as a whole"),
        ("internalTrafficPolicy|ipFamilies|ipFamilyPolicy", "1.21 and 1.22"),
        ("used", "1.22: quotas count overhead"),
        ("secrets", "1.24: no token for a service account that none asked for"),
        ("seccomp.security.alpha.kubernetes.io/pod", "1.27: no annotation beside the field"),
        ("PodReadyToStartContainers", "1.29: a pod's condition"),
        ("generation", "1.33: of pods too"),
        ("Update", "who owns what controllers write: the twin tracks that of clients alone"),
        ("endpoints.kubernetes.io/last-change-trigger-time", "for measuring kube-proxy, which the twin doesn't have"),
        ("deployment.kubernetes.io/(desired|max)-replicas", "for scaling in proportion during a rollout, which the twin doesn't do"),
    ];

    [Fact]
    public async Task Tenant_Running_IsServedAsARealServerDoes()
    {
        var (web, job) = (Sample.Web with { CpuMillis = 100, ReadinessProbe = null }, Sample.Job with { CpuMillis = 100, MemoryMiB = 256 });
        var tenant = await cluster.RunAsync(cluster.NewTenant(web, job));
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        await UntilEndpointsAsync(ns, web.Replicas);

        List<JsonNode?> served =
            [await GetAsync($"api/v1/namespaces/{ns}"), await GetAsync("apis/node.k8s.io/v1/runtimeclasses/tenantsandbox-kata-256mi")];
        foreach (var path in Kinds.SelectMany(k => k.Plurals.Select(plural => $"{k.Version}/namespaces/{ns}/{plural}")))
        {
            served.AddRange((await GetAsync(path))["items"]!.AsArray());
        }

        var readable = new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        var text = new JsonArray([.. served.Select(Common)]).ToJsonString(readable);
        Golden.Compare("served.json", MadeName().Replace(text, "-made").Replace(tenant.TenantId, "acme", StringComparison.Ordinal));
    }

    /// <summary>They are what comes last.</summary>
    private async Task UntilEndpointsAsync(string ns, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var (_, endpoints) in cluster.Client.CoreV1.WatchListNamespacedEndpointsAsync(ns, cancellationToken: limit.Token))
        {
            if ((endpoints.Subsets ?? []).Sum(s => s.Addresses?.Count ?? 0) == count)
            {
                return;
            }
        }
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        var client = (k8s.Kubernetes)cluster.Client;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(client.BaseUri, path));
        await (client.Credentials?.ProcessHttpRequestAsync(request, default) ?? Task.CompletedTask);
        using var response = await client.HttpClient.SendAsync(request);
        return JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!;
    }

    /// <summary>What must not differ, in the order of names.</summary>
    private static JsonNode? Common(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(
            from field in map
            orderby field.Key
            where !Differs(field.Key)
            let value = Common(field.Value)
            where value is not null && !(field.Key is "annotations" or "managedFields" && IsEmpty(value))
            select KeyValuePair.Create(field.Key, (JsonNode?)value)),
        JsonArray list => new JsonArray([.. list.Where(i => !Differs(Kind(i))).Select(Common).OrderBy(Rank, StringComparer.Ordinal)]),
        _ => node?.DeepClone(),
    };

    private static bool Differs(string name) => Array.Exists(MayDiffer, a => Regex.IsMatch(name, $"^(f:)?({a.Name})$"));

    private static bool IsEmpty(JsonNode value) => value is JsonObject { Count: 0 } or JsonArray { Count: 0 };

    /// <summary>A condition's type, or what somebody owns fields by.</summary>
    private static string Kind(JsonNode? item) => item is JsonObject map ? $"{map["type"]}{map["operation"]}" : "";

    /// <summary>Conditions and an endpoint's ports come in any order; the rest keeps its own.</summary>
    private static string Rank(JsonNode? item) => item is not JsonObject map ? ""
        : map.ContainsKey("status") ? $"{map["type"]}"
        : map is { Count: 3 } && map.ContainsKey("port") ? $"{map["name"]}"
        : "";

    /// <summary>What the names of ReplicaSets and pods have after the Deployment's.</summary>
    [GeneratedRegex("(?<=\"(web|job))-[a-z0-9]{9,10}(-[a-z0-9]{5})?(?=-?\\\\?\")")]
    private static partial Regex MadeName();
}
