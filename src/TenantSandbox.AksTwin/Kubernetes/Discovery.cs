using Microsoft.AspNetCore.Http;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What clients ask before they ask for objects: versions, groups, resources, and as much of OpenAPI as kubectl's apply needs.</summary>
internal static class Discovery
{
    private static readonly string[] Groups =
        [.. Kinds.All.Select(k => k.Group).Where(g => g.Length > 0).Distinct().Order(StringComparer.Ordinal)];

    public static JsonObject Answer(HttpRequest request, TwinCluster cluster)
    {
        var answer = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            [] => Json.Of($$"""{"paths":["/api","/apis","/openapi/v3","/version"]}"""),
            ["version"] => Version(cluster.KubernetesVersion),
            ["api"] => Json.Of($$"""{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[]}"""),
            ["apis"] => Json.Of($$"""{"kind":"APIGroupList","apiVersion":"v1","groups":{{Groups.Select(Group)}} }"""),
            ["apis", var group] when Groups.Contains(group) => Group(group),
            ["api", "v1"] => Resources("", "v1"),
            ["apis", var group, "v1"] when Groups.Contains(group) => Resources(group, $"{group}/v1"),
            ["openapi", "v3"] => Json.Of($$"""{"paths":{{Groups.Select(g => $"apis/{g}/v1").Prepend("api/v1")
                .ToDictionary(path => path, path => new { serverRelativeURL = $"/openapi/v3/{path}?hash=1" })}} }"""),
            ["openapi", "v3", "api", "v1"] => OpenApi("", "/api/v1"),
            ["openapi", "v3", "apis", var group, "v1"] when Groups.Contains(group) => OpenApi(group, $"/apis/{group}/v1"),
            _ => throw StatusException.NoSuchPath(),
        };
        return request.Method is "GET" or "HEAD" ? answer : throw StatusException.MethodNotAllowed();
    }

    private static JsonObject Version(string version) => Json.Of($$"""
        {"major":{{version.Split('.')[0]}},"minor":{{version.Split('.')[1]}},"gitVersion":{{$"v{version}+twin"}},
        "gitCommit":"0000000000000000000000000000000000000000","gitTreeState":"clean","buildDate":"2026-01-01T00:00:00Z",
        "goVersion":"none: a twin of AKS","compiler":"gc","platform":"linux/amd64"}
        """);

    private static JsonObject Group(string group)
    {
        var version = Json.Of($$"""{"groupVersion":{{$"{group}/v1"}},"version":"v1"}""");
        return Json.Of($$"""{"kind":"APIGroup","apiVersion":"v1","name":{{group}},"versions":[{{version}}],"preferredVersion":{{version}} }""");
    }

    private static JsonObject Resources(string group, string apiVersion)
    {
        var resources = Kinds.All.Where(k => k.Group == group).Select(k => Json.Of($$"""
            {"name":{{k.Plural}},"singularName":{{k.Singular}},"namespaced":{{k.Namespaced}},"kind":{{k.Kind}},"shortNames":{{k.ShortNames}},
            "categories":{{(k.IsInAll ? (string[])["all"] : [])}},"verbs":["create","delete","get","list","patch","update","watch"]}
            """));
        if (group.Length == 0)
        {
            resources = resources.Append(
                Json.Of($$"""{"name":"pods/log","singularName":"","namespaced":true,"kind":"Pod","verbs":["get"]}"""));
        }

        return Json.Of($$"""{"kind":"APIResourceList","apiVersion":"v1","groupVersion":{{apiVersion}},"resources":{{resources}} }""");
    }

    /// <summary>Just enough to tell kubectl that the server checks fields itself (<c>fieldValidation</c>), so that it doesn't ask for schemas.</summary>
    private static JsonObject OpenApi(string group, string root)
    {
        var parameters = ((string[])["dryRun", "fieldManager", "fieldValidation", "force"])
            .Select(name => Json.Of($$$"""{"name":{{{name}}},"in":"query","schema":{"type":"string"}}"""));
        var paths = Kinds.All.Where(k => k.Group == group).ToDictionary(
            kind => $"{root}/{(kind.Namespaced ? "namespaces/{namespace}/" : "")}{kind.Plural}/{{name}}",
            kind => Json.Of($$$$"""
                {"patch":{"parameters":{{{{parameters}}}},"responses":{"200":{"description":"OK"}},
                "x-kubernetes-group-version-kind":{"group":{{{{group}}}},"version":"v1","kind":{{{{kind.Kind}}}}}}}
                """));
        return Json.Of($$"""{"openapi":"3.0.0","info":{"title":"Kubernetes (a twin of AKS)","version":"v1"},"paths":{{paths}} }""");
    }
}
