using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Server-side apply on any Kubernetes API: ownership, conflicts, removal.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourApplyTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

    [Fact]
    public async Task Apply_Twice_ChangesNothing()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/deployments/web";
        var first = await Api.ApplyAsync(path, Manifests.Deployment("web", 0));
        Assert.Equal(201, first.Status);
        var complete = await Api.WaitForAsync(path[..^4], o => o.GetObjects("status", "conditions").Any(c => c.GetString("reason") == "NewReplicaSetAvailable"));
        var second = await Api.ApplyAsync(path, Manifests.Deployment("web", 0));
        Assert.Equal((200, complete.GetString("metadata", "resourceVersion")), (second.Status, second.Body.GetString("metadata", "resourceVersion")));
    }

    [Fact]
    public async Task Apply_FieldOfAnotherManager_ConflictsUnlessForced()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps/one";
        await Api.ApplyAsync(path, Manifests.ConfigMap("one"), "alice");
        var refused = await Api.ApplyAsync(path, Manifests.ConfigMap("one", """{"a":"2"}"""), "bob");
        Assert.Equal((409, "Conflict"), (refused.Status, refused.Reason));
        Assert.Equal([".data.a"], refused.CauseFields);
        Assert.Equal("FieldManagerConflict", refused.Body.GetObjects("details", "causes").Single().GetString("reason"));
        Assert.Equal("Apply failed with 1 conflict: conflict with \"alice\": .data.a", refused.Text);
        var forced = await Api.ApplyAsync(path, Manifests.ConfigMap("one", """{"a":"2"}"""), "bob", force: true);
        Assert.Equal((200, "2"), (forced.Status, forced.Body.GetString("data", "a")));
        Assert.Equal(["bob"], forced.Body.GetObjects("metadata", "managedFields").Where(m => m.GetNode("fieldsV1", "f:data", "f:a") is not null).Select(m => m.GetString("manager")));
    }

    [Fact]
    public async Task Apply_SameValue_IsSharedWithoutConflict()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps/one";
        await Api.ApplyAsync(path, Manifests.ConfigMap("one"), "alice");
        Assert.Equal(200, (await Api.ApplyAsync(path, Manifests.ConfigMap("one"), "bob")).Status);
        // Alice no longer applies the field; Bob still owns it.
        var reply = await Api.ApplyAsync(path, Manifests.ConfigMap("one", "{}"), "alice");
        Assert.Equal("1", reply.Body.GetString("data", "a"));
    }

    [Fact]
    public async Task Apply_FieldNoLongerApplied_IsRemoved()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/deployments/web";
        await Api.ApplyAsync(path, Manifests.Deployment("web", 0, more: "\"minReadySeconds\":5,", extra: "\"nodeSelector\":{\"a\":\"b\"},\"volumes\":[{\"name\":\"v\",\"emptyDir\":{}}],"));
        var reply = await Api.ApplyAsync(path, Manifests.Deployment("web", 0));
        Assert.Null(reply.Body.GetNode("spec", "minReadySeconds"));
        Assert.Null(reply.Body.GetNode("spec", "template", "spec", "nodeSelector"));
        Assert.Null(reply.Body.GetNode("spec", "template", "spec", "volumes"));
    }

    [Fact]
    public async Task Apply_FieldChangedByPatch_Conflicts()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/deployments/web";
        await Api.ApplyAsync(path, Manifests.Deployment("web", 0));
        await Api.SendAsync("PATCH", $"{path}?fieldManager=by-hand", """{"spec":{"replicas":1}}""", "application/merge-patch+json");
        var reply = await Api.ApplyAsync(path, Manifests.Deployment("web", 0));
        Assert.Equal(409, reply.Status);
        Assert.Equal([".spec.replicas"], reply.CauseFields);
        Assert.Contains("conflict with \"by-hand\" using apps/v1", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_ContainerOfAnotherManager_KeepsBoth()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/deployments/web";
        await Api.ApplyAsync(path, Manifests.Deployment("web", 0));
        var reply = await Api.ApplyAsync(path, """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"template":{"spec":{"containers":[{"name":"side","image":"side:1"}]}}}}
            """, "injector");
        Assert.Equal(["c", "side"], reply.Body.GetObjects("spec", "template", "spec", "containers").Select(c => c.GetString("name")).Order());
    }

    [Fact]
    public async Task Apply_NoFieldManager_IsRejected() => Assert.Contains(
        (await Api.SendAsync("PATCH", $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps/one", Manifests.ConfigMap("one"), "application/apply-patch+yaml")).Status,
        (int[])[400, 422]);

    [Fact]
    public async Task Apply_StaleResourceVersion_Conflicts()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps/one";
        await Api.ApplyAsync(path, Manifests.ConfigMap("one"));
        var reply = await Api.ApplyAsync(path, Manifests.ConfigMap("one", """{"a":"3"}""", "\"resourceVersion\":\"1\","));
        Assert.Equal((409, "Conflict"), (reply.Status, reply.Reason));
    }
}
