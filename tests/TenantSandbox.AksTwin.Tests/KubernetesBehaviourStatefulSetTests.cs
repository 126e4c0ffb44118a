using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>StatefulSets, on any Kubernetes API.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourStatefulSetTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

    private static bool IsComplete(JsonObject set, long replicas) =>
        set.GetInteger("status", "observedGeneration") == set.GetInteger("metadata", "generation") && set.GetInteger("status", "readyReplicas") == replicas
        && set.GetInteger("status", "replicas") == replicas && set.GetInteger("status", "updatedReplicas") == replicas
        && set.GetString("status", "currentRevision") == set.GetString("status", "updateRevision");

    private async Task<List<JsonObject>> PodsAsync(string ns) => [.. (await Api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.GetObjects("items")];

    [Fact]
    public async Task StatefulSet_Created_HasNumberedPods()
    {
        var ns = await Api.CreateNamespaceAsync();
        var created = await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/statefulsets", Manifests.StatefulSet("web"));
        Assert.Equal((201, "OrderedReady", 0L), (created.Status, created.Body.GetString("spec", "podManagementPolicy"), created.Body.GetInteger("spec", "updateStrategy", "rollingUpdate", "partition")));
        var live = await Api.WaitForAsync($"/apis/apps/v1/namespaces/{ns}/statefulsets", o => IsComplete(o, 2));
        var pods = await PodsAsync(ns);
        Assert.Equal(["web-0", "web-1"], pods.Select(p => p.GetString("metadata", "name")));
        Assert.Equal(["web-0", "web-1"], pods.Select(p => p.GetString("metadata", "labels", "statefulset.kubernetes.io/pod-name")));
        Assert.All(pods, p => Assert.Equal((live.GetString("status", "currentRevision"), "web"), (p.GetString("metadata", "labels", "controller-revision-hash"), p.GetString("spec", "subdomain"))));
        Assert.Equal("web-1", pods[1].GetString("spec", "hostname"));
        var revision = Assert.Single((await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/controllerrevisions")).Body.GetObjects("items"));
        Assert.Equal((live.GetString("status", "currentRevision"), 1L), (revision.GetString("metadata", "name"), revision.GetInteger("revision")));
    }

    [Fact]
    public async Task StatefulSet_NewTemplate_ReplacesItsPodsFromTheLast()
    {
        var ns = await Api.CreateNamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/statefulsets";
        await Api.PostAsync(path, Manifests.StatefulSet("web"));
        await Api.WaitForAsync(path, o => IsComplete(o, 2));
        var before = await PodsAsync(ns);
        await Api.MergeAsync($"{path}/web", """{"spec":{"template":{"metadata":{"annotations":{"turn":"2"}}}}}""");
        await Api.WaitForAsync(path, o => IsComplete(o, 2) && o.GetInteger("metadata", "generation") == 2);
        var after = await PodsAsync(ns);
        Assert.Empty(before.Select(p => p.GetString("metadata", "uid")).Intersect(after.Select(p => p.GetString("metadata", "uid"))));
        Assert.All(after, p => Assert.Equal("2", p.GetString("metadata", "annotations", "turn")));
    }

    [Fact]
    public async Task StatefulSet_Partition_UpdatesOnlyLaterPods()
    {
        var ns = await Api.CreateNamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/statefulsets";
        await Api.PostAsync(path, Manifests.StatefulSet("web", more: """ "updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":1}}, """));
        await Api.WaitForAsync(path, o => IsComplete(o, 2));
        await Api.MergeAsync($"{path}/web", """{"spec":{"template":{"metadata":{"annotations":{"turn":"2"}}}}}""");
        await Api.WaitForAsync(path, o => o.GetInteger("metadata", "generation") == 2 && o.GetInteger("status", "updatedReplicas") == 1 && o.GetInteger("status", "readyReplicas") == 2);
        Assert.Equal([null, "2"], (await PodsAsync(ns)).Select(p => p.GetString("metadata", "annotations", "turn")));
    }

    [Fact]
    public async Task StatefulSet_ScaledDown_DeletesTheLastPod()
    {
        var ns = await Api.CreateNamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/statefulsets";
        await Api.PostAsync(path, Manifests.StatefulSet("web"));
        await Api.WaitForAsync(path, o => IsComplete(o, 2));
        await Api.WaitForDeletionAsync($"/api/v1/namespaces/{ns}/pods", "web-1", () => Api.MergeAsync($"{path}/web", """{"spec":{"replicas":1}}"""));
        Assert.Equal("web-0", Assert.Single(await PodsAsync(ns)).GetString("metadata", "name"));
    }

    [Fact]
    public async Task StatefulSet_ClaimTemplates_CreateClaimsThatOutliveIt()
    {
        var ns = await Api.CreateNamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/statefulsets";
        var created = await Api.PostAsync(path, Manifests.StatefulSet("web", more: """ "podManagementPolicy":"Parallel", """, claims: "data"));
        Assert.Equal((201, "Filesystem", "Pending"), (created.Status, created.Body.GetObjects("spec", "volumeClaimTemplates").Single().GetString("spec", "volumeMode"), created.Body.GetObjects("spec", "volumeClaimTemplates").Single().GetString("status", "phase")));
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/persistentvolumeclaims", o => o.GetString("metadata", "name") == "data-web-1" && o.GetString("metadata", "labels", "app") == "web");
        var pod = await Api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => o.GetString("metadata", "name") == "web-1");
        Assert.Contains(pod.GetObjects("spec", "volumes"), v => v.GetString("name") == "data" && v.GetString("persistentVolumeClaim", "claimName") == "data-web-1");
        await Api.WaitForDeletionAsync(path, "web", () => Api.SendAsync("DELETE", $"{path}/web"));
        Assert.Equal(2, (await Api.GetAsync($"/api/v1/namespaces/{ns}/persistentvolumeclaims")).Body.GetObjects("items").Count());
    }

    [Theory]
    [InlineData("""{"spec":{"serviceName":"other"}}""")]
    [InlineData("""{"spec":{"podManagementPolicy":"Parallel"}}""")]
    [InlineData("""{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}}}}}""")]
    public async Task StatefulSet_ImmutableFieldChanged_Invalid(string patch)
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/statefulsets";
        await Api.PostAsync(path, Manifests.StatefulSet("web"));
        var reply = await Api.MergeAsync($"{path}/web", patch);
        Assert.Equal((422, "spec"), (reply.Status, reply.CauseFields.Single()));
        Assert.Contains("Forbidden: updates to statefulset spec for fields other than 'replicas', ", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StatefulSet_InvalidPod_IsTakenAndItsPodsAreRefused()
    {
        var ns = await Api.CreateNamespaceAsync();
        var set = JsonNode.Parse(Manifests.StatefulSet("web"))!;
        set["spec"]!["template"]!["spec"]!["containers"]![0]!["volumeMounts"] = JsonNode.Parse("""[{"name":"absent","mountPath":"/x"}]""");
        Assert.Equal(201, (await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/statefulsets", set.ToJsonString())).Status);
        var warning = await Api.WaitForAsync($"/api/v1/namespaces/{ns}/events", e => e.GetString("reason") == "FailedCreate");
        Assert.Contains("spec.containers[0].volumeMounts[0].name: Not found: \"absent\"", warning.GetString("message"), StringComparison.Ordinal);
        Assert.Empty(await PodsAsync(ns));
    }

    [Theory]
    [InlineData("\"podManagementPolicy\":\"Sometimes\",", "spec.podManagementPolicy")]
    [InlineData("\"updateStrategy\":{\"type\":\"RollingUpdate\",\"rollingUpdate\":{\"partition\":-1}},", "spec.updateStrategy.rollingUpdate.partition")]
    public async Task StatefulSet_InvalidField_IsNamed(string more, string path)
    {
        var reply = await Api.PostAsync($"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/statefulsets", Manifests.StatefulSet("web", more: more));
        Assert.Equal((422, path), (reply.Status, reply.CauseFields.Single()));
    }

    [Fact]
    public async Task StatefulSet_AppliedTwice_IsUnchanged()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/statefulsets/web";
        Assert.Equal(201, (await Api.ApplyAsync(path, Manifests.StatefulSet("web", 0, claims: "data"))).Status);
        var again = await Api.ApplyAsync(path, Manifests.StatefulSet("web", 0, claims: "data"));
        Assert.Equal((200, 1L, again.Text), (again.Status, again.Body.GetInteger("metadata", "generation"), again.Text));
    }
}
