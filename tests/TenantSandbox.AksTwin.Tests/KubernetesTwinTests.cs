using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>What only the twin does: faults, time, memory over restarts, and many objects.</summary>
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

    [Theory]
    [InlineData("GET", "/apis/apps/v1/namespaces/default/deployments/web/scale", 404, "NotFound")]
    [InlineData("PATCH", "/api/v1/nodes/aks-kata-0/status", 404, "NotFound")]
    [InlineData("PUT", "/api/v1/namespaces/default/finalize", 404, "NotFound")]
    [InlineData("PUT", "/api/v1/namespaces/default/pods/web/log", 405, "MethodNotAllowed")]
    [InlineData("DELETE", "/api/v1/namespaces/default/configmaps", 405, "MethodNotAllowed")]
    [InlineData("POST", "/api/v1/configmaps", 405, "MethodNotAllowed")]
    [InlineData("GET", "/apis/discovery.k8s.io/v1/endpointslices", 404, "NotFound")]
    [InlineData("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", 404, "NotFound")]
    [InlineData("GET", "/api/v1/pods?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", 422, "Invalid")]
    public async Task Request_BeyondTheTwin_GetsTheApisOwnError(string method, string path, int status, string reason)
    {
        await using var api = await KubernetesServer.TwinAsync();
        var reply = await api.SendAsync(method, path, method == "GET" ? null : "{}", "application/merge-patch+json");
        Assert.Equal((status, reason), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Delete_OptionsAsProtobuf_UnsupportedMediaType()
    {
        await using var api = await KubernetesServer.TwinAsync();
        var ns = await api.NamespaceAsync();
        var reply = await api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}", "k8s", "application/vnd.kubernetes.protobuf");
        Assert.Equal((415, "UnsupportedMediaType"), (reply.Status, reply.Reason));
    }

    [Theory]
    [InlineData("application/strategic-merge-patch+json", """{"spec":{"template":{"spec":{"containers":[{"name":"c","env":[]}]}}}}""")]
    [InlineData("application/strategic-merge-patch+json", """{"metadata":{"labels":{"$patch":"replace"}}}""")]
    [InlineData("application/json-patch+json", """[{"op":"remove","path":"/spec"}]""")]
    public async Task Patch_BeyondTheTwin_UnsupportedMediaType(string type, string patch)
    {
        await using var api = await KubernetesServer.TwinAsync();
        await api.PostAsync("/apis/apps/v1/namespaces/default/deployments", Bodies.Deployment("web", 0));
        var reply = await api.SendAsync("PATCH", "/apis/apps/v1/namespaces/default/deployments/web", patch, type);
        Assert.Equal((415, "UnsupportedMediaType"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Create_UnknownFieldBeyondAscii_IsWarnedOf()
    {
        await using var api = await KubernetesServer.TwinAsync();
        var reply = await api.PostAsync("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"one"},"größe":1}""");
        Assert.Equal(201, reply.Status);
        Assert.Contains("unknown field \"gr", reply.Message.Headers.GetValues("Warning").Single().Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_ContinuedTooLate_Expired()
    {
        await using var api = await KubernetesServer.TwinAsync();
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps";
        foreach (var name in (string[])["a", "b"])
        {
            await api.PostAsync(path, Bodies.ConfigMap(name));
        }

        var first = await api.GetAsync($"{path}?limit=1");
        for (var i = 0; i < 100; i++)
        {
            await api.GetAsync($"{path}?limit=1");
        }

        var reply = await api.GetAsync($"{path}?limit=1&continue={first.Body.Text("metadata", "continue")}");
        Assert.Equal((410, "Expired"), (reply.Status, reply.Reason));
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
        Assert.Equal(("False", "False"), (Condition.Find(live, "Progressing").Text("status"), Condition.Find(live, "Available").Text("status")));
    }

    [Fact]
    public async Task Rollout_OfMorePodsThanThereCanBe_MakesThemInBursts()
    {
        var clock = Clock();
        await using var api = await KubernetesServer.TwinAsync(time: clock);
        var ns = await api.NamespaceAsync();
        await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web", int.MaxValue));
        Assert.Equal(500, (await api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.Items("items").Count());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1000, (await api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.Items("items").Count());
    }

    [Fact]
    public async Task Rollout_ScaledDownWhileRefusedPodsWait_NoLongerFailsAtOnce()
    {
        await using var api = await KubernetesServer.TwinAsync(time: Clock());
        var ns = await api.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments";
        await api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"pods":"1"}}}""");
        await api.PostAsync(path, Bodies.Deployment("web", 2));
        Assert.True(Condition.Holds((await api.GetAsync($"{path}/web")).Body, "ReplicaFailure"));
        await api.MergeAsync($"{path}/web", """{"spec":{"replicas":1}}""");
        Assert.Null(Condition.Find((await api.GetAsync($"{path}/web")).Body, "ReplicaFailure"));
    }

    // Since 1.22 (kubernetes/kubernetes#103532).
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Service_ReplacedWithoutItsAddress_KeepsIt(bool headless)
    {
        await using var api = await KubernetesServer.TwinAsync();
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/services";
        var free = (await api.PostAsync(path, Service("free", ""))).Body.Text("spec", "clusterIP");
        await api.SendAsync("DELETE", $"{path}/free");
        var address = headless ? "None" : free;
        var made = await api.PostAsync(path, Service("web", $"\"clusterIP\":\"{address}\","));
        Assert.Equal((201, address), (made.Status, made.Body.Text("spec", "clusterIP")));

        var version = $"\"resourceVersion\":\"{made.Body.Text("metadata", "resourceVersion")}\",";
        var reply = await api.SendAsync("PUT", $"{path}/web", Service("web", "", version));

        Assert.Equal((200, address), (reply.Status, reply.Body.Text("spec", "clusterIP")));

        static string Service(string name, string spec, string metadata = "") =>
            $$"""{"metadata":{ {{metadata}} "name":"{{name}}"},"spec":{ {{spec}} "ports":[{"port":80,"protocol":"TCP"}]} }""";
    }

    [Fact]
    public async Task Delete_GraceLongerThanTime_IsKeptWithinIt()
    {
        await using var api = await KubernetesServer.TwinAsync();
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/pods";
        await api.PostAsync(path, Bodies.Pod("p", extra: "\"terminationGracePeriodSeconds\":9223372036854775807,"));
        var reply = await api.SendAsync("DELETE", $"{path}/p");
        Assert.Equal((200, int.MaxValue), (reply.Status, reply.Body.Number("metadata", "deletionGracePeriodSeconds")));
    }

    [Fact]
    public async Task Timing_TrueToLife_PodTakesItsTime()
    {
        var clock = Clock();
        await using var api = await KubernetesServer.TwinAsync(TimingProfile.TrueToLife, clock);
        Assert.Equal("False", Condition.Find((await api.GetAsync("/api/v1/nodes/aks-kata-0")).Body, "Ready").Text("status"));
        clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal("True", Condition.Find((await api.GetAsync("/api/v1/nodes/aks-kata-0")).Body, "Ready").Text("status"));
        var ns = await api.NamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p", extra: Kata));
        var pod = (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body;
        Assert.Equal("ContainerCreating", pod.Items("status", "containerStatuses").Single().Text("state", "waiting", "reason"));
        clock.Advance(TimeSpan.FromSeconds(11.5));
        pod = (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body;
        Assert.Equal(("Running", "False"), (pod.Text("status", "phase"), Condition.Find(pod, "Ready").Text("status")));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("True", Condition.Find((await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body, "Ready").Text("status"));
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
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
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
        {
            api.Twin.AddNode(shape with { Name = $"n{i}" });
        }

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
        {
            await api.MergeAsync($"{path}/one", $$"""{"data":{"a":"{{i}}"} }""");
        }

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
            await again.MergeAsync($"/apis/apps/v1/namespaces/{ns}/deployments/web", """{"spec":{"replicas":5}}""");
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
        {
            api.Twin!.AddNode(KubernetesServer.Node($"n{i:000}", maxPods: 250));
        }

        var ns = await api.NamespaceAsync();
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(201, (await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment($"d{i}", 50).Replace("100m", "10m", StringComparison.Ordinal))).Status);
        }

        var list = await api.GetAsync($"/api/v1/namespaces/{ns}/pods?fieldSelector=status.phase%3DRunning");
        Assert.Equal(5000, list.Body.Items("items").Count());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 500L << 20);
    }
}
