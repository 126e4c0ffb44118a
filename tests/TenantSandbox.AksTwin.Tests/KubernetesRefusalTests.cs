using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>What a current API server refuses, field by field (seen on 1.36, messages of its validation).</summary>
public sealed class KubernetesRefusalTests
{
    private const string Selector = "\"podSelector\":{},\"policyTypes\":[\"Egress\"]";

    [Theory]
    [InlineData("/api/v1/namespaces/default/services", """{"metadata":{"name":"x"},"spec":{"ports":[{"name":"a","port":80},{"port":81}]}}""", "spec.ports[1].name: Required value")]
    [InlineData("/api/v1/namespaces/default/limitranges", """{"metadata":{"name":"x"},"spec":{"limits":[{"type":"Container","min":{"cpu":"2"},"max":{"cpu":"1"}}]}}""",
        "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1")]
    [InlineData("/api/v1/namespaces/default/limitranges", """{"metadata":{"name":"x"},"spec":{"limits":[{"type":"Container","default":{"memory":"2Gi"},"max":{"memory":"1Gi"}}]}}""",
        "spec.limits[0].default[memory]: Invalid value: \"2Gi\": default value 2Gi is greater than max value 1Gi")]
    [InlineData("/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
        "{\"metadata\":{\"name\":\"x\"},\"spec\":{" + Selector + ",\"egress\":[{\"to\":[{\"ipBlock\":{\"cidr\":\"10.0.0.0/16\",\"except\":[\"10.0.1.0/24\",\"10.1.0.0/24\"]}}]}]}}",
        "spec.egress[0].to[0].ipBlock.except[1]: Invalid value: \"10.1.0.0/24\": must be a strict subset of `cidr`")]
    [InlineData("/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
        "{\"metadata\":{\"name\":\"x\"},\"spec\":{" + Selector + ",\"egress\":[{\"to\":[{\"ipBlock\":{\"cidr\":\"10.0.0.0/16\",\"except\":[\"10.0.0.0/16\"]}}]}]}}",
        "spec.egress[0].to[0].ipBlock.except[0]: Invalid value: \"10.0.0.0/16\": must be a strict subset of `cidr`")]
    public async Task Object_ThatACurrentServerRefuses_IsRefused(string path, string manifest, string message)
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 0);
        var reply = await api.PostAsync(path, manifest);
        Assert.Equal(422, reply.Status);
        Assert.EndsWith($"is invalid: {message}", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"strategy\":{\"rollingUpdate\":{\"maxSurge\":0,\"maxUnavailable\":0}},", "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0")]
    [InlineData("\"strategy\":{\"rollingUpdate\":{\"maxSurge\":\"0%\",\"maxUnavailable\":0}},", "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0")]
    [InlineData("\"progressDeadlineSeconds\":30,\"minReadySeconds\":30,", "spec.progressDeadlineSeconds: Invalid value: 30: must be greater than minReadySeconds")]
    public async Task Deployment_ThatCouldNeverRollOut_IsRefused(string field, string message)
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 0);
        var reply = await api.PostAsync("/apis/apps/v1/namespaces/default/deployments", Manifests.Deployment("web", more: field));
        Assert.Equal((422, $"Deployment.apps \"web\" is invalid: {message}"), (reply.Status, reply.Text));
    }

    [Theory]
    [InlineData("", "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")]
    [InlineData("\"runtimeClassName\":\"x\",", "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")]
    public async Task Pod_WithAnOverheadOfItsOwn_IsRefused(string runtimeClass, string reason)
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 0);
        await api.PostAsync("/apis/node.k8s.io/v1/runtimeclasses", """{"metadata":{"name":"x"},"handler":"kata","overhead":{"podFixed":{"memory":"1Gi"}}}""");
        var reply = await api.PostAsync("/api/v1/namespaces/default/pods", Manifests.Pod("p", extra: $$"""{{runtimeClass}}"overhead":{"memory":"1Mi"},"""));
        Assert.Equal((403, $"pods \"p\" is forbidden: {reason}"), (reply.Status, reply.Text));
    }
}
