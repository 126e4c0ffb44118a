using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Namespaces, quotas, limit ranges, runtime classes and network policies on any Kubernetes API.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourPolicyTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

    [Fact]
    public async Task Namespace_New_GetsServiceAccountAndLabels()
    {
        var ns = await Api.CreateNamespaceAsync();
        var live = await Api.GetAsync($"/api/v1/namespaces/{ns}");
        Assert.Equal("Active", live.Body.GetString("status", "phase"));
        Assert.Equal(["kubernetes"], live.Body.GetStrings("spec", "finalizers"));
        Assert.Equal(200, (await Api.GetAsync($"/api/v1/namespaces/{ns}/serviceaccounts/default")).Status);
    }

    [Fact]
    public async Task Namespace_Deleted_DeletesItsContent()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/apis/apps/v1/namespaces/{ns}/deployments", Manifests.Deployment("web"));
        await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", Manifests.ConfigMap("one"));
        await Api.WaitForDeletionAsync("/api/v1/namespaces", ns, async () => Assert.Equal(200, (await Api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}")).Status));
        Assert.Empty((await Api.GetAsync($"/api/v1/namespaces/{ns}/pods")).Body.GetObjects("items"));
        Assert.Equal(404, (await Api.GetAsync($"/api/v1/namespaces/{ns}")).Status);
    }

    [Fact]
    public async Task Namespace_ContentWithFinalizer_StaysTerminatingAndRejectsNewObjects()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", Manifests.ConfigMap("held", metadata: "\"finalizers\":[\"example.com/hold\"],"));
        await Api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}");
        var stuck = await Api.WaitForAsync("/api/v1/namespaces", o => o.GetString("metadata", "name") == ns
            && o.GetObjects("status", "conditions").Any(c => c.GetString("type") == "NamespaceFinalizersRemaining" && c.GetString("status") == "True"));
        Assert.Equal("Terminating", stuck.GetString("status", "phase"));
        var refused = await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", Manifests.ConfigMap("late"));
        Assert.Equal((403, "Forbidden"), (refused.Status, refused.Reason));
        Assert.Contains("because it is being terminated", refused.Text, StringComparison.Ordinal);
        await Api.WaitForDeletionAsync("/api/v1/namespaces", ns, () => Api.MergeAsync($"/api/v1/namespaces/{ns}/configmaps/held", """{"metadata":{"finalizers":null}}"""));
        Assert.Equal(404, (await Api.GetAsync($"/api/v1/namespaces/{ns}")).Status);
    }

    [Fact]
    public async Task Quota_Exceeded_ForbiddenWithNumbers()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"limits.memory":"100Mi","pods":"5"}}}""");
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/resourcequotas", o => o.GetNode("status", "hard", "pods") is not null);
        Assert.Equal(201, (await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("a"))).Status);
        var reply = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("b"));
        Assert.Equal((403, "Forbidden"), (reply.Status, reply.Reason));
        Assert.Contains("exceeded quota: q, requested: limits.memory=64Mi, used: limits.memory=64Mi, limited: limits.memory=100Mi", reply.Text, StringComparison.Ordinal);
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/resourcequotas", o => o.GetString("status", "used", "pods") == "1" && o.GetString("status", "used", "limits.memory") == "64Mi");
    }

    [Fact]
    public async Task Quota_PodWithoutLimits_MustSpecifyThem()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"limits.memory":"1Gi"}}}""");
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/resourcequotas", o => o.GetNode("status", "hard", "limits.memory") is not null);
        var reply = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("a", resources: "{}"));
        Assert.Equal(403, reply.Status);
        Assert.Contains("failed quota: q: must specify limits.memory", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LimitRange_DefaultsAndBounds_ApplyToContainers()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/limitranges", """
            {"metadata":{"name":"l"},"spec":{"limits":[{"type":"Container","default":{"memory":"128Mi"},"defaultRequest":{"memory":"64Mi"},"max":{"memory":"256Mi"}}]}}
            """);
        var pod = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("a", resources: "{}"));
        var resources = pod.Body.GetObjects("spec", "containers").First().GetObject("resources");
        Assert.Equal(("128Mi", "64Mi"), (resources.GetString("limits", "memory"), resources.GetString("requests", "memory")));
        var reply = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("b", resources: """{"limits":{"memory":"1Gi"}}"""));
        Assert.Equal(403, reply.Status);
        Assert.Contains("maximum memory usage per Container is 256Mi, but limit is 1Gi", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LimitRange_RatioExceeded_Forbidden()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/limitranges", """
            {"metadata":{"name":"l"},"spec":{"limits":[{"type":"Container","min":{"memory":"64Mi"},"maxLimitRequestRatio":{"cpu":"1"}}]}}
            """);
        var pod = Manifests.Pod("a", resources: """{"limits":{"cpu":"300m","memory":"32Mi"},"requests":{"cpu":"200m"}}""");
        var reply = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", pod);
        Assert.Equal(403, reply.Status);
        Assert.Contains("minimum memory usage per Container is 64Mi, but request is 32Mi", reply.Text, StringComparison.Ordinal);
        Assert.Contains("cpu max limit to request ratio per Container is 1, but provided ratio is 1.500000", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LimitRange_OfClaims_DoesNotApplyToPods()
    {
        var ns = await Api.CreateNamespaceAsync();
        var range = """{"metadata":{"name":"l"},"spec":{"limits":[{"type":"PersistentVolumeClaim","min":{"storage":"1Gi"}}]}}""";
        Assert.Equal(201, (await Api.PostAsync($"/api/v1/namespaces/{ns}/limitranges", range)).Status);
        Assert.Equal(201, (await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("a"))).Status);
    }

    [Fact]
    public async Task RuntimeClass_Missing_PodForbidden()
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/pods", Manifests.Pod("p", extra: "\"runtimeClassName\":\"no-such-class\","));
        Assert.Equal((403, "Forbidden"), (reply.Status, reply.Reason));
        Assert.Contains("RuntimeClass \"no-such-class\" not found", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RuntimeClass_Exists_AddsOverheadSelectorAndTolerationsToThePod()
    {
        var name = $"rc-{Guid.NewGuid():N}"[..12];
        Assert.Equal(201, (await Api.PostAsync("/apis/node.k8s.io/v1/runtimeclasses", Manifests.RuntimeClass(name))).Status);
        var ns = await Api.CreateNamespaceAsync();
        JsonObject? pod = null;
        // On a real server the cache of the admission plugin may be stale.
        await Api.WaitForAsync("/apis/node.k8s.io/v1/runtimeclasses", o => o.GetString("metadata", "name") == name);
        for (var i = 0; i < 20 && pod is null; i++)
        {
            pod = await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", extra: $"\"runtimeClassName\":\"{name}\",")) is { Status: 201 } created ? created.Body : null;
        }

        Assert.Equal("128Mi", pod.GetString("spec", "overhead", "memory"));
        Assert.Equal("true", pod.GetString("spec", "nodeSelector", KubernetesServer.KataLabel));
        // The pod's toleration covers one of the class's two; the other is added.
        Assert.Equal(["dedicated", "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "sandbox"], pod.GetObjects("spec", "tolerations").Select(t => t.GetString("key")).Order());
        await Api.SendAsync("DELETE", $"/apis/node.k8s.io/v1/runtimeclasses/{name}");
    }

    [Fact]
    public async Task RuntimeClass_ConflictingNodeSelector_Forbidden()
    {
        var name = $"rc-{Guid.NewGuid():N}"[..12];
        await Api.PostAsync("/apis/node.k8s.io/v1/runtimeclasses", Manifests.RuntimeClass(name));
        await Api.WaitForAsync("/apis/node.k8s.io/v1/runtimeclasses", o => o.GetString("metadata", "name") == name);
        var extra = $$"""
            "runtimeClassName":"{{name}}","nodeSelector":{"{{KubernetesServer.KataLabel}}":"false"},
            """;
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/pods", Manifests.Pod("p", extra: extra));
        Assert.Equal(403, reply.Status);
        Assert.Contains(
            $"pods \"p\" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[{KubernetesServer.KataLabel}] = true; "
                + $"pod.spec.nodeSelector[{KubernetesServer.KataLabel}] = false",
            reply.Text,
            StringComparison.Ordinal);
        await Api.SendAsync("DELETE", $"/apis/node.k8s.io/v1/runtimeclasses/{name}");
    }

    [Fact]
    public async Task RuntimeClass_Handler_IsImmutable()
    {
        var name = $"rc-{Guid.NewGuid():N}"[..12];
        await Api.PostAsync("/apis/node.k8s.io/v1/runtimeclasses", Manifests.RuntimeClass(name));
        var reply = await Api.MergeAsync($"/apis/node.k8s.io/v1/runtimeclasses/{name}", """{"handler":"runc"}""");
        Assert.Equal(422, reply.Status);
        await Api.SendAsync("DELETE", $"/apis/node.k8s.io/v1/runtimeclasses/{name}");
    }

    [Fact]
    public async Task NetworkPolicy_DefaultDeny_KeepsTheEmptySelector()
    {
        var path = $"/apis/networking.k8s.io/v1/namespaces/{await Api.CreateNamespaceAsync()}/networkpolicies";
        var reply = await Api.PostAsync(path, """{"metadata":{"name":"deny"},"spec":{"podSelector":{},"policyTypes":["Ingress","Egress"]}}""");
        Assert.Equal(201, reply.Status);
        Assert.NotNull(reply.Body.GetObject("spec", "podSelector"));
        var wide = await Api.PostAsync(path, """{"metadata":{"name":"wide"},"spec":{"podSelector":{},"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.5/8"}}]}]}}""");
        Assert.Equal(201, wide.Status);
        var bad = await Api.PostAsync(path, """{"metadata":{"name":"bad"},"spec":{"podSelector":{},"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/99"}}]}]}}""");
        Assert.Equal(422, bad.Status);
    }
}
