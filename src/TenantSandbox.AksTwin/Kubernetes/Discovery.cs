namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What clients ask before they ask for objects: versions, groups, resources, and what kubectl wants of OpenAPI.</summary>
internal static class Discovery
{
    private static readonly string[] Groups = [.. Kinds.All.Select(k => k.Group).Distinct()];

    public static JsonObject Answer(HttpRequest request, TwinCluster cluster)
    {
        var path = (request.Path.Value ?? "").Trim('/');
        var answer = path switch
        {
            "" => Json.Of($$"""{"paths":["/api","/apis","/openapi/v3","/version"]}"""),
            "version" => Version(cluster.KubernetesVersion),
            "api" => Json.Of($$"""{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[]}"""),
            "apis" => Json.Of($$"""{"kind":"APIGroupList","apiVersion":"v1","groups":{{Groups.Except([""]).Select(Group)}} }"""),
            "openapi/v3" => Json.Of($$"""
                {"paths":{{Groups.ToDictionary(Root, g => new { serverRelativeURL = $"/openapi/v3/{Root(g)}?hash=1" })}} }
                """),
            _ when Array.Find(Groups, g => path == Root(g)) is { } group => Resources(group),
            _ when Array.Find(Groups, g => path == $"apis/{g}") is { } group => Group(group),
            _ when Array.Find(Groups, g => path == $"openapi/v3/{Root(g)}") is { } group => OpenApi(group),
            _ => throw StatusException.NoSuchPath(),
        };
        return request.Method is "GET" or "HEAD" ? answer : throw StatusException.MethodNotAllowed();
    }

    private static string Root(string group) => group.Length == 0 ? "api/v1" : $"apis/{group}/v1";

    private static JsonObject Version(string version) => Json.Of($$"""
        {"major":{{version.Split('.')[0]}},"minor":{{version.Split('.')[1]}},"gitVersion":{{$"v{version}+twin"}},
        "gitCommit":"0000000000000000000000000000000000000000","gitTreeState":"clean","buildDate":"2026-01-01T00:00:00Z",
        "goVersion":"none: a twin of AKS","compiler":"gc","platform":"linux/amd64"}
        """);

    private static JsonObject Group(string group)
    {
        var v1 = Json.Of($$"""{"groupVersion":{{$"{group}/v1"}},"version":"v1"}""");
        return Json.Of($$"""{"kind":"APIGroup","apiVersion":"v1","name":{{group}},"versions":[{{v1}}],"preferredVersion":{{v1}} }""");
    }

    private static JsonObject Resources(string group)
    {
        var kinds = Kinds.All.Where(k => k.Group == group).Select(k => Json.Of($$"""
            {"name":{{k.Plural}},"singularName":{{k.Kind.ToLowerInvariant()}},"namespaced":{{k.Namespaced}},"kind":{{k.Kind}},
            "shortNames":{{k.ShortNames}},"categories":{{k.Categories}},"verbs":["create","delete","get","list","patch","update","watch"]}
            """));
        var log = Json.Of($$"""{"name":"pods/log","singularName":"","namespaced":true,"kind":"Pod","verbs":["get"]}""");
        return Json.Of($$"""
            {"kind":"APIResourceList","apiVersion":"v1","groupVersion":{{$"{group}/v1".TrimStart('/')}},
            "resources":{{(group.Length == 0 ? kinds.Append(log) : kinds)}} }
            """);
    }

    /// <summary>Just enough to tell kubectl that the server checks fields itself, so that it doesn't ask for schemas.</summary>
    private static JsonObject OpenApi(string group)
    {
        var paths = Kinds.All.Where(k => k.Group == group).ToDictionary(
            kind => $"/{Root(group)}/{(kind.Namespaced ? "namespaces/{namespace}/" : "")}{kind.Plural}/{{name}}",
            kind => Json.Of($$$$"""
                {"patch":{"parameters":[{"name":"dryRun","in":"query"},{"name":"fieldValidation","in":"query"}],
                "x-kubernetes-group-version-kind":{"group":{{{{group}}}},"version":"v1","kind":{{{{kind.Kind}}}}}}}
                """));
        return Json.Of($$"""{"openapi":"3.0.0","info":{"title":"Kubernetes (a twin of AKS)","version":"v1"},"paths":{{paths}} }""");
    }
}
