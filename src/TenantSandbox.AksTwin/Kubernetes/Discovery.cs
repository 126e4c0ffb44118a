using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What clients ask before they ask for objects: versions, groups, resources, and as much of OpenAPI as kubectl's apply needs.</summary>
internal static class Discovery
{
    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <returns>Null where there is nothing.</returns>
    public static JsonObject? Answer(string path, string method, TwinCluster cluster)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"] && method == "POST")
            return new() { ["kind"] = "SelfSubjectAccessReview", ["apiVersion"] = "authorization.k8s.io/v1", ["metadata"] = new JsonObject(), ["spec"] = new JsonObject(), ["status"] = new JsonObject { ["allowed"] = true, ["reason"] = "the twin lets everybody in" } };
        if (method is not ("GET" or "HEAD"))
            throw StatusException.MethodNotAllowed();
        return parts switch
        {
            [] => new() { ["paths"] = new JsonArray("/api", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version") },
            ["version"] => Version(cluster),
            ["api"] => new() { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1"), ["serverAddressByClientCIDRs"] = new JsonArray() },
            ["apis"] => new() { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = Groups().Select(g => (JsonNode)Group(g)).ToJson() },
            ["apis", var group] when Groups().Contains(group) => Group(group),
            ["api", "v1"] => Resources(""),
            ["apis", var group, "v1"] when Groups().Contains(group) => Resources(group),
            ["openapi", "v3"] => new()
            {
                ["paths"] = Groups().Prepend("").Select(g => g.Length == 0 ? "api/v1" : $"apis/{g}/v1")
                    .Select(p => KeyValuePair.Create(p, (JsonNode?)new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{p}?hash=1" })).Aggregate(new JsonObject(), Add),
            },
            ["openapi", "v3", "api", "v1"] => OpenApi(""),
            ["openapi", "v3", "apis", var group, "v1"] when Groups().Contains(group) => OpenApi(group),
            _ => null,
        };
    }

    private static IEnumerable<string> Groups() =>
        Kinds.All.Select(k => k.Group).Where(g => g.Length > 0).Append("authorization.k8s.io").Distinct().Order(StringComparer.Ordinal);

    private static JsonObject Add(JsonObject all, KeyValuePair<string, JsonNode?> one)
    {
        all.Add(one);
        return all;
    }

    private static JsonObject Version(TwinCluster cluster)
    {
        var parts = cluster.KubernetesVersion.Split('.');
        return new()
        {
            ["major"] = parts[0],
            ["minor"] = parts[1],
            ["gitVersion"] = $"v{cluster.KubernetesVersion}+twin",
            ["gitCommit"] = "0000000000000000000000000000000000000000",
            ["gitTreeState"] = "clean",
            ["buildDate"] = "2026-01-01T00:00:00Z",
            ["goVersion"] = "none: a twin of AKS",
            ["compiler"] = "gc",
            ["platform"] = "linux/amd64",
        };
    }

    private static JsonObject Group(string group)
    {
        JsonObject V1() => new() { ["groupVersion"] = $"{group}/v1", ["version"] = "v1" };
        return new() { ["kind"] = "APIGroup", ["apiVersion"] = "v1", ["name"] = group, ["versions"] = new JsonArray(V1()), ["preferredVersion"] = V1() };
    }

    private static JsonObject Resources(string group)
    {
        var list = new JsonArray();
        foreach (var kind in Kinds.All.Where(k => k.Group == group))
        {
            var entry = Entry(kind.Plural, kind.Kind, kind.Namespaced, [.. Verbs.Where(v => v != "deletecollection" || kind != Kinds.Namespaces)]);
            entry["singularName"] = kind.Singular;
            if (kind.ShortNames.Length > 0)
                entry["shortNames"] = new JsonArray([.. kind.ShortNames]);
            if (kind.Categories.Length > 0)
                entry["categories"] = new JsonArray([.. kind.Categories]);
            list.Add(entry);
            foreach (var sub in ApiCall.Subresources(kind))
            {
                var item = Entry($"{kind.Plural}/{sub}", sub == "scale" ? "Scale" : kind.Kind, kind.Namespaced, sub switch { "log" => ["get"], "finalize" => ["update"], _ => ["get", "patch", "update"] });
                if (sub == "scale")
                    (item["group"], item["version"]) = ("autoscaling", "v1");
                list.Add(item);
            }
        }

        if (group == "authorization.k8s.io")
            list.Add(Entry("selfsubjectaccessreviews", "SelfSubjectAccessReview", false, ["create"]));
        return new() { ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = group.Length == 0 ? "v1" : $"{group}/v1", ["resources"] = list };
    }

    private static JsonObject Entry(string name, string kind, bool namespaced, string[] verbs) => new()
    {
        ["name"] = name,
        ["singularName"] = "",
        ["namespaced"] = namespaced,
        ["kind"] = kind,
        ["verbs"] = new JsonArray([.. verbs]),
    };

    /// <summary>Just enough to tell kubectl that the server checks fields itself (<c>fieldValidation</c>), so that it doesn't ask for schemas.</summary>
    private static JsonObject OpenApi(string group)
    {
        var paths = new JsonObject();
        foreach (var kind in Kinds.All.Where(k => k.Group == group))
        {
            var root = group.Length == 0 ? "/api/v1" : $"/apis/{group}/v1";
            paths[$"{root}/{(kind.Namespaced ? "namespaces/{namespace}/" : "")}{kind.Plural}/{{name}}"] = new JsonObject
            {
                ["patch"] = new JsonObject
                {
                    ["parameters"] = ((string[])["dryRun", "fieldManager", "fieldValidation", "force"]).Select(p => (JsonNode)new JsonObject { ["name"] = p, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string" } }).ToJson(),
                    ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
                    ["x-kubernetes-group-version-kind"] = new JsonObject { ["group"] = group, ["version"] = "v1", ["kind"] = kind.Kind },
                },
            };
        }

        return new() { ["openapi"] = "3.0.0", ["info"] = new JsonObject { ["title"] = "Kubernetes (a twin of AKS)", ["version"] = "v1" }, ["paths"] = paths };
    }
}
