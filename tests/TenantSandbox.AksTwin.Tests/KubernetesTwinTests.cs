using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Behaviour specific to the twin: injected faults, timing, persistence, unsupported requests, scale.</summary>
public sealed class KubernetesTwinTests
{
    private const string Kata = "\"runtimeClassName\":\"kata-vm-isolation\",";

    private static FakeTimeProvider Clock() => new(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Request_WithoutToken_Unauthorized()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var reply = await api.SendAsync("GET", "/api/v1/namespaces", token: null);
        Assert.Equal((401, "Unauthorized"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Accept_ProtobufOnly_NotAcceptable()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        Assert.Equal(406, (await api.SendAsync("GET", "/api/v1/namespaces", accept: "application/vnd.kubernetes.protobuf")).Status);
        Assert.Equal(200, (await api.SendAsync("GET", "/api/v1/namespaces", accept: "application/vnd.kubernetes.protobuf, application/json")).Status);
    }

    // 1.20 leaves the defaults of a probe, and refuses what is left (docs/twin.md).
    [Fact]
    public async Task Apply_ProbeNoLongerApplied_IsRemovedWithItsDefaults()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var path = $"/apis/apps/v1/namespaces/{await api.CreateNamespaceAsync()}/deployments/web";
        var manifest = Manifests.Deployment("web", 0);
        const string Probe = "\"livenessProbe\":{\"httpGet\":{\"port\":80}},\"securityContext\":{\"runAsUser\":1000},";
        var first = await api.ApplyAsync(path, manifest.Replace("\"name\":\"c\",", $"\"name\":\"c\",{Probe}", StringComparison.Ordinal));
        Assert.Equal(10, first.Body.GetObjects("spec", "template", "spec", "containers").Single().GetInteger("livenessProbe", "periodSeconds"));
        var reply = await api.ApplyAsync(path, manifest);
        var container = reply.Body.GetObjects("spec", "template", "spec", "containers").Single();
        Assert.Null(container.GetNode("livenessProbe"));
        Assert.Null(container.GetNode("securityContext"));
        Assert.Equal("c", container.GetString("name"));
    }

    [Theory]
    [InlineData("GET", "/apis/apps/v1/namespaces/default/deployments/web/scale", 404, "NotFound")]
    [InlineData("PATCH", "/api/v1/nodes/aks-kata-0/status", 404, "NotFound")]
    [InlineData("PUT", "/api/v1/namespaces/default/finalize", 404, "NotFound")]
    [InlineData("PUT", "/api/v1/namespaces/default/pods/web/log", 405, "MethodNotAllowed")]
    [InlineData("DELETE", "/api/v1/namespaces/default/configmaps", 405, "MethodNotAllowed")]
    [InlineData("POST", "/api/v1/configmaps", 405, "MethodNotAllowed")]
    [InlineData("GET", "/apis/discovery.k8s.io/v1/endpointslices", 404, "NotFound")]
    [InlineData("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", 404, "NotFound")]
    public async Task Request_Unsupported_GetsAnApiError(string method, string path, int status, string reason)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var reply = await api.SendAsync(method, path, method == "GET" ? null : "{}", "application/merge-patch+json");
        Assert.Equal((status, reason), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Delete_OptionsAsProtobuf_UnsupportedMediaType()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        var reply = await api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}", "k8s", "application/vnd.kubernetes.protobuf");
        Assert.Equal((415, "UnsupportedMediaType"), (reply.Status, reply.Reason));
    }

    [Theory]
    [InlineData("application/strategic-merge-patch+json", """{"spec":{"template":{"spec":{"containers":[{"name":"c","env":[]}]}}}}""")]
    [InlineData("application/strategic-merge-patch+json", """{"metadata":{"labels":{"$patch":"replace"}}}""")]
    [InlineData("application/json-patch+json", """[{"op":"remove","path":"/spec"}]""")]
    public async Task Patch_Unsupported_UnsupportedMediaType(string type, string patch)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        await api.PostAsync("/apis/apps/v1/namespaces/default/deployments", Manifests.Deployment("web", 0));
        var reply = await api.SendAsync("PATCH", "/apis/apps/v1/namespaces/default/deployments/web", patch, type);
        Assert.Equal((415, "UnsupportedMediaType"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Create_NonAsciiUnknownField_Warns()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var reply = await api.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"one"},"größe":1}""");
        Assert.Equal(201, reply.Status);
        Assert.Contains("unknown field \"gr", reply.Message.Headers.GetValues("Warning").Single().Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_OldContinueToken_Expired()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var path = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/configmaps";
        foreach (var name in (string[])["a", "b"])
        {
            await api.PostAsync(path, Manifests.ConfigMap(name));
        }

        var first = await api.GetAsync($"{path}?limit=1");
        for (var i = 0; i < 100; i++)
        {
            await api.GetAsync($"{path}?limit=1");
        }

        var reply = await api.GetAsync($"{path}?limit=1&continue={first.Body.GetString("metadata", "continue")}");
        Assert.Equal((410, "Expired"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Rollout_NeverComplete_ExceedsItsDeadline()
    {
        var clock = Clock();
        await using var api = await KubernetesServer.StartTwinAsync(time: clock);
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment("web", image: "x/unready:1", more: "\"progressDeadlineSeconds\":60,"));
        clock.Advance(TimeSpan.FromSeconds(62));
        var live = await api.WaitForAsync($"/apis/apps/v1/namespaces/{ns}/deployments", o => o.GetObjects("status", "conditions").Any(c => c.GetString("reason") == "ProgressDeadlineExceeded"));
        Assert.Equal(("False", "False"), (Condition.Find(live, "Progressing").GetString("status"), Condition.Find(live, "Available").GetString("status")));
    }

    [Fact]
    public async Task Rollout_HugeReplicaCount_CreatesPodsInBursts()
    {
        var clock = Clock();
        await using var api = await KubernetesServer.StartTwinAsync(time: clock);
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment("web", int.MaxValue));
        Assert.Equal(500, (await api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.GetObjects("items").Count());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1000, (await api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.GetObjects("items").Count());
    }

    [Fact]
    public async Task Rollout_ScaledDownDuringBackoff_ClearsReplicaFailureImmediately()
    {
        await using var api = await KubernetesServer.StartTwinAsync(time: Clock());
        var ns = await api.CreateNamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments";
        await api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"pods":"1"}}}""");
        await api.PostAsync(path, Manifests.Deployment("web", 2));
        Assert.True(Condition.IsTrue((await api.GetAsync($"{path}/web")).Body, "ReplicaFailure"));
        await api.MergeAsync($"{path}/web", """{"spec":{"replicas":1}}""");
        Assert.Null(Condition.Find((await api.GetAsync($"{path}/web")).Body, "ReplicaFailure"));
    }

    // Since 1.22 (kubernetes/kubernetes#103532).
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Service_ReplacedWithoutClusterIp_KeepsIt(bool headless)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var path = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/services";
        var freeAddress = (await api.PostAsync(path, Service("free", ""))).Body.GetString("spec", "clusterIP");
        await api.SendAsync("DELETE", $"{path}/free");
        var address = headless ? "None" : freeAddress;
        var created = await api.PostAsync(path, Service("web", $"\"clusterIP\":\"{address}\","));
        Assert.Equal((201, address), (created.Status, created.Body.GetString("spec", "clusterIP")));

        var version = $"\"resourceVersion\":\"{created.Body.GetString("metadata", "resourceVersion")}\",";
        var reply = await api.SendAsync("PUT", $"{path}/web", Service("web", "", version));

        Assert.Equal((200, address), (reply.Status, reply.Body.GetString("spec", "clusterIP")));

        static string Service(string name, string spec, string metadata = "") =>
            $$"""{"metadata":{ {{metadata}} "name":"{{name}}"},"spec":{ {{spec}} "ports":[{"port":80,"protocol":"TCP"}]} }""";
    }

    [Fact]
    public async Task Delete_HugeGracePeriod_IsClamped()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var path = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/pods";
        await api.PostAsync(path, Manifests.Pod("p", extra: "\"terminationGracePeriodSeconds\":9223372036854775807,"));
        var reply = await api.SendAsync("DELETE", $"{path}/p");
        Assert.Equal((200, int.MaxValue), (reply.Status, reply.Body.GetInteger("metadata", "deletionGracePeriodSeconds")));
    }

    [Fact]
    public async Task Timing_Realistic_PodStartsAfterItsDelays()
    {
        var clock = Clock();
        await using var api = await KubernetesServer.StartTwinAsync(TimingProfile.Realistic, clock);
        Assert.Equal("False", Condition.Find((await api.GetAsync("/api/v1/nodes/aks-kata-0")).Body, "Ready").GetString("status"));
        clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal("True", Condition.Find((await api.GetAsync("/api/v1/nodes/aks-kata-0")).Body, "Ready").GetString("status"));
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", extra: Kata));
        var pod = (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body;
        Assert.Equal("ContainerCreating", pod.GetObjects("status", "containerStatuses").Single().GetString("state", "waiting", "reason"));
        clock.Advance(TimeSpan.FromSeconds(11.5));
        pod = (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body;
        Assert.Equal(("Running", "False"), (pod.GetString("status", "phase"), Condition.Find(pod, "Ready").GetString("status")));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("True", Condition.Find((await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body, "Ready").GetString("status"));
        await api.WaitForDeletionAsync($"/api/v1/namespaces/{ns}/pods", "p", async () =>
        {
            await api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}/pods/p");
            Assert.Equal(200, (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Status);
            clock.Advance(TimeSpan.FromSeconds(6));
        });
    }

    [Fact]
    public async Task Node_Removed_ItsPodsAreReplacedOnOtherNodes()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment("web", 4));
        api.Twin!.RemoveNode("aks-kata-0");
        var pods = (await api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.GetObjects("items").ToList();
        Assert.Equal(4, pods.Count);
        Assert.All(pods, p => Assert.Equal("aks-kata-1", p.GetString("spec", "nodeName")));
        Assert.False(api.Twin.IsIdle("aks-kata-1"));
    }

    [Fact]
    public async Task CountNodesNeeded_UnschedulablePods_ReturnsTheirNodes()
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 0);
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        api.Twin!.DemandChanged += () => changed.TrySetResult();
        var ns = await api.CreateNamespaceAsync();
        // One such pod fits on a node.
        var pod = Manifests.Deployment("big", 5).Replace("64Mi", "7Gi", StringComparison.Ordinal);
        await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", pod);
        await changed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var template = KubernetesServer.Node("template", "Standard_D4s_v5");
        Assert.Equal(5, api.Twin.CountNodesNeeded(template, 10));
        Assert.Equal(2, api.Twin.CountNodesNeeded(template, 2));
        Assert.Equal(0, api.Twin.CountNodesNeeded(KubernetesServer.Node("small", "Standard_D2s_v5"), 10));
        for (var i = 0; i < 5; i++)
        {
            api.Twin.AddNode(template with { Name = $"n{i}" });
        }

        Assert.Equal(0, api.Twin.CountNodesNeeded(template, 10));
    }

    [Fact]
    public async Task InjectedFaults_SeveralKinds_ApplyAsDeclared()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        var path = $"/api/v1/namespaces/{ns}/configmaps";
        api.Host!.InjectedFaults.Add(new InjectedFault { Call = "kube.configmaps.create", Status = 429, RetryAfter = 7 });
        var throttled = await api.PostAsync(path, Manifests.ConfigMap("one"));
        Assert.Equal((429, "TooManyRequests", 7), (throttled.Status, throttled.Reason, throttled.Message.Headers.RetryAfter!.Delta!.Value.Seconds));

        api.Host.InjectedFaults.Add(new InjectedFault { Call = "kube.configmaps.create", Kind = InjectedFaultKind.LoseAnswer });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => api.PostAsync(path, Manifests.ConfigMap("one")));
        Assert.Equal(409, (await api.PostAsync(path, Manifests.ConfigMap("one"))).Status);

        api.Host.InjectedFaults.Add(new InjectedFault { Call = "kube.namespaces.delete", Target = ns, Kind = InjectedFaultKind.StuckFinalizer });
        await api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}");
        Assert.Equal("Terminating", (await api.GetAsync($"/api/v1/namespaces/{ns}")).Body.GetString("status", "phase"));
        await api.MergeAsync($"/api/v1/namespaces/{ns}", """{"metadata":{"finalizers":null}}""");
        Assert.Equal(404, (await api.GetAsync($"/api/v1/namespaces/{ns}")).Status);
    }

    [Fact]
    public async Task NeverRuns_PodOfADeployment_HasTheGivenWaitingReason()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        api.Host!.InjectedFaults.Add(new InjectedFault { Call = "kube.pods.create", Target = "web*", Kind = InjectedFaultKind.NeverRuns, Code = "CreateContainerConfigError", Times = null });
        await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment("web", 1));
        var pod = (await api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.GetObjects("items").Single();
        Assert.Equal("CreateContainerConfigError", pod.GetObjects("status", "containerStatuses").Single().GetString("state", "waiting", "reason"));
    }

    [Fact]
    public async Task Watch_OldRevision_ExpiresAndBookmarksAreSent()
    {
        var clock = Clock();
        await using var api = await KubernetesServer.StartTwinAsync(time: clock);
        var path = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/configmaps";
        await api.PostAsync(path, Manifests.ConfigMap("one"));
        for (var i = 0; i <= 10_000; i++)
        {
            await api.MergeAsync($"{path}/one", $$"""{"data":{"a":"{{i}}"} }""");
        }

        await foreach (var e in api.WatchAsync(path, "&resourceVersion=1"))
        {
            Assert.Equal(("ERROR", 410L, "Expired"), (e.GetString("type"), e.GetInteger("object", "code"), e.GetString("object", "reason")));
            break;
        }

        var revision = (await api.GetAsync(path)).Body.GetString("metadata", "resourceVersion");
        await using var events = api.WatchAsync(path, $"&resourceVersion={revision}&allowWatchBookmarks=true").GetAsyncEnumerator();
        var first = events.MoveNextAsync().AsTask();
        while (!first.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(20));
            await Task.Yield();
        }

        Assert.True(await first);
        Assert.Equal(("BOOKMARK", revision), (events.Current.GetString("type"), events.Current.GetString("object", "metadata", "resourceVersion")));
    }

    [Fact]
    public async Task Restart_StateDirectory_RestoresObjects()
    {
        var directory = Directory.CreateTempSubdirectory("twin-").FullName;
        try
        {
            string ns, uid;
            await using (var api = await KubernetesServer.StartTwinAsync(directory: directory))
            {
                ns = await api.CreateNamespaceAsync();
                await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment("web"));
                uid = (await api.GetAsync($"/apis/apps/v1/namespaces/{ns}/deployments/web")).Body.GetString("metadata", "uid")!;
            }

            await using var again = await KubernetesServer.StartTwinAsync(directory: directory);
            var live = (await again.GetAsync($"/apis/apps/v1/namespaces/{ns}/deployments/web")).Body;
            Assert.Equal((uid, 2L), (live.GetString("metadata", "uid"), live.GetInteger("status", "availableReplicas")));
            await again.MergeAsync($"/apis/apps/v1/namespaces/{ns}/deployments/web", """{"spec":{"replicas":5}}""");
            var pods = (await again.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.GetObjects("items").ToList();
            Assert.Equal(5, pods.Select(p => p.GetString("metadata", "uid")).Distinct().Count());
            Assert.All(pods, p => Assert.Equal("Running", p.GetString("status", "phase")));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task ManyObjects_200NodesAnd5000Pods_AreReadyWithin60Seconds()
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 0);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 200; i++)
        {
            api.Twin!.AddNode(KubernetesServer.Node($"n{i:000}", maxPods: 250));
        }

        var ns = await api.CreateNamespaceAsync();
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(201, (await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment($"d{i}", 50).Replace("100m", "10m", StringComparison.Ordinal))).Status);
        }

        var list = await api.GetAsync($"/api/v1/namespaces/{ns}/pods?fieldSelector=status.phase%3DRunning");
        Assert.Equal(5000, list.Body.GetObjects("items").Count());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 500L << 20);
    }
}
