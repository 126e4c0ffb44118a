using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>What today's AKS does and the real server of the other tests doesn't: Kata, overhead in quotas, Pod Security.</summary>
public sealed class KubernetesKataTests
{
    private const string Kata = "\"runtimeClassName\":\"kata-vm-isolation\",";

    [Fact]
    public async Task KataNodes_Registered_BringTheRuntimeClassAndTellTheirKernel()
    {
        await using var api = await KubernetesServer.TwinAsync(nodes: 1);
        var node = (await api.GetAsync("/api/v1/nodes/aks-kata-0")).Body;
        Assert.Equal("true", node.Text("metadata", "labels", "kubernetes.azure.com/kata-vm-isolation"));
        Assert.Matches(@"^6\.6\.\d+\.mshv\d+-\d+\.azl3$", node.Text("status", "nodeInfo", "kernelVersion"));
        Assert.Contains("twin", node.Text("metadata", "annotations", "twin.tenantsandbox.dev/twin"), StringComparison.Ordinal);
        var runtime = (await api.GetAsync("/apis/node.k8s.io/v1/runtimeclasses/kata-vm-isolation")).Body;
        Assert.Equal(("kata", "600Mi", "Reconcile"), (runtime.Text("handler"), runtime.Text("overhead", "podFixed", "memory"), runtime.Text("metadata", "labels", "addonmanager.kubernetes.io/mode")));
        await api.MergeAsync("/apis/node.k8s.io/v1/runtimeclasses/kata-vm-isolation", """{"overhead":{"podFixed":{"memory":"1Mi"}}}""");
        Assert.Equal("600Mi", (await api.GetAsync("/apis/node.k8s.io/v1/runtimeclasses/kata-vm-isolation")).Body.Text("overhead", "podFixed", "memory"));
    }

    [Fact]
    public async Task Logs_KataPod_TellAnotherKernelThanTheNodes()
    {
        await using var api = await KubernetesServer.TwinAsync(nodes: 1);
        var ns = await api.NamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("kata", extra: Kata));
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("runc"));
        var node = (await api.GetAsync("/api/v1/nodes/aks-kata-0")).Body.Text("status", "nodeInfo", "kernelVersion")!;
        Assert.DoesNotContain(node, (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/kata/log")).Text, StringComparison.Ordinal);
        Assert.Contains($"uname -r: {node}", (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/runc/log")).Text, StringComparison.Ordinal);
        Assert.Equal(400, (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/kata/log?container=other")).Status);
    }

    [Fact]
    public async Task KataPod_OnANodeWithoutKata_NeverGetsItsSandbox()
    {
        await using var api = await KubernetesServer.TwinAsync(nodes: 1);
        api.Twin!.AddNode(KubernetesServer.Node("aks-plain-0") with { Taints = [], Labels = new Dictionary<string, string>() });
        await api.PostAsync("/apis/node.k8s.io/v1/runtimeclasses", """{"metadata":{"name":"careless"},"handler":"kata"}""");
        var ns = await api.NamespaceAsync();
        await api.MergeAsync("/api/v1/nodes/aks-kata-0", """{"spec":{"unschedulable":true}}""");
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p", extra: "\"runtimeClassName\":\"careless\","));
        await api.UntilAsync($"/api/v1/namespaces/{ns}/events", o => o.Text("reason") == "FailedCreatePodSandBox");
        Assert.Equal("Pending", (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body.Text("status", "phase"));
    }

    [Fact]
    public async Task Quota_KataPod_CountsItsOverhead()
    {
        await using var api = await KubernetesServer.TwinAsync();
        var ns = await api.NamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"requests.memory":"700Mi","limits.memory":"1Gi"}}}""");
        Assert.Equal(201, (await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("a", extra: Kata))).Status);
        Assert.Equal("664Mi", (await api.GetAsync($"/api/v1/namespaces/{ns}/resourcequotas/q")).Body.Text("status", "used", "requests.memory"));
        Assert.Equal(403, (await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("b", extra: Kata))).Status);
    }

    [Fact]
    public async Task PodSecurity_Restricted_RefusesWithEachReasonAndTakesAHardenedPod()
    {
        await using var api = await KubernetesServer.TwinAsync();
        var ns = await api.NamespaceAsync("""{"pod-security.kubernetes.io/enforce":"restricted","pod-security.kubernetes.io/warn":"restricted"}""");
        var refused = await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p"));
        Assert.Equal((403, "Forbidden"), (refused.Status, refused.Reason));
        foreach (var part in (string[])["violates PodSecurity \"restricted:latest\"", "allowPrivilegeEscalation != false", "unrestricted capabilities", "runAsNonRoot != true", "seccompProfile"])
        {
            Assert.Contains(part, refused.Text, StringComparison.Ordinal);
        }

        var warned = await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web"));
        Assert.Equal(201, warned.Status);
        Assert.Contains("would violate PodSecurity", warned.Message.Headers.GetValues("Warning").Single(), StringComparison.Ordinal);
        var hardened = Bodies.Pod("q", extra: "\"securityContext\":{\"runAsNonRoot\":true,\"seccompProfile\":{\"type\":\"RuntimeDefault\"}},")
            .Replace("\"name\":\"c\",", "\"name\":\"c\",\"securityContext\":{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]}},", StringComparison.Ordinal);
        Assert.Equal(201, (await api.PostAsync($"/api/v1/namespaces/{ns}/pods", hardened)).Status);
    }

    [Theory]
    [InlineData("\"hostNetwork\":true,\"hostPID\":true,", "host namespaces (hostNetwork=true, hostPID=true)")]
    [InlineData("\"volumes\":[{\"name\":\"v\",\"hostPath\":{\"path\":\"/\"}}],", "restricted volume types (volume \"v\" uses restricted volume type \"hostPath\")")]
    [InlineData("\"initContainers\":[{\"name\":\"i\",\"image\":\"i\"}],", "runAsNonRoot != true (pod or containers \"c\", \"i\" must set")]
    [InlineData("\"securityContext\":{\"runAsUser\":0},", "runAsUser=0 (pod must not set runAsUser=0)")]
    public async Task PodSecurity_Restricted_NamesWhatBreaksIt(string extra, string breach)
    {
        await using var api = await KubernetesServer.TwinAsync();
        var ns = await api.NamespaceAsync("""{"pod-security.kubernetes.io/enforce":"restricted"}""");
        var refused = await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p", extra: extra));
        Assert.Equal(403, refused.Status);
        Assert.Contains(breach, refused.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("registry.example.com/missing:1", "Pending", "ImagePullBackOff")]
    [InlineData("registry.example.com/crashing:1", "Running", "CrashLoopBackOff")]
    [InlineData("registry.example.com/unready:1", "Running", null)]
    public async Task Image_ThatFails_NeverGetsReady(string image, string phase, string? reason)
    {
        await using var api = await KubernetesServer.TwinAsync();
        var ns = await api.NamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p", image));
        var pod = (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body;
        Assert.Equal((phase, "False"), (pod.Text("status", "phase"), Condition.Find(pod, "Ready").Text("status")));
        Assert.Equal(reason, pod.Items("status", "containerStatuses").Single().Text("state", "waiting", "reason"));
    }
}
