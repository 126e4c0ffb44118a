using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>List, watch and delete on any Kubernetes API.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourListsTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

    [Theory]
    [InlineData("x%3Da", "a")]
    [InlineData("x!%3Da,x", "b,c")]
    [InlineData("x+notin+(a,b),x", "c")]
    [InlineData("!x,y", "d")]
    [InlineData("x+in+(a,c),y", "c")]
    public async Task List_LabelSelector_Selects(string selector, string expected)
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        foreach (var (name, labels) in ((string, string)[])[("a", "\"x\":\"a\""), ("b", "\"x\":\"b\""), ("c", "\"x\":\"c\",\"y\":\"1\""), ("d", "\"y\":\"2\"")])
        {
            await Api.PostAsync(path, Manifests.ConfigMap(name, metadata: $"\"labels\":{{{labels}}},"));
        }

        var list = await Api.GetAsync($"{path}?labelSelector={selector}");
        Assert.Equal(expected, string.Join(',', list.Body.GetObjects("items").Select(i => i.GetString("metadata", "name"))));
    }

    [Theory]
    [InlineData("labelSelector=a+between+(b)")]
    [InlineData("labelSelector=!!")]
    [InlineData("fieldSelector=spec.nonsense%3D1")]
    [InlineData("continue=garbage&limit=1")]
    [InlineData("limit=many")]
    public async Task List_BadQuery_BadRequest(string query)
    {
        var reply = await Api.GetAsync($"/api/v1/namespaces/default/pods?{query}");
        Assert.Equal((400, "BadRequest"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task List_FieldSelector_Selects()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Manifests.ConfigMap("a"));
        await Api.PostAsync(path, Manifests.ConfigMap("b"));
        var list = await Api.GetAsync($"{path}?fieldSelector=metadata.name%3Db");
        Assert.Equal("b", list.Body.GetObjects("items").Single().GetString("metadata", "name"));
    }

    [Fact]
    public async Task List_Paged_ReturnsTheSnapshotOfTheFirstPage()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        for (var i = 0; i < 5; i++)
        {
            await Api.PostAsync(path, Manifests.ConfigMap($"c{i}", metadata: "\"labels\":{\"p\":\"1\"},"));
        }

        var first = await Api.GetAsync($"{path}?limit=2&labelSelector=p");
        await Api.SendAsync("DELETE", $"{path}/c3");
        await Api.PostAsync(path, Manifests.ConfigMap("c9", metadata: "\"labels\":{\"p\":\"1\"},"));
        var names = first.Body.GetObjects("items").Select(i => i.GetString("metadata", "name")).ToList();
        for (var token = first.Body.GetString("metadata", "continue"); !string.IsNullOrEmpty(token);)
        {
            var page = await Api.GetAsync($"{path}?limit=2&labelSelector=p&continue={Uri.EscapeDataString(token)}");
            names.AddRange(page.Body.GetObjects("items").Select(i => i.GetString("metadata", "name")));
            token = page.Body.GetString("metadata", "continue");
        }

        Assert.Equal(["c0", "c1", "c2", "c3", "c4"], names);
    }

    [Fact]
    public async Task Watch_FromListedRevision_StreamsLaterChanges()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Manifests.ConfigMap("one"));
        var revision = (await Api.GetAsync(path)).Body.GetString("metadata", "resourceVersion");
        await Api.PostAsync(path, Manifests.ConfigMap("two", metadata: "\"labels\":{\"w\":\"1\"},"));
        await Api.MergeAsync($"{path}/two", """{"data":{"b":"2"}}""");
        await Api.MergeAsync($"{path}/two", """{"metadata":{"labels":{"w":"2"}}}""");
        await Api.MergeAsync($"{path}/two", """{"metadata":{"labels":{"w":"1"}}}""");
        await Api.SendAsync("DELETE", $"{path}/two");
        var events = new List<string?>();
        await foreach (var e in Api.WatchAsync(path, $"&resourceVersion={revision}&labelSelector=w%3D1"))
        {
            events.Add(e.GetString("type"));
            if (events.Count == 5)
            {
                break;
            }
        }

        // An object that no longer matches the selector is DELETED, one that matches again is ADDED.
        Assert.Equal(["ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED"], events);
    }

    [Fact]
    public async Task Watch_NoRevision_StartsWithExistingObjects()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Manifests.ConfigMap("one"));
        Assert.Equal("1", (await Api.WaitForAsync(path, o => o.GetString("metadata", "name") == "one")).GetString("data", "a"));
    }

    [Fact]
    public async Task Watch_InvalidRevision_IsRejected()
    {
        var reply = await Api.GetAsync("/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=abc&timeoutSeconds=1");
        // Real servers return 500 here; the twin returns 5xx only for injected faults.
        Assert.True(reply.Status >= 400, reply.Text);
    }

    [Fact]
    public async Task Delete_WrongUidPrecondition_Conflict()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Manifests.ConfigMap("one"));
        var reply = await Api.SendAsync("DELETE", $"{path}/one", """{"preconditions":{"uid":"11111111-1111-1111-1111-111111111111"}}""");
        Assert.Equal((409, "Conflict"), (reply.Status, reply.Reason));
        Assert.Equal(200, (await Api.GetAsync($"{path}/one")).Status);
    }

    [Fact]
    public async Task Delete_StaleResourceVersionPrecondition_Conflict()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Manifests.ConfigMap("one"));
        var reply = await Api.SendAsync("DELETE", $"{path}/one", """{"preconditions":{"resourceVersion":"1"}}""");
        Assert.Equal((409, "Conflict"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Delete_DryRun_KeepsTheObject()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Manifests.ConfigMap("one"));
        Assert.Equal(200, (await Api.SendAsync("DELETE", $"{path}/one?dryRun=All")).Status);
        Assert.Equal(200, (await Api.GetAsync($"{path}/one")).Status);
    }

    [Fact]
    public async Task Delete_Finalizer_KeepsTheObjectUntilItIsRemoved()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Manifests.ConfigMap("one", metadata: "\"finalizers\":[\"example.com/hold\"],"));
        Assert.Equal(200, (await Api.SendAsync("DELETE", $"{path}/one")).Status);
        Assert.NotNull((await Api.GetAsync($"{path}/one")).Body.GetString("metadata", "deletionTimestamp"));
        await Api.MergeAsync($"{path}/one", """{"metadata":{"finalizers":null}}""");
        Assert.Equal(404, (await Api.GetAsync($"{path}/one")).Status);
    }
}
