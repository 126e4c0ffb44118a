using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>What only the twin does: Kata, today's admission, faults, time, memory over restarts, and many objects.</summary>
public sealed class KubernetesTwinTests
{
    private const string Kata = "\"runtimeClassName\":\"kata-vm-isolation\",";

    private static FakeTimeProvider Clock() => new(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Request_WithoutToken_Unauthorized()
    {
        await using var api = await KubernetesServer.TwinAsync();
        var reply = await api.SendAsync("GET", "/api/v1/namespaces", token: null);
        Assert.Equal((401, "Unauthorized"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Accept_ProtobufOnly_NotAcceptable()
    {
        await using var api = await KubernetesServer.TwinAsync();
        Assert.Equal(406, (await api.SendAsync("GET", "/api/v1/namespaces", accept: "application/vnd.kubernetes.protobuf")).Status);
        Assert.Equal(200, (await api.SendAsync("GET", "/api/v1/namespaces", accept: "application/vnd.kubernetes.protobuf, application/json")).Status);
    }

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
        api.Twin!.AddNode(KubernetesServer.Node("aks-plain-0") with { Taints = [], WorkloadRuntime = "OCIContainer" });
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
            Assert.Contains(part, refused.Text, StringComparison.Ordinal);
        var warned = await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web"));
        Assert.Equal(201, warned.Status);
        Assert.Contains("would violate PodSecurity", warned.Message.Headers.GetValues("Warning").Single(), StringComparison.Ordinal);
        var hardened = Bodies.Pod("q", extra: "\"securityContext\":{\"runAsNonRoot\":true,\"seccompProfile\":{\"type\":\"RuntimeDefault\"}},")
            .Replace("\"name\":\"c\",", "\"name\":\"c\",\"securityContext\":{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]}},", StringComparison.Ordinal);
        Assert.Equal(201, (await api.PostAsync($"/api/v1/namespaces/{ns}/pods", hardened)).Status);
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
        Assert.Equal((phase, "False"), (pod.Text("status", "phase"), Condition.Status(pod, "Ready")));
        Assert.Equal(reason, pod.Items("status", "containerStatuses").Single().Text("state", "waiting", "reason"));
    }

    [Fact]
    public async Task Rollout_ThatNeverFinishes_MissesItsDeadline()
    {
        var clock = Clock();
        await using var api = await KubernetesServer.TwinAsync(time: clock);
        var ns = await api.NamespaceAsync();
        await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web", image: "x/unready:1", more: "\"progressDeadlineSeconds\":60,"));
        clock.Advance(TimeSpan.FromSeconds(62));
        var live = await api.UntilAsync($"/apis/apps/v1/namespaces/{ns}/deployments", o => o.Items("status", "conditions").Any(c => c.Text("reason") == "ProgressDeadlineExceeded"));
        Assert.Equal(("False", "False"), (Condition.Status(live, "Progressing"), Condition.Status(live, "Available")));
    }

    [Fact]
    public async Task Timing_TrueToLife_PodTakesItsTime()
    {
        var clock = Clock();
        await using var api = await KubernetesServer.TwinAsync(TimingProfile.TrueToLife, clock);
        Assert.Equal("False", Condition.Status((await api.GetAsync("/api/v1/nodes/aks-kata-0")).Body, "Ready"));
        clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal("True", Condition.Status((await api.GetAsync("/api/v1/nodes/aks-kata-0")).Body, "Ready"));
        var ns = await api.NamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p", extra: Kata));
        var pod = (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body;
        Assert.Equal("ContainerCreating", pod.Items("status", "containerStatuses").Single().Text("state", "waiting", "reason"));
        clock.Advance(TimeSpan.FromSeconds(11.5));
        pod = (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body;
        Assert.Equal(("Running", "False"), (pod.Text("status", "phase"), Condition.Status(pod, "Ready")));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("True", Condition.Status((await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body, "Ready"));
        await api.GoneAsync($"/api/v1/namespaces/{ns}/pods", "p", async () =>
        {
            await api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}/pods/p");
            Assert.Equal(200, (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Status);
            clock.Advance(TimeSpan.FromSeconds(6));
        });
    }

    [Fact]
    public async Task Node_Removed_ItsPodsAreMadeAgainElsewhere()
    {
        await using var api = await KubernetesServer.TwinAsync();
        var ns = await api.NamespaceAsync();
        await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web", 4));
        api.Twin!.RemoveNode("aks-kata-0");
        var pods = (await api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.Items("items").ToList();
        Assert.Equal(4, pods.Count);
        Assert.All(pods, p => Assert.Equal("aks-kata-1", p.Text("spec", "nodeName")));
        Assert.False(api.Twin.IsIdle("aks-kata-1"));
    }

    [Fact]
    public async Task Demand_PodsThatFitNowhere_AreReportedInNodes()
    {
        await using var api = await KubernetesServer.TwinAsync(nodes: 0);
        var told = new TaskCompletionSource();
        api.Twin!.DemandChanged += () => told.TrySetResult();
        var ns = await api.NamespaceAsync();
        // Each pod takes half of a node.
        var pod = Bodies.Deployment("big", 5).Replace("64Mi", "7Gi", StringComparison.Ordinal);
        await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", pod);
        await told.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var shape = KubernetesServer.Node("shape", "Standard_D4s_v5");
        Assert.Equal(5, api.Twin.NodesNeeded(shape, 10));
        Assert.Equal(2, api.Twin.NodesNeeded(shape, 2));
        Assert.Equal(0, api.Twin.NodesNeeded(KubernetesServer.Node("small", "Standard_D2s_v5"), 10));
        for (var i = 0; i < 5; i++)
            api.Twin.AddNode(shape with { Name = $"n{i}" });
        Assert.Equal(0, api.Twin.NodesNeeded(shape, 10));
    }

    [Fact]
    public async Task Faults_Scripted_StrikeAsScripted()
    {
        await using var api = await KubernetesServer.TwinAsync();
        var ns = await api.NamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        api.Host!.Faults.Add(new Fault { Call = "kube.configmaps.create", Status = 429, RetryAfter = 7 });
        var throttled = await api.PostAsync(path, Bodies.ConfigMap("one"));
        Assert.Equal((429, "TooManyRequests", 7), (throttled.Status, throttled.Reason, throttled.Message.Headers.RetryAfter!.Delta!.Value.Seconds));

        api.Host.Faults.Add(new Fault { Call = "kube.configmaps.create", Kind = FaultKind.LoseAnswer });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => api.PostAsync(path, Bodies.ConfigMap("one")));
        Assert.Equal(409, (await api.PostAsync(path, Bodies.ConfigMap("one"))).Status);

        api.Host.Faults.Add(new Fault { Call = "kube.namespaces.delete", Target = ns, Kind = FaultKind.StuckFinalizer });
        await api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}");
        Assert.Equal("Terminating", (await api.GetAsync($"/api/v1/namespaces/{ns}")).Body.Text("status", "phase"));
        await api.MergeAsync($"/api/v1/namespaces/{ns}", """{"metadata":{"finalizers":null}}""");
        Assert.Equal(404, (await api.GetAsync($"/api/v1/namespaces/{ns}")).Status);
    }

    [Fact]
    public async Task Fault_PodsNeverRun_TellsTheScriptedReason()
    {
        await using var api = await KubernetesServer.TwinAsync();
        var ns = await api.NamespaceAsync();
        api.Host!.Faults.Add(new Fault { Call = "kube.pods.create", Target = "web*", Kind = FaultKind.NeverRuns, Code = "CreateContainerConfigError", Times = null });
        await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web", 1));
        var pod = (await api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.Items("items").Single();
        Assert.Equal("CreateContainerConfigError", pod.Items("status", "containerStatuses").Single().Text("state", "waiting", "reason"));
    }

    [Fact]
    public async Task Watch_OlderThanTheLog_ExpiresAndBookmarksCome()
    {
        var clock = Clock();
        await using var api = await KubernetesServer.TwinAsync(time: clock);
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps";
        await api.PostAsync(path, Bodies.ConfigMap("one"));
        for (var i = 0; i <= 10_000; i++)
            await api.MergeAsync($"{path}/one", $$"""{"data":{"a":"{{i}}"} }""");
        await foreach (var e in api.WatchAsync(path, "&resourceVersion=1"))
        {
            Assert.Equal(("ERROR", 410L, "Expired"), (e.Text("type"), e.Number("object", "code"), e.Text("object", "reason")));
            break;
        }

        var revision = (await api.GetAsync(path)).Body.Text("metadata", "resourceVersion");
        await using var events = api.WatchAsync(path, $"&resourceVersion={revision}&allowWatchBookmarks=true").GetAsyncEnumerator();
        var first = events.MoveNextAsync().AsTask();
        while (!first.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        Assert.True(await first);
        Assert.Equal(("BOOKMARK", revision), (events.Current.Text("type"), events.Current.Text("object", "metadata", "resourceVersion")));
    }

    [Fact]
    public async Task Restart_WithAStateDirectory_EverythingIsStillThere()
    {
        var directory = Directory.CreateTempSubdirectory("twin-").FullName;
        try
        {
            string ns, uid;
            await using (var api = await KubernetesServer.TwinAsync(directory: directory))
            {
                ns = await api.NamespaceAsync();
                await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web"));
                uid = (await api.GetAsync($"/apis/apps/v1/namespaces/{ns}/deployments/web")).Body.Text("metadata", "uid")!;
            }

            await using var again = await KubernetesServer.TwinAsync(directory: directory);
            var live = (await again.GetAsync($"/apis/apps/v1/namespaces/{ns}/deployments/web")).Body;
            Assert.Equal((uid, 2L), (live.Text("metadata", "uid"), live.Number("status", "availableReplicas")));
            await again.SendAsync("PATCH", $"/apis/apps/v1/namespaces/{ns}/deployments/web/scale", """{"spec":{"replicas":5}}""", "application/merge-patch+json");
            var pods = (await again.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.Items("items").ToList();
            Assert.Equal(5, pods.Select(p => p.Text("metadata", "uid")).Distinct().Count());
            Assert.All(pods, p => Assert.Equal("Running", p.Text("status", "phase")));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task ManyObjects_200NodesAnd5000Pods_StandInSeconds()
    {
        await using var api = await KubernetesServer.TwinAsync(nodes: 0);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 200; i++)
            api.Twin!.AddNode(KubernetesServer.Node($"n{i:000}", maxPods: 250));
        var ns = await api.NamespaceAsync();
        for (var i = 0; i < 100; i++)
            Assert.Equal(201, (await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment($"d{i}", 50).Replace("100m", "10m", StringComparison.Ordinal))).Status);
        var list = await api.GetAsync($"/api/v1/namespaces/{ns}/pods?fieldSelector=status.phase%3DRunning");
        Assert.Equal(5000, list.Body.Items("items").Count());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 500L << 20);
    }
}
