using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>How the twin plays init containers, sidecars and containers that complete.</summary>
public sealed class KubernetesPodTests
{
    private const string Init = """ "initContainers":[{"name":"i","image":"init"}],""";
    private const string Sidecar = """ "initContainers":[{"name":"s","image":"proxy","restartPolicy":"Always"},{"name":"i","image":"init"}],""";

    private static FakeTimeProvider Clock() => new(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));

    private static string Never(string annotations = "{}", string policy = "Never", string image = "job") =>
        Manifests.Pod("p", image, extra: $"\"restartPolicy\":\"{policy}\",").Replace("\"labels\"", $"\"annotations\":{annotations},\"labels\"", StringComparison.Ordinal);

    [Fact]
    public async Task InitContainers_Realistic_RunOneAfterTheOtherBeforeTheContainers()
    {
        var clock = Clock();
        await using var api = await KubernetesServer.StartTwinAsync(TimingProfile.Realistic, clock);
        clock.Advance(TimeSpan.FromSeconds(16));
        var path = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/pods";
        await api.PostAsync(path, Manifests.Pod("p", extra: """ "initContainers":[{"name":"a","image":"a"},{"name":"b","image":"b"}],"""));
        clock.Advance(TimeSpan.FromSeconds(6));
        var pod = (await api.GetAsync($"{path}/p")).Body;
        Assert.Equal(["running", "waiting"], States(pod, "initContainerStatuses"));
        Assert.Equal(("Pending", "containers with incomplete status: [a b]"), (pod.GetString("status", "phase"), Condition.Find(pod, "Initialized").GetString("message")));
        Assert.Equal("PodInitializing", pod.GetObjects("status", "containerStatuses").Single().GetString("state", "waiting", "reason"));
        clock.Advance(TimeSpan.FromSeconds(9));
        pod = (await api.GetAsync($"{path}/p")).Body;
        Assert.Equal(["terminated", "running"], States(pod, "initContainerStatuses"));
        Assert.Equal("containers with incomplete status: [b]", Condition.Find(pod, "Initialized").GetString("message"));
        clock.Advance(TimeSpan.FromSeconds(11));
        pod = (await api.GetAsync($"{path}/p")).Body;
        Assert.Equal((true, true), (Condition.IsTrue(pod, "Initialized"), Condition.IsTrue(pod, "Ready")));
        Assert.Equal(200, (await api.GetAsync($"{path}/p/log?container=a")).Status);
    }

    [Theory]
    [InlineData("crashing", "Always", "Pending", "CrashLoopBackOff", "Init:CrashLoopBackOff")]
    [InlineData("crashing", "Never", "Failed", null, "Init:Error")]
    [InlineData("missing", "Always", "Pending", "ImagePullBackOff", "Init:ImagePullBackOff")]
    public async Task InitContainer_DoesNotComplete_KeepsThePodFromStarting(string image, string policy, string phase, string? reason, string column)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var path = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/pods";
        await api.PostAsync(path, Manifests.Pod("p", extra: $"\"restartPolicy\":\"{policy}\"," + Init.Replace("\"init\"", $"\"{image}\"", StringComparison.Ordinal)));
        var pod = (await api.GetAsync($"{path}/p")).Body;
        Assert.Equal((phase, reason), (pod.GetString("status", "phase"), pod.GetObjects("status", "initContainerStatuses").Single().GetString("state", "waiting", "reason")));
        Assert.Equal("PodInitializing", pod.GetObjects("status", "containerStatuses").Single().GetString("state", "waiting", "reason"));
        Assert.Equal(["p", "0/1", column], await api.CellsAsync(path, 3));
    }

    [Fact]
    public async Task Sidecar_PodIsAlwaysRestarted_KeepsRunningAndCountsAsReady()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var path = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/pods";
        await api.PostAsync(path, Manifests.Pod("p", extra: Sidecar));
        var pod = (await api.GetAsync($"{path}/p")).Body;
        Assert.Equal(["running", "terminated"], States(pod, "initContainerStatuses"));
        Assert.True(Condition.IsTrue(pod, "Ready"));
        Assert.Equal(["p", "2/2", "Running"], await api.CellsAsync(path, 3));
    }

    [Fact]
    public async Task Sidecar_NeverReady_KeepsThePodUnready()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var path = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/pods";
        await api.PostAsync(path, Manifests.Pod("p", extra: Sidecar.Replace("\"proxy\"", "\"unready\"", StringComparison.Ordinal)));
        Assert.Equal("containers with unready status: [s]", Condition.Find((await api.GetAsync($"{path}/p")).Body, "Ready").GetString("message"));
    }

    [Fact]
    public async Task Sidecar_ContainersHaveCompleted_IsStopped()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var path = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/pods";
        await api.PostAsync(path, Manifests.Pod("p", extra: $"\"restartPolicy\":\"Never\",{Sidecar}"));
        var pod = (await api.GetAsync($"{path}/p")).Body;
        Assert.Equal("Succeeded", pod.GetString("status", "phase"));
        Assert.Equal(["terminated", "terminated"], States(pod, "initContainerStatuses"));
    }

    [Theory]
    [InlineData("Never", "{}", "job", "Succeeded", 0)]
    [InlineData("Never", """{"twin.tenantsandbox.dev/exit-code":"3"}""", "job", "Failed", 3)]
    [InlineData("Never", "{}", "crashing", "Failed", 1)]
    [InlineData("OnFailure", "{}", "job", "Succeeded", 0)]
    [InlineData("OnFailure", "{}", "crashing", "Running", null)]
    [InlineData("Never", "{}", "endless", "Running", null)]
    [InlineData("Always", """{"twin.tenantsandbox.dev/run-seconds":"0"}""", "job", "Running", null)]
    public async Task Containers_End_PodHasThePhaseOfItsRestartPolicy(string policy, string annotations, string image, string phase, int? code)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var path = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/pods";
        await api.PostAsync(path, Never(annotations, policy, image));
        var pod = (await api.GetAsync($"{path}/p")).Body;
        Assert.Equal((phase, code), (pod.GetString("status", "phase"), pod.GetObjects("status", "containerStatuses").Single().GetInteger("state", "terminated", "exitCode")));
    }

    [Fact]
    public async Task Container_FailsWithBackOff_IsRestartedLaterEachTime()
    {
        var clock = Clock();
        await using var api = await KubernetesServer.StartTwinAsync(TimingProfile.Instant with { RestartBackOff = TimeSpan.FromSeconds(10) }, clock);
        var path = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/pods";
        await api.PostAsync(path, Never(policy: "OnFailure", image: "crashing"));
        var restarts = new List<long?>();
        foreach (var seconds in (int[])[9, 1, 20, 39, 1])
        {
            clock.Advance(TimeSpan.FromSeconds(seconds));
            restarts.Add((await api.GetAsync($"{path}/p")).Body.GetObjects("status", "containerStatuses").Single().GetInteger("restartCount"));
        }

        Assert.Equal([0, 1, 2, 2, 3], restarts);
    }

    [Fact]
    public async Task Exits_Injected_EndsTheContainersAfterItsDelay()
    {
        var clock = Clock();
        await using var api = await KubernetesServer.StartTwinAsync(time: clock);
        var path = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/pods";
        api.Host!.InjectedFaults.Add(new InjectedFault { Call = "kube.pods.create", Kind = InjectedFaultKind.Exits, Code = "7", DelaySeconds = 60 });
        await api.PostAsync(path, Never());
        Assert.Equal("Running", (await api.GetAsync($"{path}/p")).Body.GetString("status", "phase"));
        clock.Advance(TimeSpan.FromSeconds(60));
        var pod = (await api.GetAsync($"{path}/p")).Body;
        Assert.Equal(("Failed", 7L), (pod.GetString("status", "phase"), pod.GetObjects("status", "containerStatuses").Single().GetInteger("state", "terminated", "exitCode")));
    }

    [Fact]
    public async Task Restart_PodRunsToCompletion_EndsWhenItWouldHaveEnded()
    {
        var (clock, directory) = (Clock(), Directory.CreateTempSubdirectory("twin-").FullName);
        try
        {
            string path;
            await using (var api = await KubernetesServer.StartTwinAsync(time: clock, directory: directory))
            {
                path = $"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/pods";
                await api.PostAsync(path, Never("""{"twin.tenantsandbox.dev/run-seconds":"60"}"""));
            }

            clock.Advance(TimeSpan.FromSeconds(40));
            await using var again = await KubernetesServer.StartTwinAsync(time: clock, directory: directory);
            Assert.Equal("Running", (await again.GetAsync($"{path}/p")).Body.GetString("status", "phase"));
            clock.Advance(TimeSpan.FromSeconds(20));
            Assert.Equal("Succeeded", (await again.GetAsync($"{path}/p")).Body.GetString("status", "phase"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    // A sidecar of 32Mi runs beside an init container of 256Mi, which is more than the sidecar and a container of 64Mi; Kata adds 600Mi.
    [Fact]
    public async Task Quota_SidecarsAndInitContainers_CountsTheLargestSum()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"requests.memory":"2Gi","limits.cpu":"2"}}}""");
        var extra = $$"""
            "runtimeClassName":"kata-vm-isolation","initContainers":[{"name":"s","image":"s","restartPolicy":"Always","resources":{"limits":{"cpu":"50m","memory":"32Mi"} } },
            {"name":"i","image":"i","resources":{"limits":{"cpu":"10m","memory":"256Mi"} } }],
            """;
        Assert.Equal(201, (await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", extra: extra))).Status);
        var used = (await api.GetAsync($"/api/v1/namespaces/{ns}/resourcequotas/q")).Body;
        Assert.Equal(("888Mi", "150m"), (used.GetString("status", "used", "requests.memory"), used.GetString("status", "used", "limits.cpu")));
    }

    [Theory]
    [InlineData("""{"restartPolicy":"Sometimes"}""", "spec.initContainers[0].restartPolicy")]
    [InlineData("""{"startupProbe":{"grpc":{"port":0}},"restartPolicy":"Always"}""", "spec.initContainers[0].startupProbe.grpc.port")]
    [InlineData("""{"startupProbe":{"grpc":{"port":1},"exec":{"command":["a"]}},"restartPolicy":"Always"}""", "spec.initContainers[0].startupProbe.grpc")]
    public async Task Sidecar_Invalid_NamesTheField(string fields, string path)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var container = JsonNode.Parse("""{"name":"i","image":"i"}""")!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject())
        {
            container[name] = value?.DeepClone();
        }

        var reply = await api.PostAsync($"/api/v1/namespaces/{await api.CreateNamespaceAsync()}/pods", Manifests.Pod("p", extra: $"\"initContainers\":[{container.ToJsonString()}],"));
        Assert.Equal((422, path), (reply.Status, reply.CauseFields.Single()));
    }

    private static IEnumerable<string> States(JsonObject pod, string list) => pod.GetObjects("status", list).Select(s => s.GetObject("state")!.Single().Key);
}
