using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Pods, Deployments, Services and nodes in motion; on any Kubernetes API.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourWorkloadsTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

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
        var pod = await Api.UntilAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.Holds(o, "Ready"));
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
        await Api.UntilAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.Holds(o, "Ready"));
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
        Assert.Equal("True", Condition.Find(live, "Available").Text("status"));
        var set = Assert.Single((await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/replicasets")).Body.Items("items"));
        Assert.Equal(live.Text("metadata", "uid"), set.Items("metadata", "ownerReferences").Single().Text("uid"));
        Assert.Equal("1", live.Text("metadata", "annotations", "deployment.kubernetes.io/revision"));
        Assert.All((await Api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.Items("items"), p => Assert.NotNull(p.Text("metadata", "labels", "pod-template-hash")));
    }

    [Fact]
    public async Task Deployment_WithoutADeadline_RollsOut()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.NamespaceAsync()}/deployments";
        await Api.PostAsync(path, Bodies.Deployment("web", 1, more: $"\"progressDeadlineSeconds\":{int.MaxValue},"));
        await Api.UntilAsync(path, o => o.Number("status", "availableReplicas") == 1);
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
        var live = await Api.UntilAsync($"/apis/apps/v1/namespaces/{ns}/deployments", o => Condition.Holds(o, "ReplicaFailure"));
        Assert.Contains("RuntimeClass \"no-such-class\" not found", live.Items("status", "conditions").First(c => c.Text("type") == "ReplicaFailure").Text("message"), StringComparison.Ordinal);
        var happened = await Api.UntilAsync($"/api/v1/namespaces/{ns}/events", o => o.Text("reason") == "FailedCreate");
        Assert.Equal("ReplicaSet", happened.Text("involvedObject", "kind"));
    }

    [Fact]
    public async Task Deployment_ScaledToWhatItsQuotaAllows_NoLongerFails()
    {
        var ns = await Api.NamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments";
        await Api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"pods":"1"}}}""");
        await Api.UntilAsync($"/api/v1/namespaces/{ns}/resourcequotas", o => o.At("status", "hard", "pods") is not null);
        await Api.PostAsync(path, Bodies.Deployment("web", 2));
        await Api.UntilAsync(path, o => Condition.Holds(o, "ReplicaFailure") && o.Number("status", "availableReplicas") == 1);
        await Api.MergeAsync($"{path}/web", """{"spec":{"replicas":1}}""");
        await Api.UntilAsync(path, o => Condition.Find(o, "ReplicaFailure") is null && o.Number("status", "observedGeneration") == 2);
    }

    [Fact]
    public async Task Deployment_Deleted_TakesReplicaSetsAndPodsAlong()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web", 1));
        var pod = await Api.UntilAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.Holds(o, "Ready"));
        await Api.GoneAsync($"/api/v1/namespaces/{ns}/pods", pod.Text("metadata", "name")!, () => Api.SendAsync("DELETE", $"/apis/apps/v1/namespaces/{ns}/deployments/web"));
        Assert.Empty((await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/replicasets")).Body.Items("items"));
    }

    [Fact]
    public async Task Deployment_DeletedWithOrphan_LeavesItsReplicaSet()
    {
        var ns = await Api.NamespaceAsync();
        await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Bodies.Deployment("web", 1));
        await Api.UntilAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.Holds(o, "Ready"));
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
    public async Task Node_Cordoned_TakesNoPods()
    {
        var path = "/api/v1/nodes";
        var nodes = (await Api.GetAsync(path)).Body.Items("items").Select(n => n.Text("metadata", "name")).ToList();
        var ns = await Api.NamespaceAsync();
        try
        {
            foreach (var node in nodes)
            {
                Assert.Equal(200, (await Api.SendAsync("PATCH", $"{path}/{node}", """{"spec":{"unschedulable":true}}""", "application/strategic-merge-patch+json")).Status);
            }

            foreach (var node in nodes)
            {
                await Api.UntilAsync(path, o => o.Text("metadata", "name") == node && o.Items("spec", "taints").Any(t => t.Text("key") == "node.kubernetes.io/unschedulable"));
            }

            await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Bodies.Pod("p").Replace("\"operator\":\"Exists\"", "\"value\":\"kata\"", StringComparison.Ordinal));
            await Api.UntilAsync($"/api/v1/namespaces/{ns}/pods", o => o.Items("status", "conditions").Any(c => c.Text("reason") == "Unschedulable"));
        }
        finally
        {
            foreach (var node in nodes)
            {
                await Api.SendAsync("PATCH", $"{path}/{node}", """{"spec":{"unschedulable":null}}""", "application/strategic-merge-patch+json");
            }
        }

        await Api.UntilAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.Holds(o, "Ready"));
    }
}
