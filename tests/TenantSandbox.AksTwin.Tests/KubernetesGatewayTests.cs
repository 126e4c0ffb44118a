using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Gateways and HTTPRoutes on the twin.</summary>
public sealed class KubernetesGatewayTests
{
    public static string Gateway(string name, string from = "Same", string host = "*.example.com") => $$"""
        {"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"{{name}}"},"spec":{"gatewayClassName":"any",
        "listeners":[{"name":"web","port":443,"protocol":"HTTPS","hostname":"{{host}}","tls":{"certificateRefs":[{"name":"cert"}]},"allowedRoutes":{"namespaces":{"from":"{{from}}"} } }] } }
        """;

    public static string Route(string name, string gateway, string ns = "default", string host = "a.example.com", string parent = "") => $$"""
        {"apiVersion":"gateway.networking.k8s.io/v1","kind":"HTTPRoute","metadata":{"name":"{{name}}"},"spec":{"hostnames":["{{host}}"],
        "parentRefs":[{"name":"{{gateway}}","namespace":"{{ns}}"{{parent}} }],"rules":[{"backendRefs":[{"name":"web","port":80}]}] } }
        """;

    private static async Task<(KubernetesServer Api, string Gateways, string Routes, string Services)> StartAsync()
    {
        var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        return (api, "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways", $"/apis/gateway.networking.k8s.io/v1/namespaces/{ns}/httproutes", $"/api/v1/namespaces/{ns}/services");
    }

    private static (string?, string?) Condition(JsonObject parent, string type)
    {
        var condition = parent.GetObjects("conditions").Single(c => c.GetString("type") == type);
        return (condition.GetString("status"), condition.GetString("reason"));
    }

    [Fact]
    public async Task Route_GatewayAndServiceExist_IsAccepted()
    {
        var (api, gateways, routes, services) = await StartAsync();
        await using var server = api;
        var created = await api.PostAsync(routes, Route("r", "gw"));
        Assert.Equal((201, "PathPrefix"), (created.Status, created.Body.GetObjects("spec", "rules").Single().GetObjects("matches").Single().GetString("path", "type")));
        Assert.Empty((await api.GetAsync($"{routes}/r")).Body.GetObjects("status", "parents"));
        Assert.Equal(201, (await api.PostAsync(gateways, Gateway("gw", "All"))).Status);
        var parent = (await api.GetAsync($"{routes}/r")).Body.GetObjects("status", "parents").Single();
        Assert.Equal((("True", "Accepted"), ("False", "BackendNotFound")), (Condition(parent, "Accepted"), Condition(parent, "ResolvedRefs")));
        await api.PostAsync(services, """{"metadata":{"name":"web"},"spec":{"ports":[{"port":80}]}}""");
        parent = (await api.GetAsync($"{routes}/r")).Body.GetObjects("status", "parents").Single();
        Assert.Equal(("True", "ResolvedRefs"), Condition(parent, "ResolvedRefs"));
        var gateway = (await api.GetAsync($"{gateways}/gw")).Body;
        Assert.Equal(1, gateway.GetObjects("status", "listeners").Single().GetInteger("attachedRoutes"));
        Assert.Equal(["gw", "any", gateway.GetObjects("status", "addresses").Single().GetString("value")!, "True"], await api.CellsAsync(gateways, 4));
    }

    [Theory]
    [InlineData("Same", "a.example.com", "", "NotAllowedByListeners")]
    [InlineData("All", "a.example.org", "", "NoMatchingListenerHostname")]
    [InlineData("All", "a.example.com", ",\"sectionName\":\"other\"", "NoMatchingParent")]
    public async Task Route_GatewayDoesNotTakeIt_IsNotAccepted(string from, string host, string parent, string reason)
    {
        var (api, gateways, routes, _) = await StartAsync();
        await using var server = api;
        await api.PostAsync(gateways, Gateway("gw", from));
        await api.PostAsync(routes, Route("r", "gw", host: host, parent: parent));
        Assert.Equal(("False", reason), Condition((await api.GetAsync($"{routes}/r")).Body.GetObjects("status", "parents").Single(), "Accepted"));
    }

    [Theory]
    [InlineData("\"a.example.com\"", "\"a_b\"", "spec.hostnames[0]")]
    [InlineData("\"name\":\"web\",\"port\":80", "\"name\":\"web\"", "spec.rules[0].backendRefs[0]")]
    [InlineData("\"backendRefs\"", "\"matches\":[{\"path\":{\"value\":\"a\"}}],\"backendRefs\"", "spec.rules[0].matches[0].path")]
    [InlineData("\"backendRefs\"", "\"filters\":[{\"type\":\"URLRewrite\"}],\"backendRefs\"", "spec.rules[0].filters[0]")]
    [InlineData("\"backendRefs\"", "\"timeouts\":{\"request\":\"soon\"},\"backendRefs\"", "spec.rules[0].timeouts.request")]
    public async Task Route_InvalidField_IsNamed(string valid, string invalid, string path)
    {
        var (api, _, routes, _) = await StartAsync();
        await using var server = api;
        var reply = await api.PostAsync(routes, Route("r", "gw").Replace(valid, invalid, StringComparison.Ordinal));
        Assert.Equal((422, path), (reply.Status, reply.CauseFields.Single()));
    }
}
