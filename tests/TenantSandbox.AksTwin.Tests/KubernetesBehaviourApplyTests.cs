using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Server-side apply: ownership, conflicts, removal; on any Kubernetes API.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourApplyTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

    [Fact]
    public async Task Apply_Twice_ChangesNothing()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.NamespaceAsync()}/deployments/web";
        var first = await Api.ApplyAsync(path, Bodies.Deployment("web", 0));
        Assert.Equal(201, first.Status);
        var settled = await Api.UntilAsync(path[..^4], o => o.Items("status", "conditions").Any(c => c.Text("reason") == "NewReplicaSetAvailable"));
        var second = await Api.ApplyAsync(path, Bodies.Deployment("web", 0));
        Assert.Equal((200, settled.Text("metadata", "resourceVersion")), (second.Status, second.Body.Text("metadata", "resourceVersion")));
    }

    [Fact]
    public async Task Apply_FieldOfAnother_ConflictsAndForceTakesIt()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps/one";
        await Api.ApplyAsync(path, Bodies.ConfigMap("one"), "alice");
        var refused = await Api.ApplyAsync(path, Bodies.ConfigMap("one", """{"a":"2"}"""), "bob");
        Assert.Equal((409, "Conflict"), (refused.Status, refused.Reason));
        Assert.Equal([".data.a"], refused.CauseFields);
        Assert.Equal("FieldManagerConflict", refused.Body.Items("details", "causes").Single().Text("reason"));
        Assert.Equal("Apply failed with 1 conflict: conflict with \"alice\": .data.a", refused.Text);
        var forced = await Api.ApplyAsync(path, Bodies.ConfigMap("one", """{"a":"2"}"""), "bob", force: true);
        Assert.Equal((200, "2"), (forced.Status, forced.Body.Text("data", "a")));
        Assert.Equal(["bob"], forced.Body.Items("metadata", "managedFields").Where(m => m.At("fieldsV1", "f:data", "f:a") is not null).Select(m => m.Text("manager")));
    }

    [Fact]
    public async Task Apply_SameValue_IsSharedWithoutConflict()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps/one";
        await Api.ApplyAsync(path, Bodies.ConfigMap("one"), "alice");
        Assert.Equal(200, (await Api.ApplyAsync(path, Bodies.ConfigMap("one"), "bob")).Status);
        // Alice lets go; Bob still holds it.
        var reply = await Api.ApplyAsync(path, Bodies.ConfigMap("one", "{}"), "alice");
        Assert.Equal("1", reply.Body.Text("data", "a"));
    }

    [Fact]
    public async Task Apply_FieldNoLongerApplied_IsRemoved()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.NamespaceAsync()}/deployments/web";
        await Api.ApplyAsync(path, Bodies.Deployment("web", 0, more: "\"minReadySeconds\":5,", extra: "\"nodeSelector\":{\"a\":\"b\"},\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}}],"));
        var reply = await Api.ApplyAsync(path, Bodies.Deployment("web", 0));
        Assert.Null(reply.Body.At("spec", "minReadySeconds"));
        Assert.Null(reply.Body.At("spec", "template", "spec", "nodeSelector"));
        Assert.Null(reply.Body.At("spec", "template", "spec", "volumes"));
    }

    [Fact]
    public async Task Apply_OverFieldThatAPatchChanged_Conflicts()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.NamespaceAsync()}/deployments/web";
        await Api.ApplyAsync(path, Bodies.Deployment("web", 0));
        await Api.SendAsync("PATCH", $"{path}?fieldManager=by-hand", """{"spec":{"replicas":1}}""", "application/merge-patch+json");
        var reply = await Api.ApplyAsync(path, Bodies.Deployment("web", 0));
        Assert.Equal(409, reply.Status);
        Assert.Equal([".spec.replicas"], reply.CauseFields);
        Assert.Contains("conflict with \"by-hand\" using apps/v1", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_SecondContainerByAnother_BothStay()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.NamespaceAsync()}/deployments/web";
        await Api.ApplyAsync(path, Bodies.Deployment("web", 0));
        var reply = await Api.ApplyAsync(path, """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:1"}]}}}}
            """, "injector");
        Assert.Equal(["c", "side"], reply.Body.Items("spec", "template", "spec", "containers").Select(c => c.Text("name")).Order());
    }

    [Fact]
    public async Task Apply_WithoutManager_Refused() => Assert.Contains(
        (await Api.SendAsync("PATCH", $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps/one", Bodies.ConfigMap("one"), "application/apply-patch+yaml")).Status,
        (int[])[400, 422]);

    [Fact]
    public async Task Apply_WithStaleResourceVersion_Conflict()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps/one";
        await Api.ApplyAsync(path, Bodies.ConfigMap("one"));
        var reply = await Api.ApplyAsync(path, Bodies.ConfigMap("one", """{"a":"3"}""", "\"resourceVersion\":\"1\","));
        Assert.Equal((409, "Conflict"), (reply.Status, reply.Reason));
    }
}
