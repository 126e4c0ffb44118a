using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>PriorityClasses, and the priority that they give to pods.</summary>
public sealed class KubernetesPriorityTests
{
    private const string Path = "/apis/scheduling.k8s.io/v1/priorityclasses";

    [Fact]
    public async Task SystemClasses_InEveryCluster_StayAsTheyAre()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var values = (await api.GetAsync(Path)).Body.GetObjects("items").ToDictionary(c => c.GetString("metadata", "name")!, c => c.GetInteger("value"));
        Assert.Equal((2, 2_000_000_000L, 2_000_001_000L), (values.Count, values["system-cluster-critical"], values["system-node-critical"]));
        var deletion = await api.SendAsync("DELETE", $"{Path}/system-node-critical");
        Assert.Equal(
            (403, "priorityclasses.scheduling.k8s.io \"system-node-critical\" is forbidden: this is a system priority class and cannot be deleted"),
            (deletion.Status, deletion.Text));
        Assert.Equal(422, (await api.MergeAsync($"{Path}/system-node-critical", """{"value":1}""")).Status);
        Assert.Equal(422, (await api.PostAsync(Path, """{"metadata":{"name":"system-mine"},"value":1}""")).Status);
        Assert.Equal(["value"], (await api.PostAsync(Path, """{"metadata":{"name":"x"},"value":1000000001}""")).CauseFields);
    }

    [Fact]
    public async Task Class_AppliedAndRead_IsServedLikeOthers()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        const string Manifest = """{"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{"name":"x"},"value":7}""";
        var created = await api.ApplyAsync($"{Path}/x", Manifest);
        Assert.Equal((201, "PreemptLowerPriority", 1L), (created.Status, created.Body.GetString("preemptionPolicy"), created.Body.GetInteger("metadata", "generation")));
        Assert.Equal(created.Body.GetString("metadata", "resourceVersion"), (await api.ApplyAsync($"{Path}/x", Manifest)).Body.GetString("metadata", "resourceVersion"));
        Assert.Equal(["value"], (await api.MergeAsync($"{Path}/x", """{"value":8}""")).CauseFields);
        var table = (await api.SendAsync("GET", $"{Path}/x", accept: "application/json;as=Table;v=v1;g=meta.k8s.io")).Body;
        Assert.Equal(["x", "7", "false", "PreemptLowerPriority"], table.GetObjects("rows").Single()["cells"]!.AsArray().Where((_, i) => i != 3).Select(c => $"{c}"));
        Assert.Equal(200, (await api.SendAsync("DELETE", $"{Path}/x")).Status);
        Assert.Equal(404, (await api.GetAsync($"{Path}/x")).Status);
    }

    [Theory]
    [InlineData("", 201, 0)]
    [InlineData("\"priorityClassName\":\"high\",", 201, 100)]
    [InlineData("\"priorityClassName\":\"system-node-critical\",", 201, 2_000_001_000)]
    [InlineData("\"priorityClassName\":\"none\",", 403, null)]
    [InlineData("\"priority\":5,", 403, null)]
    public async Task Pod_WithClass_GetsItsPriority(string field, int status, int? priority)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        await api.PostAsync(Path, """{"metadata":{"name":"high"},"value":100,"preemptionPolicy":"Never"}""");
        var pod = Manifests.Pod("p").Replace("\"spec\":{", $"\"spec\":{{{field}", StringComparison.Ordinal);
        var reply = await api.PostAsync("/api/v1/namespaces/default/pods", pod);
        Assert.Equal((status, (long?)priority), (reply.Status, reply.Body.GetInteger("spec", "priority")));
    }
}
