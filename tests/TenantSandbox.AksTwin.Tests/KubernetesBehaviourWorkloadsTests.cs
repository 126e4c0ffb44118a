using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Pods, Deployments, Services and nodes, with their controllers, on any Kubernetes API.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourWorkloadsTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

    [Fact]
    public async Task Pod_MissingServiceAccount_Forbidden()
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/pods", Manifests.Pod("p", extra: "\"serviceAccountName\":\"nobody\","));
        Assert.Equal(403, reply.Status);
        Assert.Contains("serviceaccount \"nobody\" not found", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pod_FitsANode_BecomesReady()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p"));
        var pod = await Api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.IsTrue(o, "Ready"));
        Assert.Equal("Running", pod.GetString("status", "phase"));
        Assert.NotNull(pod.GetString("spec", "nodeName"));
        Assert.NotNull(pod.GetString("status", "podIP"));
        Assert.Equal("Guaranteed", pod.GetString("status", "qosClass"));
    }

    [Fact]
    public async Task Pod_FitsNoNode_ReportsWhyItIsPending()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", resources: """{"requests":{"memory":"4Ti"}}"""));
        var pod = await Api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => o.GetObjects("status", "conditions").Any(c => c.GetString("reason") == "Unschedulable"));
        Assert.Contains("Insufficient memory", pod.GetObjects("status", "conditions").First(c => c.GetString("type") == "PodScheduled").GetString("message"), StringComparison.Ordinal);
        var recorded = await Api.WaitForAsync($"/api/v1/namespaces/{ns}/events", o => o.GetString("reason") == "FailedScheduling");
        Assert.Equal(("Warning", "p"), (recorded.GetString("type"), recorded.GetString("involvedObject", "name")));
    }

    [Fact]
    public async Task Pod_ImmutableSpecChanged_Invalid()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p"));
        var refused = await Api.MergeAsync($"/api/v1/namespaces/{ns}/pods/p", """{"spec":{"hostname":"other"}}""");
        Assert.Equal(422, refused.Status);
        Assert.Contains("pod updates may not change fields other than", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pod_Deleted_IsTerminatingForItsGracePeriod()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p"));
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.IsTrue(o, "Ready"));
        await Api.WaitForDeletionAsync($"/api/v1/namespaces/{ns}/pods", "p", async () =>
        {
            var reply = await Api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}/pods/p");
            Assert.Equal(30, reply.Body.GetInteger("metadata", "deletionGracePeriodSeconds"));
            Assert.NotNull(reply.Body.GetString("metadata", "deletionTimestamp"));
        });
    }

    [Fact]
    public async Task Deployment_Created_RollsOutAndReportsIt()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment("web", 3));
        var live = await Api.WaitForAsync($"/apis/apps/v1/namespaces/{ns}/deployments", o => o.GetInteger("status", "availableReplicas") == 3 && o.GetObjects("status", "conditions").Any(c => c.GetString("reason") == "NewReplicaSetAvailable"));
        Assert.Equal(live.GetInteger("metadata", "generation"), live.GetInteger("status", "observedGeneration"));
        Assert.Equal("True", Condition.Find(live, "Available").GetString("status"));
        var set = Assert.Single((await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/replicasets")).Body.GetObjects("items"));
        Assert.Equal(live.GetString("metadata", "uid"), set.GetObjects("metadata", "ownerReferences").Single().GetString("uid"));
        Assert.Equal("1", live.GetString("metadata", "annotations", "deployment.kubernetes.io/revision"));
        Assert.All((await Api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.GetObjects("items"), p => Assert.NotNull(p.GetString("metadata", "labels", "pod-template-hash")));
    }

    [Fact]
    public async Task Deployment_LongestDeadline_RollsOut()
    {
        var path = $"/apis/apps/v1/namespaces/{await Api.CreateNamespaceAsync()}/deployments";
        await Api.PostAsync(path, Manifests.Deployment("web", 1, more: $"\"progressDeadlineSeconds\":{int.MaxValue},"));
        await Api.WaitForAsync(path, o => o.GetInteger("status", "availableReplicas") == 1);
    }

    [Fact]
    public async Task Deployment_NewTemplate_CreatesANewReplicaSet()
    {
        var ns = await Api.CreateNamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments";
        await Api.PostAsync(path, Manifests.Deployment("web"));
        await Api.WaitForAsync(path, o => o.GetInteger("status", "availableReplicas") == 2);
        await Api.MergeAsync($"{path}/web", """{"spec":{"template":{"metadata":{"annotations":{"turn":"2"}}}}}""");
        await Api.WaitForAsync(path, o => o.GetInteger("status", "observedGeneration") == 2 && o.GetInteger("status", "updatedReplicas") == 2 && o.GetInteger("status", "availableReplicas") == 2 && o.GetInteger("status", "replicas") == 2);
        var sets = (await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/replicasets")).Body.GetObjects("items").ToDictionary(s => s.GetString("metadata", "annotations", "deployment.kubernetes.io/revision")!, s => s.GetInteger("spec", "replicas"));
        Assert.Equal((0L, 2L), (sets["1"], sets["2"]));
    }

    [Fact]
    public async Task Deployment_RuntimeClassMissing_ReportsReplicaFailure()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment("web", extra: "\"runtimeClassName\":\"no-such-class\","));
        var live = await Api.WaitForAsync($"/apis/apps/v1/namespaces/{ns}/deployments", o => Condition.IsTrue(o, "ReplicaFailure"));
        Assert.Contains("RuntimeClass \"no-such-class\" not found", live.GetObjects("status", "conditions").First(c => c.GetString("type") == "ReplicaFailure").GetString("message"), StringComparison.Ordinal);
        var recorded = await Api.WaitForAsync($"/api/v1/namespaces/{ns}/events", o => o.GetString("reason") == "FailedCreate");
        Assert.Equal("ReplicaSet", recorded.GetString("involvedObject", "kind"));
    }

    [Fact]
    public async Task Deployment_ScaledDownToItsQuota_ClearsReplicaFailure()
    {
        var ns = await Api.CreateNamespaceAsync();
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments";
        await Api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"pods":"1"}}}""");
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/resourcequotas", o => o.GetNode("status", "hard", "pods") is not null);
        await Api.PostAsync(path, Manifests.Deployment("web", 2));
        await Api.WaitForAsync(path, o => Condition.IsTrue(o, "ReplicaFailure") && o.GetInteger("status", "availableReplicas") == 1);
        await Api.MergeAsync($"{path}/web", """{"spec":{"replicas":1}}""");
        await Api.WaitForAsync(path, o => Condition.Find(o, "ReplicaFailure") is null && o.GetInteger("status", "observedGeneration") == 2);
    }

    [Fact]
    public async Task Deployment_Deleted_DeletesReplicaSetsAndPods()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment("web", 1));
        var pod = await Api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.IsTrue(o, "Ready"));
        await Api.WaitForDeletionAsync($"/api/v1/namespaces/{ns}/pods", pod.GetString("metadata", "name")!, () => Api.SendAsync("DELETE", $"/apis/apps/v1/namespaces/{ns}/deployments/web"));
        Assert.Empty((await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/replicasets")).Body.GetObjects("items"));
    }

    [Fact]
    public async Task Deployment_DeletedWithOrphan_KeepsItsReplicaSet()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment("web", 1));
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.IsTrue(o, "Ready"));
        var path = $"/apis/apps/v1/namespaces/{ns}/deployments";
        await Api.WaitForDeletionAsync(path, "web", () => Api.SendAsync("DELETE", $"{path}/web", """{"propagationPolicy":"Orphan"}"""));
        var set = Assert.Single((await Api.GetAsync($"/apis/apps/v1/namespaces/{ns}/replicasets")).Body.GetObjects("items"));
        Assert.Empty(set.GetObjects("metadata", "ownerReferences"));
    }

    [Fact]
    public async Task Service_Created_GetsAnAddressAndEndpoints()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p"));
        var service = await Api.PostAsync($"/api/v1/namespaces/{ns}/services", """{"metadata":{"name":"web"},"spec":{"selector":{"app":"p"},"ports":[{"port":80}]}}""");
        Assert.Matches("^10\\.", service.Body.GetString("spec", "clusterIP"));
        Assert.Equal(("TCP", 80L), (service.Body.GetObjects("spec", "ports").Single().GetString("protocol"), service.Body.GetObjects("spec", "ports").Single().GetInteger("targetPort")));
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/endpoints", o => o.GetString("metadata", "name") == "web" && o.GetObjects("subsets").SelectMany(s => s.GetObjects("addresses")).Any());
    }

    [Fact]
    public async Task Service_WithoutPorts_Invalid()
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/services", """{"metadata":{"name":"web"},"spec":{"selector":{"a":"b"}}}""");
        Assert.Equal(422, reply.Status);
        Assert.Contains("spec.ports", reply.CauseFields);
    }

    [Fact]
    public async Task Node_Cordoned_GetsNoPods()
    {
        var path = "/api/v1/nodes";
        var nodes = (await Api.GetAsync(path)).Body.GetObjects("items").Select(n => n.GetString("metadata", "name")).ToList();
        var ns = await Api.CreateNamespaceAsync();
        try
        {
            foreach (var node in nodes)
            {
                Assert.Equal(200, (await Api.SendAsync("PATCH", $"{path}/{node}", """{"spec":{"unschedulable":true}}""", "application/strategic-merge-patch+json")).Status);
            }

            foreach (var node in nodes)
            {
                await Api.WaitForAsync(path, o => o.GetString("metadata", "name") == node && o.GetObjects("spec", "taints").Any(t => t.GetString("key") == "node.kubernetes.io/unschedulable"));
            }

            await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p").Replace("\"operator\":\"Exists\"", "\"value\":\"kata\"", StringComparison.Ordinal));
            await Api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => o.GetObjects("status", "conditions").Any(c => c.GetString("reason") == "Unschedulable"));
        }
        finally
        {
            foreach (var node in nodes)
            {
                await Api.SendAsync("PATCH", $"{path}/{node}", """{"spec":{"unschedulable":null}}""", "application/strategic-merge-patch+json");
            }
        }

        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.IsTrue(o, "Ready"));
    }
}
