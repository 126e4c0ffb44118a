using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>What the twin does with every kind: discovery, strict fields, dry run, tables, deletion with the namespace.</summary>
public sealed class KubernetesKindTests
{
    /// <summary>Path, manifest and a field whose spelling a test changes; the namespace is <c>NS</c>.</summary>
    public static TheoryData<string, string, string> Objects => new()
    {
        { "/api/v1/namespaces/NS/secrets", """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"},"data":{"a":"YQ=="}}""", "data" },
        { "/api/v1/namespaces/NS/persistentvolumeclaims", Manifests.Claim("x"), "accessModes" },
        { "/apis/apps/v1/namespaces/NS/statefulsets", Manifests.StatefulSet("x", claims: "data"), "serviceName" },
        { "/apis/batch/v1/namespaces/NS/jobs", Manifests.Job("x"), "restartPolicy" },
        { "/apis/batch/v1/namespaces/NS/cronjobs", Manifests.CronJob("x"), "jobTemplate" },
        { "/apis/autoscaling/v2/namespaces/NS/horizontalpodautoscalers", Autoscaler("x", 1, 3), "maxReplicas" },
        { "/apis/gateway.networking.k8s.io/v1/namespaces/NS/gateways", KubernetesGatewayTests.Gateway("x"), "gatewayClassName" },
        { "/apis/gateway.networking.k8s.io/v1/namespaces/NS/httproutes", KubernetesGatewayTests.Route("x", "gateway"), "backendRefs" },
    };

    public static string Autoscaler(string name, int min, int max, string kind = "Deployment") => $$"""
        {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"{{name}}"},"spec":{"minReplicas":{{min}},"maxReplicas":{{max}},
        "scaleTargetRef":{"apiVersion":"apps/v1","kind":"{{kind}}","name":"web"} } }
        """;

    [Theory]
    [MemberData(nameof(Objects))]
    public async Task Object_OfEachKind_IsServedLikeOthers(string path, string manifest, string field)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        path = path.Replace("NS", ns, StringComparison.Ordinal);
        var misspelled = await api.PostAsync($"{path}?fieldValidation=Strict", manifest.Replace($"\"{field}\"", $"\"{field}s\"", StringComparison.Ordinal));
        Assert.Equal(400, misspelled.Status);
        Assert.Contains($"{field}s\"", misspelled.Text, StringComparison.Ordinal);
        Assert.Equal(201, (await api.PostAsync($"{path}?dryRun=All&fieldValidation=Strict", manifest)).Status);
        Assert.Equal(404, (await api.GetAsync($"{path}/x")).Status);
        Assert.Equal(201, (await api.SendAsync("PATCH", $"{path}/x?fieldManager=f&dryRun=All", manifest, "application/apply-patch+yaml")).Status);
        Assert.Equal(404, (await api.GetAsync($"{path}/x")).Status);
        var created = await api.ApplyAsync($"{path}/x", manifest);
        Assert.Equal((201, created.Text), (created.Status, created.Text));
        var again = await api.ApplyAsync($"{path}/x", manifest);
        Assert.Equal((200, created.Body.GetInteger("metadata", "generation")), (again.Status, again.Body.GetInteger("metadata", "generation")));
        Assert.Equal(["x"], await api.CellsAsync(path, 1));
        var (root, plural) = (path[..path.IndexOf("/namespaces", StringComparison.Ordinal)], path.Split('/')[^1]);
        Assert.Contains((await api.GetAsync(root)).Body.GetObjects("resources"), r => r.GetString("name") == plural && r.GetString("kind") == again.Body.GetString("kind"));
        await api.SendAsync("DELETE", $"{path}/x?dryRun=All");
        Assert.Equal(200, (await api.GetAsync($"{path}/x")).Status);
        await api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}");
        Assert.Equal(404, (await api.GetAsync($"/api/v1/namespaces/{ns}")).Status);
    }

    [Fact]
    public async Task Autoscaler_ReplicasOutsideItsBounds_ScalesTheWorkload()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        var (path, web) = ($"/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers", $"/apis/apps/v1/namespaces/{ns}/deployments/web");
        var created = await api.PostAsync(path, Autoscaler("hpa", 2, 3));
        Assert.Equal(80, created.Body.GetObjects("spec", "metrics").Single().GetInteger("resource", "target", "averageUtilization"));
        Assert.Equal("FailedGetScale", Condition.Find((await api.GetAsync($"{path}/hpa")).Body, "AbleToScale").GetString("reason"));
        await api.ApplyAsync(web, Manifests.Deployment("web", 1).Replace("\"replicas\":1,", "", StringComparison.Ordinal));
        Assert.Equal(2, (await api.GetAsync(web)).Body.GetInteger("status", "availableReplicas"));
        var live = (await api.GetAsync($"{path}/hpa")).Body;
        Assert.Equal((2L, 2L), (live.GetInteger("status", "currentReplicas"), live.GetInteger("status", "desiredReplicas")));
        Assert.Equal(("False", "FailedGetResourceMetric"), (Condition.Find(live, "ScalingActive").GetString("status"), Condition.Find(live, "ScalingActive").GetString("reason")));
        // The autoscaler owns the replicas, so an apply without them doesn't reset them.
        await api.ApplyAsync(web, Manifests.Deployment("web", 1, more: "\"minReadySeconds\":0,").Replace("\"replicas\":1,", "", StringComparison.Ordinal));
        Assert.Equal(2, (await api.GetAsync(web)).Body.GetInteger("spec", "replicas"));
        await api.MergeAsync(web, """{"spec":{"replicas":5}}""");
        Assert.Equal(3, (await api.GetAsync(web)).Body.GetInteger("spec", "replicas"));
        Assert.Equal(["hpa", "Deployment/web", "cpu: <unknown>/80%", "2", "3", "3"], await api.CellsAsync(path, 6));
        await api.MergeAsync(web, """{"spec":{"replicas":0}}""");
        Assert.Equal("ScalingDisabled", Condition.Find((await api.GetAsync($"{path}/hpa")).Body, "ScalingActive").GetString("reason"));
    }

    [Theory]
    [InlineData("\"minReplicas\":1", "\"minReplicas\":0", "spec.minReplicas")]
    [InlineData("\"minReplicas\":1", "\"minReplicas\":9", "spec.maxReplicas")]
    [InlineData("\"minReplicas\":1", "\"metrics\":[{\"type\":\"Resource\"}]", "spec.metrics[0].resource")]
    public async Task Autoscaler_InvalidField_IsNamed(string valid, string invalid, string path)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var reply = await api.PostAsync("/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", Autoscaler("hpa", 1, 3).Replace(valid, invalid, StringComparison.Ordinal));
        Assert.Equal((422, path), (reply.Status, reply.CauseFields.Single()));
    }

    [Fact]
    public async Task Autoscaler_OtherVersion_IsUnknown()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        Assert.Equal(404, (await api.GetAsync("/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers")).Status);
        var group = (await api.GetAsync("/apis")).Body.GetObjects("groups").Single(g => g.GetString("name") == "autoscaling");
        Assert.Equal("autoscaling/v2", group.GetString("preferredVersion", "groupVersion"));
    }
}
