using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>ConfigMaps and Secrets, on any Kubernetes API.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourConfigurationTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

    [Fact]
    public async Task Secret_StringData_IsEncodedIntoData()
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/secrets", """{"metadata":{"name":"s"},"data":{"a":"YQ==","b":"Yg=="},"stringData":{"b":"c"}}""");
        Assert.Equal((201, "Opaque"), (reply.Status, reply.Body.GetString("type")));
        Assert.Equal(("YQ==", "Yw=="), (reply.Body.GetString("data", "a"), reply.Body.GetString("data", "b")));
        Assert.Null(reply.Body["stringData"]);
    }

    [Theory]
    [InlineData("\"data\":{\"a b\":\"YQ==\"}", 422, "data[a b]")]
    [InlineData("\"data\":{\"a\":\"%\"}", 400, null)]
    [InlineData("\"type\":\"kubernetes.io/dockerconfigjson\",\"data\":{\"a\":\"YQ==\"}", 422, "data[.dockerconfigjson]")]
    [InlineData("\"type\":\"kubernetes.io/dockerconfigjson\",\"stringData\":{\".dockerconfigjson\":\"{\"}", 422, "data[.dockerconfigjson]")]
    public async Task Secret_Invalid_IsRejected(string fields, int status, string? field)
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/secrets", $$"""{"metadata":{"name":"s"},{{fields}} }""");
        Assert.Equal((status, reply.Text), (reply.Status, reply.Text));
        Assert.Equal(field, reply.CauseFields.FirstOrDefault());
    }

    [Fact]
    public async Task Secret_TypeChanged_Invalid()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/secrets";
        await Api.PostAsync(path, """{"metadata":{"name":"s"},"data":{"a":"YQ=="}}""");
        var reply = await Api.MergeAsync($"{path}/s", """{"type":"other"}""");
        Assert.Equal((422, "type"), (reply.Status, reply.CauseFields.Single()));
        Assert.Contains("field is immutable", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secrets", "Yg==")]
    [InlineData("configmaps", "b")]
    public async Task ImmutableData_Changed_Invalid(string plural, string value)
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/{plural}";
        await Api.PostAsync(path, """{"metadata":{"name":"s"},"immutable":true,"data":{"a":"YQ=="}}""");
        var reply = await Api.MergeAsync($"{path}/s", $$"""{"data":{"a":"{{value}}"} }""");
        Assert.Equal((422, "data"), (reply.Status, reply.CauseFields.Single()));
        Assert.Contains("field is immutable when `immutable` is set", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secret_Applied_ChangesOnlyItsFields()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/secrets/s";
        await Api.ApplyAsync(path, """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"a":"YQ=="}}""");
        var reply = await Api.ApplyAsync(path, """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"b":"Yg=="}}""");
        Assert.Equal(["b"], reply.Body.GetObject("data")!.Select(p => p.Key));
    }
}
