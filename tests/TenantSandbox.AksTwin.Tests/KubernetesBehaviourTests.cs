using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>
/// What the app relies on of any Kubernetes API. Runs against the twin, and unchanged against the server of TENANTSANDBOX_KUBECONFIG;
/// where the two differ, the twin is wrong.
/// </summary>
public sealed class KubernetesBehaviourTests(KubernetesFixture fixture) : IClassFixture<KubernetesFixture>
{
    private KubernetesServer Api => fixture.Server;

    [Fact]
    public async Task Get_MissingObject_SaysWhatIsMissing()
    {
        var ns = await Api.NamespaceAsync();
        var reply = await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/deployments/nope");
        Assert.Equal((404, "NotFound", "deployments.apps \"nope\" not found"), (reply.Status, reply.Reason, reply.Text));
    }

    [Theory]
    [InlineData("/apis/apps/v1/namespaces/default/nonsenses")]
    [InlineData("/apis/example.com/v1/things")]
    [InlineData("/api/v7/pods")]
    public async Task Get_UnknownKind_NotFound(string path) => Assert.Equal(404, (await Api.GetAsync(path)).Status);

    [Fact]
    public async Task Create_SameNameTwice_AlreadyExists()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        Assert.Equal(201, (await Api.PostAsync(path, Bodies.ConfigMap("one"))).Status);
        var reply = await Api.PostAsync(path, Bodies.ConfigMap("one"));
        Assert.Equal((409, "AlreadyExists", "configmaps \"one\" already exists"), (reply.Status, reply.Reason, reply.Text));
    }

    [Fact]
    public async Task Create_InMissingNamespace_NamesTheNamespace()
    {
        var reply = await Api.PostAsync("/api/v1/namespaces/nowhere/configmaps", Bodies.ConfigMap("one"));
        Assert.Equal((404, "namespaces \"nowhere\" not found"), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task Create_OtherNamespaceInBody_BadRequest()
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps", Bodies.ConfigMap("one", metadata: "\"namespace\":\"default\","));
        Assert.Equal((400, "BadRequest"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Create_GenerateName_AppendsFiveCharacters()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        var reply = await Api.PostAsync(path, """{"metadata":{"generateName":"made-"}}""");
        Assert.Matches("^made-[a-z0-9]{5}$", reply.Body.Text("metadata", "name"));
    }

    [Fact]
    public async Task Create_DryRun_LeavesNothing()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        Assert.Equal(201, (await Api.PostAsync($"{path}?dryRun=All", Bodies.ConfigMap("one"))).Status);
        Assert.Equal(404, (await Api.GetAsync($"{path}/one")).Status);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"}}""")]
    [InlineData("""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x"},"data":{"a":1}}""")]
    public async Task Create_BadBody_BadRequest(string body)
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps", body);
        Assert.Equal((400, "BadRequest"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Create_UnknownContentType_UnsupportedMediaType()
    {
        var reply = await Api.SendAsync("POST", $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps", "x", "text/csv");
        Assert.Equal((415, "UnsupportedMediaType"), (reply.Status, reply.Reason));
    }

    [Theory]
    [InlineData("Bad_Name", "metadata.name")]
    [InlineData("-x", "metadata.name")]
    public async Task Create_BadName_InvalidWithItsField(string name, string field)
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps", Bodies.ConfigMap(name));
        Assert.Equal((422, "Invalid"), (reply.Status, reply.Reason));
        Assert.Contains(field, reply.CauseFields);
    }

    [Fact]
    public async Task Create_DeploymentWithFaults_TellsThemAll()
    {
        var reply = await Api.PostAsync($"/apis/apps/v1/namespaces/{await Api.NamespaceAsync()}/deployments", """
            {"metadata":{"name":"web"},"spec":{"replicas":-1,"selector":{"matchLabels":{"app":"a"}},"template":{"metadata":{"labels":{"app":"b"}},
            "spec":{"containers":[{"name":"C","ports":[{"containerPort":70000}]}]}}}}
            """);
        Assert.Equal(422, reply.Status);
        Assert.Subset(
            reply.CauseFields.ToHashSet(),
            new HashSet<string?>
            {
                "spec.replicas", "spec.template.metadata.labels", "spec.template.spec.containers[0].name",
                "spec.template.spec.containers[0].image", "spec.template.spec.containers[0].ports[0].containerPort",
            });
    }

    [Fact]
    public async Task Create_RequestAboveLimit_Invalid()
    {
        var pod = Bodies.Pod("p", resources: """{"limits":{"memory":"64Mi"},"requests":{"memory":"1Gi"}}""");
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.NamespaceAsync()}/pods", pod);
        Assert.Equal(422, reply.Status);
        Assert.Contains("spec.containers[0].resources.requests", reply.CauseFields);
    }

    [Fact]
    public async Task Create_Quantities_ComeBackCanonical()
    {
        var pod = Bodies.Pod("p", resources: """{"limits":{"cpu":"0.5","memory":"1024Mi"}}""");
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.NamespaceAsync()}/pods", pod);
        var resources = reply.Body.Items("spec", "containers").First().Object("resources");
        Assert.Equal(("500m", "1Gi"), (resources.Text("limits", "cpu"), resources.Text("limits", "memory")));
        Assert.Equal("500m", resources.Text("requests", "cpu"));
    }

    [Theory]
    [InlineData("many")]
    [InlineData("1.2.3")]
    [InlineData("0x1")]
    [InlineData("1Zi")]
    public async Task Create_BadQuantity_BadRequest(string quantity)
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.NamespaceAsync()}/pods", Bodies.Pod("p", resources: $$"""{"limits":{"cpu":"{{quantity}}"} }"""));
        Assert.Equal((400, "BadRequest"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Create_NegativeQuantity_Invalid()
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.NamespaceAsync()}/pods", Bodies.Pod("p", resources: """{"limits":{"cpu":"-1"}}"""));
        Assert.Equal((422, "Invalid"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Update_StaleResourceVersion_Conflict()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        var made = await Api.PostAsync(path, Bodies.ConfigMap("one"));
        await Api.MergeAsync($"{path}/one", """{"data":{"b":"2"}}""");
        var reply = await Api.SendAsync("PUT", $"{path}/one", made.Body.ToJsonString());
        Assert.Equal((409, "Conflict"), (reply.Status, reply.Reason));
        Assert.Contains("the object has been modified", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_NothingChanged_KeepsResourceVersion()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.NamespaceAsync()}/deployments";
        await Api.PostAsync(path, Bodies.Deployment("web", 0));
        var live = await Api.UntilAsync(path, o => o.Number("status", "observedGeneration") == 1 && o.Items("status", "conditions").Any(c => c.Text("reason") == "NewReplicaSetAvailable"));
        var reply = await Api.SendAsync("PUT", $"{path}/web", live.ToJsonString());
        Assert.Equal(200, reply.Status);
        Assert.Equal(live.Text("metadata", "resourceVersion"), reply.Body.Text("metadata", "resourceVersion"));
    }

    [Fact]
    public async Task Update_SelectorOfDeployment_Immutable()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.NamespaceAsync()}/deployments";
        await Api.PostAsync(path, Bodies.Deployment("web", 0));
        var reply = await Api.MergeAsync($"{path}/web", """{"spec":{"selector":{"matchLabels":{"app":"other"}},"template":{"metadata":{"labels":{"app":"other"}}}}}""");
        Assert.Equal(422, reply.Status);
        Assert.Contains("spec.selector", reply.CauseFields);
        Assert.Contains("field is immutable", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_SpecOrLabels_OnlySpecCountsUpGeneration()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.NamespaceAsync()}/deployments";
        await Api.PostAsync(path, Bodies.Deployment("web", 0));
        var labelled = await Api.MergeAsync($"{path}/web", """{"metadata":{"labels":{"a":"b"}}}""");
        Assert.Equal(1, labelled.Body.Number("metadata", "generation"));
        var scaled = await Api.MergeAsync($"{path}/web", """{"spec":{"minReadySeconds":1}}""");
        Assert.Equal(2, scaled.Body.Number("metadata", "generation"));
    }

    [Fact]
    public async Task MergePatch_Null_RemovesTheField()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Bodies.ConfigMap("one", """{"a":"1","b":"2"}"""));
        var reply = await Api.MergeAsync($"{path}/one", """{"data":{"a":null,"c":"3"}}""");
        Assert.Equal(["b", "c"], reply.Body.Pairs("data").Select(p => p.Key).Order());
    }

    [Fact]
    public async Task StrategicMergePatch_Container_MergesByName()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.NamespaceAsync()}/deployments";
        await Api.PostAsync(path, Bodies.Deployment("web", 0));
        var reply = await Api.SendAsync("PATCH", $"{path}/web", """{"spec":{"template":{"spec":{"containers":[{"name":"c","env":[{"name":"A","value":"1"}]}]}}}}""", "application/strategic-merge-patch+json");
        var container = Assert.Single(reply.Body.Items("spec", "template", "spec", "containers"));
        Assert.Equal("registry.k8s.io/pause:3.9", container.Text("image"));
        Assert.Equal("A", container.Items("env").Single().Text("name"));
    }

    [Fact]
    public async Task Status_PatchedThroughMainResource_IsIgnored()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.NamespaceAsync()}/deployments";
        await Api.PostAsync(path, Bodies.Deployment("web", 0));
        var reply = await Api.MergeAsync($"{path}/web", """{"status":{"replicas":7}}""");
        Assert.Equal(200, reply.Status);
        Assert.NotEqual(7, reply.Body.Number("status", "replicas"));
    }

    [Fact]
    public async Task Delete_WrongUidPrecondition_Conflict()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Bodies.ConfigMap("one"));
        var reply = await Api.SendAsync("DELETE", $"{path}/one", """{"preconditions":{"uid":"11111111-1111-1111-1111-111111111111"}}""");
        Assert.Equal((409, "Conflict"), (reply.Status, reply.Reason));
        Assert.Equal(200, (await Api.GetAsync($"{path}/one")).Status);
    }

    [Fact]
    public async Task Delete_StaleResourceVersionPrecondition_Conflict()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Bodies.ConfigMap("one"));
        var reply = await Api.SendAsync("DELETE", $"{path}/one", """{"preconditions":{"resourceVersion":"1"}}""");
        Assert.Equal((409, "Conflict"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Delete_DryRun_LeavesTheObject()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Bodies.ConfigMap("one"));
        Assert.Equal(200, (await Api.SendAsync("DELETE", $"{path}/one?dryRun=All")).Status);
        Assert.Equal(200, (await Api.GetAsync($"{path}/one")).Status);
    }

    [Fact]
    public async Task Delete_Finalizer_StaysUntilItIsRemoved()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Bodies.ConfigMap("one", metadata: "\"finalizers\":[\"example.com/hold\"],"));
        Assert.Equal(200, (await Api.SendAsync("DELETE", $"{path}/one")).Status);
        Assert.NotNull((await Api.GetAsync($"{path}/one")).Body.Text("metadata", "deletionTimestamp"));
        await Api.MergeAsync($"{path}/one", """{"metadata":{"finalizers":null}}""");
        Assert.Equal(404, (await Api.GetAsync($"{path}/one")).Status);
    }

    [Fact]
    public async Task DeleteCollection_LabelSelector_DeletesWhatMatches()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        foreach (var name in (string[])["a", "b", "c"])
            await Api.PostAsync(path, Bodies.ConfigMap(name, metadata: $"\"labels\":{{\"x\":\"{name}\"}},"));
        Assert.Equal(200, (await Api.SendAsync("DELETE", $"{path}?labelSelector=x+in+(a,b)")).Status);
        var left = (await Api.GetAsync($"{path}?labelSelector=x")).Body.Items("items").Select(i => i.Text("metadata", "name"));
        Assert.Equal(["c"], left);
    }

    [Theory]
    [InlineData("x%3Da", "a")]
    [InlineData("x!%3Da,x", "b,c")]
    [InlineData("x+notin+(a,b),x", "c")]
    [InlineData("!x,y", "d")]
    [InlineData("x+in+(a,c),y", "c")]
    public async Task List_LabelSelector_Selects(string selector, string expected)
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        foreach (var (name, labels) in ((string, string)[])[("a", "\"x\":\"a\""), ("b", "\"x\":\"b\""), ("c", "\"x\":\"c\",\"y\":\"1\""), ("d", "\"y\":\"2\"")])
            await Api.PostAsync(path, Bodies.ConfigMap(name, metadata: $"\"labels\":{{{labels}}},"));
        var list = await Api.GetAsync($"{path}?labelSelector={selector}");
        Assert.Equal(expected, string.Join(',', list.Body.Items("items").Select(i => i.Text("metadata", "name"))));
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
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Bodies.ConfigMap("a"));
        await Api.PostAsync(path, Bodies.ConfigMap("b"));
        var list = await Api.GetAsync($"{path}?fieldSelector=metadata.name%3Db");
        Assert.Equal("b", list.Body.Items("items").Single().Text("metadata", "name"));
    }

    [Fact]
    public async Task List_InPages_GivesEachOnceAsOfTheFirstPage()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        for (var i = 0; i < 5; i++)
            await Api.PostAsync(path, Bodies.ConfigMap($"c{i}", metadata: "\"labels\":{\"p\":\"1\"},"));
        var first = await Api.GetAsync($"{path}?limit=2&labelSelector=p");
        await Api.SendAsync("DELETE", $"{path}/c3");
        await Api.PostAsync(path, Bodies.ConfigMap("c9", metadata: "\"labels\":{\"p\":\"1\"},"));
        var names = first.Body.Items("items").Select(i => i.Text("metadata", "name")).ToList();
        for (var token = first.Body.Text("metadata", "continue"); !string.IsNullOrEmpty(token);)
        {
            var page = await Api.GetAsync($"{path}?limit=2&labelSelector=p&continue={Uri.EscapeDataString(token)}");
            names.AddRange(page.Body.Items("items").Select(i => i.Text("metadata", "name")));
            token = page.Body.Text("metadata", "continue");
        }

        Assert.Equal(["c0", "c1", "c2", "c3", "c4"], names);
    }

    [Fact]
    public async Task Watch_FromListedRevision_TellsWhatHappensAfter()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Bodies.ConfigMap("one"));
        var revision = (await Api.GetAsync(path)).Body.Text("metadata", "resourceVersion");
        await Api.PostAsync(path, Bodies.ConfigMap("two", metadata: "\"labels\":{\"w\":\"1\"},"));
        await Api.MergeAsync($"{path}/two", """{"data":{"b":"2"}}""");
        await Api.MergeAsync($"{path}/two", """{"metadata":{"labels":{"w":"2"}}}""");
        await Api.MergeAsync($"{path}/two", """{"metadata":{"labels":{"w":"1"}}}""");
        await Api.SendAsync("DELETE", $"{path}/two");
        var events = new List<string?>();
        await foreach (var e in Api.WatchAsync(path, $"&resourceVersion={revision}&labelSelector=w%3D1"))
        {
            events.Add(e.Text("type"));
            if (events.Count == 5)
                break;
        }

        // What leaves the selector is deleted, what comes back is added.
        Assert.Equal(["ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED"], events);
    }

    [Fact]
    public async Task Watch_WithoutRevision_StartsWithWhatIsThere()
    {
        var path = $"/api/v1/namespaces/{await Api.NamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Bodies.ConfigMap("one"));
        Assert.Equal("1", (await Api.UntilAsync(path, o => o.Text("metadata", "name") == "one")).Text("data", "a"));
    }

    [Fact]
    public async Task Watch_RevisionThatIsNone_Refused()
    {
        var reply = await Api.GetAsync("/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=abc&timeoutSeconds=1");
        // Real servers answer 500 here; the twin keeps 5xx for its faults.
        Assert.True(reply.Status >= 400, reply.Text);
    }

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

    [Fact]
    public async Task Namespace_New_GetsServiceAccountAndLabels()
    {
        var ns = await Api.NamespaceAsync();
        var live = await Api.GetAsync($"/api/v1/namespaces/{ns}");
        Assert.Equal("Active", live.Body.Text("status", "phase"));
        Assert.Equal(["kubernetes"], live.Body.Texts("spec", "finalizers"));
        Assert.Equal(200, (await Api.GetAsync($"/api/v1/namespaces/{ns}/serviceaccounts/default")).Status);
    }

    [Fact]
    public async Task Namespace_Deleted_TakesItsContentAlong()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web"));
        await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", Bodies.ConfigMap("one"));
        await Api.GoneAsync("/api/v1/namespaces", ns, async () => Assert.Equal(200, (await Api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}")).Status));
        Assert.Empty((await Api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.Items("items"));
        Assert.Equal(404, (await Api.GetAsync($"/api/v1/namespaces/{ns}")).Status);
    }

    [Fact]
    public async Task Namespace_ContentWithFinalizer_StaysTerminatingAndTakesNothingNew()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", Bodies.ConfigMap("held", metadata: "\"finalizers\":[\"example.com/hold\"],"));
        await Api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}");
        var stuck = await Api.UntilAsync("/api/v1/namespaces", o => o.Text("metadata", "name") == ns
            && o.Items("status", "conditions").Any(c => c.Text("type") == "NamespaceFinalizersRemaining" && c.Text("status") == "True"));
        Assert.Equal("Terminating", stuck.Text("status", "phase"));
        var refused = await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", Bodies.ConfigMap("late"));
        Assert.Equal((403, "Forbidden"), (refused.Status, refused.Reason));
        Assert.Contains("because it is being terminated", refused.Text, StringComparison.Ordinal);
        await Api.GoneAsync("/api/v1/namespaces", ns, () => Api.MergeAsync($"/api/v1/namespaces/{ns}/configmaps/held", """{"metadata":{"finalizers":null}}"""));
        Assert.Equal(404, (await Api.GetAsync($"/api/v1/namespaces/{ns}")).Status);
    }

    [Fact]
    public async Task Quota_Exceeded_ForbiddenWithNumbers()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"limits.memory":"100Mi","pods":"5"}}}""");
        await Api.UntilAsync($"/api/v1/namespaces/{ns}/resourcequotas", o => o.At("status", "hard", "pods") is not null);
        Assert.Equal(201, (await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("a"))).Status);
        var reply = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("b"));
        Assert.Equal((403, "Forbidden"), (reply.Status, reply.Reason));
        Assert.Contains("exceeded quota: q, requested: limits.memory=64Mi, used: limits.memory=64Mi, limited: limits.memory=100Mi", reply.Text, StringComparison.Ordinal);
        await Api.UntilAsync($"/api/v1/namespaces/{ns}/resourcequotas", o => o.Text("status", "used", "pods") == "1" && o.Text("status", "used", "limits.memory") == "64Mi");
    }

    [Fact]
    public async Task Quota_PodWithoutLimits_MustSpecifyThem()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"limits.memory":"1Gi"}}}""");
        await Api.UntilAsync($"/api/v1/namespaces/{ns}/resourcequotas", o => o.At("status", "hard", "limits.memory") is not null);
        var reply = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("a", resources: "{}"));
        Assert.Equal(403, reply.Status);
        Assert.Contains("failed quota: q: must specify limits.memory", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LimitRange_DefaultsAndBounds_AreAppliedToContainers()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/limitranges", """
            {"metadata":{"name":"l"},"spec":{"limits":[{"type":"Container","default":{"memory":"128Mi"},"defaultRequest":{"memory":"64Mi"},"max":{"memory":"256Mi"}}]}}
            """);
        var pod = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("a", resources: "{}"));
        var resources = pod.Body.Items("spec", "containers").First().Object("resources");
        Assert.Equal(("128Mi", "64Mi"), (resources.Text("limits", "memory"), resources.Text("requests", "memory")));
        var reply = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("b", resources: """{"limits":{"memory":"1Gi"}}"""));
        Assert.Equal(403, reply.Status);
        Assert.Contains("maximum memory usage per Container is 256Mi, but limit is 1Gi", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RuntimeClass_Missing_PodForbidden()
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.NamespaceAsync()}/pods", Bodies.Pod("p", extra: "\"runtimeClassName\":\"no-such-class\","));
        Assert.Equal((403, "Forbidden"), (reply.Status, reply.Reason));
        Assert.Contains("RuntimeClass \"no-such-class\" not found", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RuntimeClass_Present_PutsOverheadSelectorAndTolerationsIntoThePod()
    {
        var name = $"rc-{Guid.NewGuid():N}"[..12];
        Assert.Equal(201, (await Api.PostAsync("/apis/node.k8s.io/v1/runtimeclasses", Bodies.RuntimeClass(name))).Status);
        var ns = await Api.NamespaceAsync();
        JsonObject? pod = null;
        // The plugin reads its own cache, which may lag on a real server.
        await Api.UntilAsync("/apis/node.k8s.io/v1/runtimeclasses", o => o.Text("metadata", "name") == name);
        for (var i = 0; i < 20 && pod is null; i++)
            pod = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p", extra: $"\"runtimeClassName\":\"{name}\",")) is { Status: 201 } made ? made.Body : null;
        Assert.Equal("128Mi", pod.Text("spec", "overhead", "memory"));
        Assert.Equal("true", pod.Text("spec", "nodeSelector", KubernetesServer.KataLabel));
        // The pod's own toleration covers one of the class's two, and the other is added.
        Assert.Equal(["dedicated", "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "sandbox"], pod.Items("spec", "tolerations").Select(t => t.Text("key")).Order());
        await Api.SendAsync("DELETE", $"/apis/node.k8s.io/v1/runtimeclasses/{name}");
    }

    [Fact]
    public async Task RuntimeClass_Handler_IsImmutable()
    {
        var name = $"rc-{Guid.NewGuid():N}"[..12];
        await Api.PostAsync("/apis/node.k8s.io/v1/runtimeclasses", Bodies.RuntimeClass(name));
        var reply = await Api.MergeAsync($"/apis/node.k8s.io/v1/runtimeclasses/{name}", """{"handler":"runc"}""");
        Assert.Equal(422, reply.Status);
        await Api.SendAsync("DELETE", $"/apis/node.k8s.io/v1/runtimeclasses/{name}");
    }

    [Fact]
    public async Task Pod_MissingServiceAccount_Forbidden()
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.NamespaceAsync()}/pods", Bodies.Pod("p", extra: "\"serviceAccountName\":\"nobody\","));
        Assert.Equal(403, reply.Status);
        Assert.Contains("serviceaccount \"nobody\" not found", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pod_FitsANode_RunsAndGetsReady()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p"));
        var pod = await Api.UntilAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.Status(o, "Ready") == "True");
        Assert.Equal("Running", pod.Text("status", "phase"));
        Assert.NotNull(pod.Text("spec", "nodeName"));
        Assert.NotNull(pod.Text("status", "podIP"));
        Assert.Equal("Guaranteed", pod.Text("status", "qosClass"));
    }

    [Fact]
    public async Task Pod_FitsNowhere_SaysWhyItIsPending()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p", resources: """{"requests":{"memory":"4Ti"}}"""));
        var pod = await Api.UntilAsync($"/api/v1/namespaces/{ns}/pods", o => o.Items("status", "conditions").Any(c => c.Text("reason") == "Unschedulable"));
        Assert.Contains("Insufficient memory", pod.Items("status", "conditions").First(c => c.Text("type") == "PodScheduled").Text("message"), StringComparison.Ordinal);
        var happened = await Api.UntilAsync($"/api/v1/namespaces/{ns}/events", o => o.Text("reason") == "FailedScheduling");
        Assert.Equal(("Warning", "p"), (happened.Text("type"), happened.Text("involvedObject", "name")));
    }

    [Fact]
    public async Task Pod_SpecChanged_ForbiddenButForTheImage()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p"));
        var refused = await Api.MergeAsync($"/api/v1/namespaces/{ns}/pods/p", """{"spec":{"hostname":"other"}}""");
        Assert.Equal(422, refused.Status);
        Assert.Contains("pod updates may not change fields other than", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pod_Deleted_IsTerminatingForItsGracePeriod()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p"));
        await Api.UntilAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.Status(o, "Ready") == "True");
        await Api.GoneAsync($"/api/v1/namespaces/{ns}/pods", "p", async () =>
        {
            var reply = await Api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}/pods/p");
            Assert.Equal(30, reply.Body.Number("metadata", "deletionGracePeriodSeconds"));
            Assert.NotNull(reply.Body.Text("metadata", "deletionTimestamp"));
        });
    }

    [Fact]
    public async Task Deployment_Created_RollsOutAndSaysSo()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web", 3));
        var live = await Api.UntilAsync($"/apis/apps/v1/namespaces/{ns}/deployments", o => o.Number("status", "availableReplicas") == 3 && o.Items("status", "conditions").Any(c => c.Text("reason") == "NewReplicaSetAvailable"));
        Assert.Equal(live.Number("metadata", "generation"), live.Number("status", "observedGeneration"));
        Assert.Equal("True", Condition.Status(live, "Available"));
        var set = Assert.Single((await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/replicasets")).Body.Items("items"));
        Assert.Equal(live.Text("metadata", "uid"), set.Items("metadata", "ownerReferences").Single().Text("uid"));
        Assert.Equal("1", live.Text("metadata", "annotations", "deployment.kubernetes.io/revision"));
        Assert.All((await Api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.Items("items"), p => Assert.NotNull(p.Text("metadata", "labels", "pod-template-hash")));
    }

    [Fact]
    public async Task Deployment_NewTemplate_ReplacesThePodsByANewReplicaSet()
    {
        var ns = await Api.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments";
        await Api.PostAsync(path, Bodies.Deployment("web"));
        await Api.UntilAsync(path, o => o.Number("status", "availableReplicas") == 2);
        await Api.MergeAsync($"{path}/web", """{"spec":{"template":{"metadata":{"annotations":{"turn":"2"}}}}}""");
        await Api.UntilAsync(path, o => o.Number("status", "observedGeneration") == 2 && o.Number("status", "updatedReplicas") == 2 && o.Number("status", "availableReplicas") == 2 && o.Number("status", "replicas") == 2);
        var sets = (await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/replicasets")).Body.Items("items").ToDictionary(s => s.Text("metadata", "annotations", "deployment.kubernetes.io/revision")!, s => s.Number("spec", "replicas"));
        Assert.Equal((0L, 2L), (sets["1"], sets["2"]));
    }

    [Fact]
    public async Task Deployment_RuntimeClassMissing_ReportsReplicaFailure()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web", extra: "\"runtimeClassName\":\"no-such-class\","));
        var live = await Api.UntilAsync($"/apis/apps/v1/namespaces/{ns}/deployments", o => Condition.Status(o, "ReplicaFailure") == "True");
        Assert.Contains("RuntimeClass \"no-such-class\" not found", live.Items("status", "conditions").First(c => c.Text("type") == "ReplicaFailure").Text("message"), StringComparison.Ordinal);
        var happened = await Api.UntilAsync($"/api/v1/namespaces/{ns}/events", o => o.Text("reason") == "FailedCreate");
        Assert.Equal("ReplicaSet", happened.Text("involvedObject", "kind"));
    }

    [Fact]
    public async Task Deployment_Deleted_TakesReplicaSetsAndPodsAlong()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web", 1));
        var pod = await Api.UntilAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.Status(o, "Ready") == "True");
        await Api.GoneAsync($"/api/v1/namespaces/{ns}/pods", pod.Text("metadata", "name")!, () => Api.SendAsync("DELETE", $"/apis/apps/v1/namespaces/{ns}/deployments/web"));
        Assert.Empty((await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/replicasets")).Body.Items("items"));
    }

    [Fact]
    public async Task Deployment_DeletedWithOrphan_LeavesItsReplicaSet()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web", 1));
        await Api.UntilAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.Status(o, "Ready") == "True");
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments";
        await Api.GoneAsync(path, "web", () => Api.SendAsync("DELETE", $"{path}/web", """{"propagationPolicy":"Orphan"}"""));
        var set = Assert.Single((await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/replicasets")).Body.Items("items"));
        Assert.Empty(set.Items("metadata", "ownerReferences"));
    }

    [Fact]
    public async Task Service_Created_GetsAnAddressAndEndpoints()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p"));
        var service = await Api.PostAsync($"/api/v1/namespaces/{ns}/services", """{"metadata":{"name":"web"},"spec":{"selector":{"app":"p"},"ports":[{"port":80}]}}""");
        Assert.Matches("^10\\.", service.Body.Text("spec", "clusterIP"));
        Assert.Equal(("TCP", 80L), (service.Body.Items("spec", "ports").Single().Text("protocol"), service.Body.Items("spec", "ports").Single().Number("targetPort")));
        await Api.UntilAsync($"/api/v1/namespaces/{ns}/endpoints", o => o.Text("metadata", "name") == "web" && o.Items("subsets").SelectMany(s => s.Items("addresses")).Any());
    }

    [Fact]
    public async Task Service_WithoutPorts_Invalid()
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.NamespaceAsync()}/services", """{"metadata":{"name":"web"},"spec":{"selector":{"a":"b"}}}""");
        Assert.Equal(422, reply.Status);
        Assert.Contains("spec.ports", reply.CauseFields);
    }

    [Fact]
    public async Task NetworkPolicy_DefaultDeny_KeepsItsEmptySelector()
    {
        var path = $"/apis/networking.k8s.io/v1/namespaces/{await Api.NamespaceAsync()}/networkpolicies";
        var reply = await Api.PostAsync(path, """{"metadata":{"name":"deny"},"spec":{"podSelector":{},"policyTypes":["Ingress","Egress"]}}""");
        Assert.Equal(201, reply.Status);
        Assert.NotNull(reply.Body.Object("spec", "podSelector"));
        var bad = await Api.PostAsync(path, """{"metadata":{"name":"bad"},"spec":{"podSelector":{},"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/99"}}]}]}}""");
        Assert.Equal(422, bad.Status);
    }

    [Fact]
    public async Task Node_Cordoned_TakesNoPods()
    {
        var path = "/api/v1/nodes";
        var nodes = (await Api.GetAsync(path)).Body.Items("items").Select(n => n.Text("metadata", "name")).ToList();
        var ns = await Api.NamespaceAsync();
        try
        {
            foreach (var node in nodes)
                Assert.Equal(200, (await Api.SendAsync("PATCH", $"{path}/{node}", """{"spec":{"unschedulable":true}}""", "application/strategic-merge-patch+json")).Status);
            foreach (var node in nodes)
                await Api.UntilAsync(path, o => o.Text("metadata", "name") == node && o.Items("spec", "taints").Any(t => t.Text("key") == "node.kubernetes.io/unschedulable"));
            await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p").Replace("\"operator\":\"Exists\"", "\"value\":\"kata\"", StringComparison.Ordinal));
            await Api.UntilAsync($"/api/v1/namespaces/{ns}/pods", o => o.Items("status", "conditions").Any(c => c.Text("reason") == "Unschedulable"));
        }
        finally
        {
            foreach (var node in nodes)
                await Api.SendAsync("PATCH", $"{path}/{node}", """{"spec":{"unschedulable":null}}""", "application/strategic-merge-patch+json");
        }

        await Api.UntilAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.Status(o, "Ready") == "True");
    }
}
