using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Behaviour of current AKS that Kubernetes 1.20 lacks: Kata, overhead in quotas, Pod Security.</summary>
public sealed class KubernetesKataTests
{
    private const string Kata = "\"runtimeClassName\":\"kata-vm-isolation\",";

    [Fact]
    public async Task KataNodes_Registered_InstallTheRuntimeClassAndReportTheirKernel()
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 1);
        var node = (await api.GetAsync("/api/v1/nodes/aks-kata-0")).Body;
        Assert.Equal("true", node.GetString("metadata", "labels", "kubernetes.azure.com/kata-vm-isolation"));
        Assert.Matches(@"^6\.6\.\d+\.mshv\d+-\d+\.azl3$", node.GetString("status", "nodeInfo", "kernelVersion"));
        Assert.Contains("twin", node.GetString("metadata", "annotations", "twin.tenantsandbox.dev/twin"), StringComparison.Ordinal);
        var runtime = (await api.GetAsync("/apis/node.k8s.io/v1/runtimeclasses/kata-vm-isolation")).Body;
        Assert.Equal(("kata", "600Mi", "Reconcile"), (runtime.GetString("handler"), runtime.GetString("overhead", "podFixed", "memory"), runtime.GetString("metadata", "labels", "addonmanager.kubernetes.io/mode")));
        await api.MergeAsync("/apis/node.k8s.io/v1/runtimeclasses/kata-vm-isolation", """{"overhead":{"podFixed":{"memory":"1Mi"}}}""");
        Assert.Equal("600Mi", (await api.GetAsync("/apis/node.k8s.io/v1/runtimeclasses/kata-vm-isolation")).Body.GetString("overhead", "podFixed", "memory"));
    }

    [Fact]
    public async Task Logs_KataPod_ReportTheGuestKernel()
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 1);
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("kata", extra: Kata));
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("runc"));
        var node = (await api.GetAsync("/api/v1/nodes/aks-kata-0")).Body.GetString("status", "nodeInfo", "kernelVersion")!;
        Assert.DoesNotContain(node, (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/kata/log")).Text, StringComparison.Ordinal);
        Assert.Contains($"uname -r: {node}", (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/runc/log")).Text, StringComparison.Ordinal);
        Assert.Equal(400, (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/kata/log?container=other")).Status);
    }

    [Fact]
    public async Task KataPod_NodeWithoutKata_FailsToCreateTheSandbox()
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 1);
        api.Twin!.AddNode(KubernetesServer.Node("aks-plain-0") with { Taints = [], Labels = new Dictionary<string, string>() });
        await api.PostAsync("/apis/node.k8s.io/v1/runtimeclasses", """{"metadata":{"name":"no-selector"},"handler":"kata"}""");
        var ns = await api.CreateNamespaceAsync();
        await api.MergeAsync("/api/v1/nodes/aks-kata-0", """{"spec":{"unschedulable":true}}""");
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", extra: "\"runtimeClassName\":\"no-selector\","));
        await api.WaitForAsync($"/api/v1/namespaces/{ns}/events", o => o.GetString("reason") == "FailedCreatePodSandBox");
        Assert.Equal("Pending", (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body.GetString("status", "phase"));
    }

    [Theory]
    [InlineData("In", "aks-kata-1")]
    [InlineData("NotIn", "aks-kata-0")]
    public async Task NodeAffinity_NameOfANode_BindsThePodAccordingly(string @operator, string expected)
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 2);
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", extra: $$"""
            {{Kata}}"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[
                {"matchFields":[{"key":"metadata.name","operator":"{{@operator}}","values":["aks-kata-1"]}]}]} } },
            """));
        var pod = await api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => o.GetString("spec", "nodeName") is not null);
        Assert.Equal(expected, pod.GetString("spec", "nodeName"));
    }

    [Fact]
    public async Task Quota_KataPod_CountsItsOverhead()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"requests.memory":"700Mi","limits.memory":"1Gi"}}}""");
        Assert.Equal(201, (await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("a", extra: Kata))).Status);
        Assert.Equal("664Mi", (await api.GetAsync($"/api/v1/namespaces/{ns}/resourcequotas/q")).Body.GetString("status", "used", "requests.memory"));
        Assert.Equal(403, (await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("b", extra: Kata))).Status);
    }

    [Fact]
    public async Task PodSecurity_Restricted_ReportsEachViolationAndAdmitsAHardenedPod()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync("""{"pod-security.kubernetes.io/enforce":"restricted","pod-security.kubernetes.io/warn":"restricted"}""");
        var refused = await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p"));
        Assert.Equal((403, "Forbidden"), (refused.Status, refused.Reason));
        foreach (var part in (string[])["violates PodSecurity \"restricted:latest\"", "allowPrivilegeEscalation != false", "unrestricted capabilities", "runAsNonRoot != true", "seccompProfile"])
        {
            Assert.Contains(part, refused.Text, StringComparison.Ordinal);
        }

        var warned = await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment("web"));
        Assert.Equal(201, warned.Status);
        Assert.Contains("would violate PodSecurity", warned.Message.Headers.GetValues("Warning").Single(), StringComparison.Ordinal);
        var hardened = Manifests.Pod("q", extra: "\"securityContext\":{\"runAsNonRoot\":true,\"seccompProfile\":{\"type\":\"RuntimeDefault\"}},")
            .Replace("\"name\":\"c\",", "\"name\":\"c\",\"securityContext\":{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]}},", StringComparison.Ordinal);
        Assert.Equal(201, (await api.PostAsync($"/api/v1/namespaces/{ns}/pods", hardened)).Status);
    }

    [Theory]
    [InlineData("\"hostNetwork\":true,\"hostPID\":true,", "host namespaces (hostNetwork=true, hostPID=true)")]
    [InlineData("\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"/\"}}],", "restricted volume types (volume \"v\" uses restricted volume type \"hostPath\")")]
    [InlineData("\"initContainers\":[{\"name\":\"i\",\"image\":\"i\"}],", "runAsNonRoot != true (pod or containers \"i\", \"c\" must set")]
    [InlineData("\"securityContext\":{\"runAsUser\":0},", "runAsUser=0 (pod must not set runAsUser=0)")]
    public async Task PodSecurity_Restricted_DescribesTheViolation(string extra, string violation)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync("""{"pod-security.kubernetes.io/enforce":"restricted"}""");
        var refused = await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", extra: extra));
        Assert.Equal(403, refused.Status);
        Assert.Contains(violation, refused.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("registry.example.com/missing:1", "Pending", "ImagePullBackOff")]
    [InlineData("registry.example.com/crashing:1", "Running", "CrashLoopBackOff")]
    [InlineData("registry.example.com/unready:1", "Running", null)]
    public async Task Image_SimulatedFailure_PodNeverBecomesReady(string image, string phase, string? reason)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", image));
        var pod = (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body;
        Assert.Equal((phase, "False"), (pod.GetString("status", "phase"), Condition.Find(pod, "Ready").GetString("status")));
        Assert.Equal(reason, pod.GetObjects("status", "containerStatuses").Single().GetString("state", "waiting", "reason"));
    }
}
