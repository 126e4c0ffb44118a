using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Create, update and patch, and their errors, on any Kubernetes API.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourObjectsTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

    [Fact]
    public async Task Get_MissingObject_NamesTheObject()
    {
        var ns = await Api.CreateNamespaceAsync();
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
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        Assert.Equal(201, (await Api.PostAsync(path, Manifests.ConfigMap("one"))).Status);
        var reply = await Api.PostAsync(path, Manifests.ConfigMap("one"));
        Assert.Equal((409, "AlreadyExists", "configmaps \"one\" already exists"), (reply.Status, reply.Reason, reply.Text));
    }

    [Fact]
    public async Task Create_InMissingNamespace_NamesTheNamespace()
    {
        var reply = await Api.PostAsync("/api/v1/namespaces/nowhere/configmaps", Manifests.ConfigMap("one"));
        Assert.Equal((404, "namespaces \"nowhere\" not found"), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task Create_OtherNamespaceInBody_BadRequest()
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps", Manifests.ConfigMap("one", metadata: "\"namespace\":\"default\","));
        Assert.Equal((400, "BadRequest"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Create_GenerateName_AppendsFiveCharacters()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        var reply = await Api.PostAsync(path, """{"metadata":{"generateName":"made-"}}""");
        Assert.Matches("^made-[a-z0-9]{5}$", reply.Body.GetString("metadata", "name"));
    }

    [Fact]
    public async Task Create_DryRun_CreatesNothing()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        Assert.Equal(201, (await Api.PostAsync($"{path}?dryRun=All", Manifests.ConfigMap("one"))).Status);
        Assert.Equal(404, (await Api.GetAsync($"{path}/one")).Status);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"}}""")]
    [InlineData("""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x"},"data":{"a":1}}""")]
    public async Task Create_BadBody_BadRequest(string body)
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps", body);
        Assert.Equal((400, "BadRequest"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Create_UnknownContentType_UnsupportedMediaType()
    {
        var reply = await Api.SendAsync("POST", $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps", "x", "text/csv");
        Assert.Equal((415, "UnsupportedMediaType"), (reply.Status, reply.Reason));
    }

    [Theory]
    [InlineData("Bad_Name", "metadata.name")]
    [InlineData("-x", "metadata.name")]
    public async Task Create_BadName_InvalidWithItsField(string name, string field)
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps", Manifests.ConfigMap(name));
        Assert.Equal((422, "Invalid"), (reply.Status, reply.Reason));
        Assert.Contains(field, reply.CauseFields);
    }

    [Fact]
    public async Task Create_DeploymentWithErrors_ReportsAll()
    {
        var reply = await Api.PostAsync($"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/deployments", """
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
        var pod = Manifests.Pod("p", resources: """{"limits":{"memory":"64Mi"},"requests":{"memory":"1Gi"}}""");
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/pods", pod);
        Assert.Equal(422, reply.Status);
        Assert.Contains("spec.containers[0].resources.requests", reply.CauseFields);
    }

    [Fact]
    public async Task Create_Quantities_AreReturnedInCanonicalForm()
    {
        var pod = Manifests.Pod("p", resources: """{"limits":{"cpu":"0.5","memory":"1024Mi"}}""");
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/pods", pod);
        var resources = reply.Body.GetObjects("spec", "containers").First().GetObject("resources");
        Assert.Equal(("500m", "1Gi"), (resources.GetString("limits", "cpu"), resources.GetString("limits", "memory")));
        Assert.Equal("500m", resources.GetString("requests", "cpu"));
    }

    [Theory]
    [InlineData("{}", "BestEffort")]
    [InlineData("""{"requests":{"cpu":"1m"}}""", "Burstable")]
    [InlineData("""{"limits":{"cpu":"1m","memory":"1Mi"}}""", "Guaranteed")]
    public async Task Create_Pod_GetsItsQosClass(string resources, string qosClass)
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/pods", Manifests.Pod("p", resources: resources));
        Assert.Equal(qosClass, reply.Body.GetString("status", "qosClass"));
    }

    [Fact]
    public async Task Create_PodWithDefaultLimits_GetsTheirQosClass()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/limitranges", """
            {"metadata":{"name":"l"},"spec":{"limits":[{"type":"Container","default":{"memory":"128Mi","cpu":"10m"}}]}}
            """);
        var reply = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", resources: "{}"));
        Assert.Equal("Guaranteed", reply.Body.GetString("status", "qosClass"));
    }

    [Theory]
    [InlineData("many")]
    [InlineData("1.2.3")]
    [InlineData("0x1")]
    [InlineData("1Zi")]
    public async Task Create_BadQuantity_BadRequest(string quantity)
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/pods", Manifests.Pod("p", resources: $$"""{"limits":{"cpu":"{{quantity}}"} }"""));
        Assert.Equal((400, "BadRequest"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Create_EmptyString_GetsTheDefault()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/deployments";
        var reply = await Api.PostAsync(path, Manifests.Deployment("web", 0, more: "\"strategy\":{\"type\":\"\"},", extra: "\"dnsPolicy\":\"\","));
        Assert.Equal("RollingUpdate", reply.Body.GetString("spec", "strategy", "type"));
        Assert.Equal("ClusterFirst", reply.Body.GetString("spec", "template", "spec", "dnsPolicy"));
    }

    [Theory]
    [InlineData("\"many\"")]
    [InlineData("\"5%%\"")]
    [InlineData("-1")]
    public async Task Create_MaxSurgeNeitherCountNorPercent_Invalid(string surge)
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/deployments";
        var reply = await Api.PostAsync(path, Manifests.Deployment("web", 0, more: $$"""
            "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":{{surge}} } },
            """));
        Assert.Equal((422, "Invalid"), (reply.Status, reply.Reason));
        Assert.Contains("spec.strategy.rollingUpdate.maxSurge", reply.CauseFields);
    }

    [Fact]
    public async Task Create_NullQuantity_IsZero()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/pods";
        var reply = await Api.PostAsync(path, Manifests.Pod("p", resources: """{"limits":{"cpu":null}}"""));
        Assert.Equal("0", reply.Body.GetObjects("spec", "containers").First().GetString("resources", "limits", "cpu"));
    }

    [Fact]
    public async Task Create_NegativeQuantity_Invalid()
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/pods", Manifests.Pod("p", resources: """{"limits":{"cpu":"-1"}}"""));
        Assert.Equal((422, "Invalid"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Update_StaleResourceVersion_Conflict()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        var created = await Api.PostAsync(path, Manifests.ConfigMap("one"));
        await Api.MergeAsync($"{path}/one", """{"data":{"b":"2"}}""");
        var reply = await Api.SendAsync("PUT", $"{path}/one", created.Body.ToJsonString());
        Assert.Equal((409, "Conflict"), (reply.Status, reply.Reason));
        Assert.Contains("the object has been modified", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_NothingChanged_KeepsResourceVersion()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/deployments";
        await Api.PostAsync(path, Manifests.Deployment("web", 0));
        var live = await Api.WaitForAsync(path, o => o.GetInteger("status", "observedGeneration") == 1 && o.GetObjects("status", "conditions").Any(c => c.GetString("reason") == "NewReplicaSetAvailable"));
        var reply = await Api.SendAsync("PUT", $"{path}/web", live.ToJsonString());
        Assert.Equal(200, reply.Status);
        Assert.Equal(live.GetString("metadata", "resourceVersion"), reply.Body.GetString("metadata", "resourceVersion"));
    }

    [Fact]
    public async Task Update_SelectorOfDeployment_Immutable()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/deployments";
        await Api.PostAsync(path, Manifests.Deployment("web", 0));
        var reply = await Api.MergeAsync($"{path}/web", """{"spec":{"selector":{"matchLabels":{"app":"other"}},"template":{"metadata":{"labels":{"app":"other"}}}}}""");
        Assert.Equal(422, reply.Status);
        Assert.Contains("spec.selector", reply.CauseFields);
        Assert.Contains("field is immutable", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_SpecOrLabels_OnlySpecIncrementsGeneration()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/deployments";
        await Api.PostAsync(path, Manifests.Deployment("web", 0));
        var labelled = await Api.MergeAsync($"{path}/web", """{"metadata":{"labels":{"a":"b"}}}""");
        Assert.Equal(1, labelled.Body.GetInteger("metadata", "generation"));
        var scaled = await Api.MergeAsync($"{path}/web", """{"spec":{"minReadySeconds":1}}""");
        Assert.Equal(2, scaled.Body.GetInteger("metadata", "generation"));
    }

    [Fact]
    public async Task MergePatch_Null_RemovesTheField()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Manifests.ConfigMap("one", """{"a":"1","b":"2"}"""));
        var reply = await Api.MergeAsync($"{path}/one", """{"data":{"a":null,"c":"3"}}""");
        Assert.Equal(["b", "c"], reply.Body.GetStringMap("data").Select(p => p.Key).Order());
    }

    [Fact]
    public async Task StrategicMergePatch_OfPlainFields_MergesAsAMergePatch()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/configmaps";
        await Api.PostAsync(path, Manifests.ConfigMap("one", """{"a":"1","b":"2"}""", "\"labels\":{\"x\":\"1\"},"));
        var reply = await Api.SendAsync(
            "PATCH", $"{path}/one", """{"metadata":{"labels":{"y":"2"}},"data":{"a":null}}""", "application/strategic-merge-patch+json");
        Assert.Equal(["x", "y"], reply.Body.GetStringMap("metadata", "labels").Select(p => p.Key).Order());
        Assert.Equal(["b"], reply.Body.GetStringMap("data").Select(p => p.Key));
    }

    [Fact]
    public async Task Status_PatchedThroughMainResource_IsIgnored()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/deployments";
        await Api.PostAsync(path, Manifests.Deployment("web", 0));
        var reply = await Api.MergeAsync($"{path}/web", """{"status":{"replicas":7}}""");
        Assert.Equal(200, reply.Status);
        Assert.NotEqual(7, reply.Body.GetInteger("status", "replicas"));
    }
}
