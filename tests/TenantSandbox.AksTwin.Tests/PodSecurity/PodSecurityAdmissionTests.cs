using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;
using TenantSandbox.AksTwin.Kubernetes.PodSecurity;

namespace TenantSandbox.AksTwin.Tests.PodSecurity;

/// <summary>The texts of Pod Security Admission, which are those of Kubernetes 1.34 and later, and what a namespace's labels do.</summary>
public sealed class PodSecurityAdmissionTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string Enforce = "pod-security.kubernetes.io/enforce";
    private KubernetesServer Api => fixture.Server;

    /// <summary>Fields of the spec of a hardened pod whose init container is called i and whose container is called c, and the violation.</summary>
    [Theory]
    [InlineData("\"hostNetwork\":true,\"hostPID\":true", "host namespaces (hostNetwork=true, hostPID=true)")]
    [InlineData("\"securityContext\":{\"seLinuxOptions\":{\"type\":\"a\",\"user\":\"u\",\"role\":\"r\"}}",
        "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type \"a\"; user may not be set; role may not be set)")]
    [InlineData("\"securityContext\":{\"sysctls\":[{\"name\":\"kernel.msgmax\"},{\"name\":\"kernel.sem\"}]}", "forbidden sysctls (kernel.msgmax, kernel.sem)")]
    [InlineData("\"securityContext\":{\"appArmorProfile\":{\"type\":\"Unconfined\"}}",
        "forbidden AppArmor profile (pod must not set AppArmor profile type to \"Unconfined\")")]
    [InlineData("\"securityContext\":{\"windowsOptions\":{\"hostProcess\":true}}", "hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)")]
    [InlineData("\"securityContext\":{\"runAsUser\":0}", "runAsUser=0 (pod must not set runAsUser=0)")]
    [InlineData("\"securityContext\":{\"runAsNonRoot\":false}", "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)")]
    [InlineData("\"securityContext\":{\"seccompProfile\":{\"type\":\"Unconfined\"}}",
        "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")")]
    [InlineData("\"volumes\":[{\"name\":\"a\",\"hostPath\":{}},{\"name\":\"b\",\"nfs\":{}}]",
        "restricted volume types (volumes \"a\", \"b\" use restricted volume types \"hostPath\", \"nfs\")")]
    public void Evaluate_FieldOfThePod_IsDescribed(string field, string violation)
    {
        var pod = Hardened();
        Merge(pod.EnsureObject("spec"), JsonTemplate.Parse($"{{{field}}}"));
        Assert.Equal([violation], PodSecurityAdmission.Evaluate("restricted", 34, pod).Select(v => v.Text));
    }

    [Theory]
    [InlineData("{\"procMount\":\"Unmasked\"}", "procMount (containers \"i\", \"c\" must not set securityContext.procMount to \"Unmasked\")")]
    [InlineData("{\"privileged\":true}", "privileged (containers \"i\", \"c\" must not set securityContext.privileged=true)")]
    [InlineData("{\"capabilities\":{\"drop\":[],\"add\":[\"SYS_TIME\",\"NET_RAW\"]}}",
        "unrestricted capabilities (containers \"i\", \"c\" must set securityContext.capabilities.drop=[\"ALL\"]; "
            + "containers \"i\", \"c\" must not include \"NET_RAW\", \"SYS_TIME\" in securityContext.capabilities.add)")]
    [InlineData("{\"appArmorProfile\":{\"type\":\"Unconfined\"}}",
        "forbidden AppArmor profile (containers \"i\", \"c\" must not set AppArmor profile type to \"Unconfined\")")]
    [InlineData("{\"seLinuxOptions\":{\"type\":\"spc_t\"}}", "seLinuxOptions (containers \"i\", \"c\" set forbidden securityContext.seLinuxOptions: type \"spc_t\")")]
    public void Evaluate_SecurityContextOfContainers_IsDescribed(string context, string violation)
    {
        var pod = Hardened();
        new FieldPattern("spec.containers|initContainers[*].securityContext").MatchObjects(pod).ForEach(c => Merge(c, JsonTemplate.Parse(context)));
        Assert.Equal([violation], PodSecurityAdmission.Evaluate("restricted", 34, pod).Select(v => v.Text));
    }

    [Theory]
    [InlineData("{\"livenessProbe\":{\"httpGet\":{\"host\":\"b\",\"port\":1}},\"lifecycle\":{\"preStop\":{\"tcpSocket\":{\"host\":\"a\",\"port\":1}}}}",
        "probe or lifecycle host (container \"c\" uses probe or lifecycle hosts \"a\", \"b\")")]
    [InlineData("{\"ports\":[{\"containerPort\":1,\"hostPort\":81},{\"containerPort\":2,\"hostPort\":80}]}", "hostPort (container \"c\" uses hostPorts 80, 81)")]
    public void Evaluate_FieldOfAContainer_IsDescribed(string fields, string violation)
    {
        var pod = Hardened();
        Merge(pod.GetObjects("spec", "containers").Single(), JsonTemplate.Parse(fields));
        Assert.Equal([violation], PodSecurityAdmission.Evaluate("restricted", 34, pod).Select(v => v.Text));
    }

    [Fact]
    public async Task Pod_InANamespaceThatEnforcesBaseline_IsRefusedForBaselineAlone()
    {
        var ns = await Api.CreateNamespaceAsync($$"""{"{{Enforce}}":"baseline","{{Enforce}}-version":"v1.99"}""");
        Assert.Equal(201, (await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p"))).Status);
        var refused = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("q", extra: "\"hostIPC\":true,"));
        Assert.Equal((403, "pods \"q\" is forbidden: violates PodSecurity \"baseline:v1.99\": host namespaces (hostIPC=true)"), (refused.Status, refused.Text));
    }

    [Fact]
    public async Task Workload_InANamespaceThatEnforces_IsWarnedOf()
    {
        var ns = await Api.CreateNamespaceAsync($$"""{"{{Enforce}}":"baseline"}""");
        var reply = await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment("web", extra: "\"hostIPC\":true,"));
        Assert.Equal(201, reply.Status);
        Assert.Equal(
            "299 - \"would violate PodSecurity \\\"baseline:latest\\\": host namespaces (hostIPC=true)\"", reply.Message.Headers.GetValues("Warning").Single());
    }

    [Fact]
    public async Task Pod_OlderThanTheLabel_IsCheckedWhenItsImageChanges()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p"));
        await Api.MergeAsync($"/api/v1/namespaces/{ns}", $$"""{"metadata":{"labels":{"{{Enforce}}":"restricted"} } }""");
        Assert.Equal(200, (await Api.MergeAsync($"/api/v1/namespaces/{ns}/pods/p", """{"metadata":{"labels":{"a":"b"}}}""")).Status);
        var image = """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"other"}]},"apiVersion":"v1","kind":"Pod"}""";
        Assert.Equal(403, (await Api.ApplyAsync($"/api/v1/namespaces/{ns}/pods/p", image, force: true)).Status);
    }

    [Theory]
    [InlineData("enforce", "strict", "must be one of privileged, baseline, restricted")]
    [InlineData("warn", "", "must be one of privileged, baseline, restricted")]
    [InlineData("audit-version", "1.30", "must be \"latest\" or \"v1.x\"")]
    public async Task Namespace_LabelThatNamesNoLevel_IsRefused(string label, string value, string message)
    {
        var labels = $$"""{"labels":{"pod-security.kubernetes.io/{{label}}":"{{value}}"} }""";
        var created = await Api.PostAsync("/api/v1/namespaces", $$"""{"metadata":{"name":"labelled",{{labels[1..]}} }""");
        var path = $"metadata.labels[pod-security.kubernetes.io/{label}]";
        Assert.Equal((422, $"Namespace \"labelled\" is invalid: {path}: Invalid value: \"{value}\": {message}"), (created.Status, created.Text));
        var changed = await Api.MergeAsync("/api/v1/namespaces/default", $$"""{"metadata":{{labels}} }""");
        Assert.Equal((422, path), (changed.Status, changed.CauseFields.Single()));
    }

    private static JsonObject Hardened() => JsonTemplate.Parse("""
        {"metadata":{},"spec":{"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},
        "initContainers":[{"name":"i","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}],
        "containers":[{"name":"c","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}}
        """);

    private static void Merge(JsonObject into, JsonObject fields)
    {
        foreach (var (name, value) in fields)
        {
            if (into[name] is JsonObject below && value is JsonObject more)
            {
                Merge(below, more);
            }
            else
            {
                into[name] = value?.DeepClone();
            }
        }
    }
}
