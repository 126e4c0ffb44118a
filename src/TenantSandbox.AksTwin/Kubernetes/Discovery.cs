namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Discovery documents: version, API groups, resources, and the part of OpenAPI that kubectl reads.</summary>
internal static class Discovery
{
    private static readonly string[] Groups = [.. Kinds.All.Select(k => k.Group).Distinct()];

    public static JsonObject GetDocument(HttpRequest request, TwinCluster cluster)
    {
        var path = (request.Path.Value ?? "").Trim('/');
        var document = path switch
        {
            "" => JsonTemplate.Fill($$"""{"paths":["/api","/apis","/openapi/v3","/version"]}"""),
            "version" => Version(cluster.KubernetesVersion),
            "api" => JsonTemplate.Fill($$"""{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[]}"""),
            "apis" => JsonTemplate.Fill($$"""{"kind":"APIGroupList","apiVersion":"v1","groups":{{Groups.Except([""]).Select(Group)}} }"""),
            "openapi/v3" => JsonTemplate.Fill($$"""
                {"paths":{{Groups.ToDictionary(Root, g => new { serverRelativeURL = $"/openapi/v3/{Root(g)}?hash=1" })}} }
                """),
            _ when Array.Find(Groups, g => path == Root(g)) is { } group => Resources(group),
            _ when Array.Find(Groups, g => path == $"apis/{g}") is { } group => Group(group),
            _ when Array.Find(Groups, g => path == $"openapi/v3/{Root(g)}") is { } group => OpenApi(group),
            _ => throw StatusException.NoSuchPath(),
        };
        return request.Method is "GET" or "HEAD" ? document : throw StatusException.MethodNotAllowed();
    }

    private static string Root(string group) => group.Length == 0 ? "api/v1" : $"apis/{group}/{VersionOf(group)}";

    private static string VersionOf(string group) => Kinds.All.First(k => k.Group == group).Version;

    private static JsonObject Version(string version) => JsonTemplate.Fill($$"""
        {"major":{{version.Split('.')[0]}},"minor":{{version.Split('.')[1]}},"gitVersion":{{$"v{version}+twin"}},
        "gitCommit":"0000000000000000000000000000000000000000","gitTreeState":"clean","buildDate":"2026-01-01T00:00:00Z",
        "goVersion":"none: a twin of AKS","compiler":"gc","platform":"linux/amd64"}
        """);

    private static JsonObject Group(string group)
    {
        var version = VersionOf(group);
        var only = JsonTemplate.Fill($$"""{"groupVersion":{{$"{group}/{version}"}},"version":{{version}} }""");
        return JsonTemplate.Fill($$"""
            {"kind":"APIGroup","apiVersion":"v1","name":{{group}},"versions":[{{only}}],"preferredVersion":{{only}} }
            """);
    }

    private static JsonObject Resources(string group)
    {
        var kinds = Kinds.All.Where(k => k.Group == group).Select(k => JsonTemplate.Fill($$"""
            {"name":{{k.Plural}},"singularName":{{k.Kind.ToLowerInvariant()}},"namespaced":{{k.IsNamespaced}},"kind":{{k.Kind}},
            "shortNames":{{k.ShortNames}},"categories":{{k.Categories}},"verbs":["create","delete","get","list","patch","update","watch"]}
            """));
        var log = JsonTemplate.Fill($$"""{"name":"pods/log","singularName":"","namespaced":true,"kind":"Pod","verbs":["get"]}""");
        return JsonTemplate.Fill($$"""
            {"kind":"APIResourceList","apiVersion":"v1","groupVersion":{{$"{group}/{VersionOf(group)}".TrimStart('/')}},
            "resources":{{(group.Length == 0 ? kinds.Append(log) : kinds)}} }
            """);
    }

    /// <summary>Declares only that the server validates fields, so that kubectl doesn't download schemas.</summary>
    private static JsonObject OpenApi(string group)
    {
        var paths = Kinds.All.Where(k => k.Group == group).ToDictionary(
            kind => $"/{Root(group)}/{(kind.IsNamespaced ? "namespaces/{namespace}/" : "")}{kind.Plural}/{{name}}",
            kind => JsonTemplate.Fill($$$$"""
                {"patch":{"parameters":[{"name":"dryRun","in":"query"},{"name":"fieldValidation","in":"query"}],
                "x-kubernetes-group-version-kind":{"group":{{{{group}}}},"version":{{{{kind.Version}}}},"kind":{{{{kind.Kind}}}}}}}
                """));
        return JsonTemplate.Fill($$"""
            {"openapi":"3.0.0","info":{"title":"Kubernetes (a twin of AKS)","version":"v1"},"paths":{{paths}} }
            """);
    }
}
