using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>What a current API server refuses, field by field (seen on 1.36, messages of its validation).</summary>
public sealed class KubernetesRefusalTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private KubernetesServer Api => fixture.Server;

    private const string Selector = "\"podSelector\":{},\"policyTypes\":[\"Egress\"]";

    [Theory]
    [InlineData("/api/v1/namespaces/default/services", """{"metadata":{"name":"x"},"spec":{"ports":[{"name":"a","port":80},{"port":81}]}}""", "spec.ports[1].name: Required value")]
    [InlineData("/api/v1/namespaces/default/limitranges", """{"metadata":{"name":"x"},"spec":{"limits":[{"type":"Pod","min":{"cpu":"2"},"max":{"cpu":"1"}}]}}""",
        "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1")]
    [InlineData("/api/v1/namespaces/default/limitranges", """{"metadata":{"name":"x"},"spec":{"limits":[{"type":"Container","default":{"memory":"2Gi"},"max":{"memory":"1Gi"}}]}}""",
        "[spec.limits[0].defaultRequest[memory]: Invalid value: \"2Gi\": default request value 2Gi is greater than max value 1Gi, "
            + "spec.limits[0].default[memory]: Invalid value: \"1Gi\": default value 2Gi is greater than max value 1Gi]")]
    [InlineData("/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
        "{\"metadata\":{\"name\":\"x\"},\"spec\":{" + Selector + ",\"egress\":[{\"to\":[{\"ipBlock\":{\"cidr\":\"10.0.0.0/16\",\"except\":[\"10.0.1.0/24\",\"10.1.0.0/24\"]}}]}]}}",
        "spec.egress[0].to[0].ipBlock.except[1]: Invalid value: \"10.1.0.0/24\": must be a strict subset of `cidr`")]
    [InlineData("/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
        "{\"metadata\":{\"name\":\"x\"},\"spec\":{" + Selector + ",\"egress\":[{\"to\":[{\"ipBlock\":{\"cidr\":\"10.0.0.0/16\",\"except\":[\"10.0.0.0/16\"]}}]}]}}",
        "spec.egress[0].to[0].ipBlock.except[0]: Invalid value: \"10.0.0.0/16\": must be a strict subset of `cidr`")]
    [InlineData("/api/v1/namespaces/default/services", """{"metadata":{"name":"x"},"spec":{"ports":[{"name":"a","port":80},{"name":"b","port":80,"targetPort":81}]}}""",
        "spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,\"TargetPort\":0,\"NodePort\":0}")]
    [InlineData("/api/v1/namespaces/default/services", """{"metadata":{"name":"x"},"spec":{"clusterIP":"10.9.8.7","ports":[{"port":80}]}}""",
        "spec.clusterIPs: Invalid value: [\"10.9.8.7\"]: failed to allocate IP 10.9.8.7: the provided network does not match the current range")]
    [InlineData("/api/v1/namespaces/default/services", """{"metadata":{"name":"x"},"spec":{"clusterIP":"10.0.0.1","ports":[{"port":80}]}}""",
        "spec.clusterIPs: Invalid value: [\"10.0.0.1\"]: failed to allocate IP 10.0.0.1: provided IP is already allocated")]
    [InlineData("/api/v1/namespaces/default/services", """{"metadata":{"name":"x"},"spec":{"clusterIP":"10.0.0","ports":[{"port":80}]}}""",
        "spec.clusterIPs[0]: Invalid value: \"10.0.0\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    [InlineData("/api/v1/namespaces/default/pods", """{"metadata":{"name":"x"},"spec":{"containers":[{"name":"c","image":"i","securityContext":{"procMount":"Unmasked"}}]}}""",
        "spec.containers[0].securityContext.procMount: Invalid value: \"Unmasked\": `hostUsers` must be false to use `Unmasked`")]
    [InlineData("/api/v1/namespaces/default/pods", """{"metadata":{"name":"x"},"spec":{"containers":[{"name":"c","image":"i","securityContext":{"procMount":"None"}}]}}""",
        "spec.containers[0].securityContext.procMount: Unsupported value: \"None\": supported values: \"Default\", \"Unmasked\"")]
    [InlineData("/api/v1/namespaces/default/pods",
        """{"metadata":{"name":"x"},"spec":{"ephemeralContainers":[{"name":"e","image":"e"}],"containers":[{"name":"c","image":"i"}]}}""",
        "spec.ephemeralContainers: Forbidden: cannot be set on create")]
    [InlineData("/api/v1/namespaces/default/pods",
        """{"metadata":{"name":"x"},"spec":{"securityContext":{"windowsOptions":{"hostProcess":true}},"containers":[{"name":"c","image":"i"}]}}""",
        "spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers")]
    [InlineData("/api/v1/namespaces/default/pods",
        """{"metadata":{"name":"x"},"spec":{"securityContext":{"appArmorProfile":{"type":"None"}},"containers":[{"name":"c","image":"i"}]}}""",
        "spec.securityContext.appArmorProfile.type: Unsupported value: \"None\": supported values: \"Localhost\", \"RuntimeDefault\", \"Unconfined\"")]
    [InlineData("/api/v1/namespaces/default/pods",
        """{"metadata":{"name":"x"},"spec":{"securityContext":{"seccompProfile":{"type":"None"}},"containers":[{"name":"c","image":"i"}]}}""",
        "spec.securityContext.seccompProfile.type: Unsupported value: \"None\": supported values: \"Localhost\", \"RuntimeDefault\", \"Unconfined\"")]
    [InlineData("/api/v1/namespaces/default/pods",
        """{"metadata":{"name":"x"},"spec":{"securityContext":{"sysctls":[{"name":"A b"}]},"containers":[{"name":"c","image":"i"}]}}""",
        "spec.securityContext.sysctls[0].name: Invalid value: \"A b\": must have at most 253 characters and match regex "
            + "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$")]
    [InlineData("/api/v1/namespaces/default/pods",
        "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"affinity\":{\"podAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":[{\"topologyKey\":\"t\","
            + "\"labelSelector\":{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"NotIn\"}]}}]}},\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}",
        "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchExpressions[0].values: "
            + "Required value: must be specified when `operator` is 'In' or 'NotIn'")]
    public async Task Object_ThatACurrentServerRefuses_IsRefused(string path, string manifest, string message)
    {
        var reply = await Api.PostAsync(path, manifest);
        Assert.Equal(422, reply.Status);
        Assert.EndsWith($"is invalid: {message}", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"strategy\":{\"rollingUpdate\":{\"maxSurge\":0,\"maxUnavailable\":0}},", "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0")]
    [InlineData("\"strategy\":{\"rollingUpdate\":{\"maxSurge\":\"0%\",\"maxUnavailable\":0}},", "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0")]
    [InlineData("\"progressDeadlineSeconds\":30,\"minReadySeconds\":30,", "spec.progressDeadlineSeconds: Invalid value: 30: must be greater than minReadySeconds")]
    public async Task Deployment_ThatCouldNeverRollOut_IsRefused(string field, string message)
    {
        var reply = await Api.PostAsync("/apis/apps/v1/namespaces/default/deployments", Manifests.Deployment("web", more: field));
        Assert.Equal((422, $"Deployment.apps \"web\" is invalid: {message}"), (reply.Status, reply.Text));
    }

    [Theory]
    [InlineData("", "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")]
    [InlineData("\"runtimeClassName\":\"x\",", "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")]
    public async Task Pod_WithAnOverheadOfItsOwn_IsRefused(string runtimeClass, string reason)
    {
        await Api.PostAsync("/apis/node.k8s.io/v1/runtimeclasses", """{"metadata":{"name":"x"},"handler":"kata","overhead":{"podFixed":{"memory":"1Gi"}}}""");
        var reply = await Api.PostAsync("/api/v1/namespaces/default/pods", Manifests.Pod("p", extra: $$"""{{runtimeClass}}"overhead":{"memory":"1Mi"},"""));
        Assert.Equal((403, $"pods \"p\" is forbidden: {reason}"), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task Service_OtherAddress_MayNotChange()
    {
        await Api.PostAsync("/api/v1/namespaces/default/services", """{"metadata":{"name":"fixed"},"spec":{"clusterIP":"10.0.9.9","ports":[{"port":80}]}}""");
        var reply = await Api.MergeAsync("/api/v1/namespaces/default/services/fixed", """{"spec":{"clusterIP":"10.0.9.10","clusterIPs":["10.0.9.10"]}}""");
        Assert.Equal(
            (422, "Service \"fixed\" is invalid: spec.clusterIPs[0]: Invalid value: [\"10.0.9.10\"]: may not change once set"), (reply.Status, reply.Text));
    }
}
