using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Dry runs of the kinds that Kubernetes 1.20 has too: they are validated and admitted, but not stored.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourDryRunTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

    /// <summary>Path and manifest of an object of each kind; the namespace is <c>NS</c>.</summary>
    public static TheoryData<string, string> Objects => new()
    {
        { "/api/v1/namespaces/NS/pods", Manifests.Pod("x") },
        { "/api/v1/namespaces/NS/configmaps", Manifests.ConfigMap("x") },
        { "/api/v1/namespaces/NS/secrets", """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"},"stringData":{"a":"b"}}""" },
        { "/api/v1/namespaces/NS/persistentvolumeclaims", Manifests.Claim("x") },
        { "/apis/apps/v1/namespaces/NS/deployments", Manifests.Deployment("x") },
        { "/apis/apps/v1/namespaces/NS/statefulsets", Manifests.StatefulSet("x", claims: "data") },
        { "/apis/batch/v1/namespaces/NS/jobs", Manifests.Job("x") },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public async Task DryRun_ValidObject_IsNotStored(string path, string manifest)
    {
        path = path.Replace("NS", await Api.CreateNamespaceAsync(), StringComparison.Ordinal);
        var created = await Api.PostAsync($"{path}?dryRun=All", manifest);
        Assert.Equal((201, created.Text), (created.Status, created.Text));
        Assert.NotNull(created.Body.GetString("metadata", "uid"));
        Assert.Equal(404, (await Api.GetAsync($"{path}/x")).Status);
        var applied = await Api.SendAsync("PATCH", $"{path}/x?fieldManager=f&dryRun=All", manifest, "application/apply-patch+yaml");
        Assert.Equal((201, applied.Text), (applied.Status, applied.Text));
        Assert.Equal(404, (await Api.GetAsync($"{path}/x")).Status);
        Assert.Equal(201, (await Api.PostAsync(path, manifest)).Status);
        Assert.Equal(200, (await Api.SendAsync("DELETE", $"{path}/x?dryRun=All")).Status);
        var live = await Api.GetAsync($"{path}/x");
        Assert.Equal((200, null), (live.Status, live.Body.GetString("metadata", "deletionTimestamp")));
    }

    [Fact]
    public async Task DryRun_QuotaExceeded_Forbidden()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"pods":"0","requests.storage":"0","count/jobs.batch":"0","count/statefulsets.apps":"0"}}}""");
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/resourcequotas", o => o.GetNode("status", "hard", "pods") is not null);
        foreach (var (path, manifest) in ((string, string)[])
            [($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("x")), ($"/api/v1/namespaces/{ns}/persistentvolumeclaims", Manifests.Claim("x")),
            ($"/apis/batch/v1/namespaces/{ns}/jobs", Manifests.Job("x")), ($"/apis/apps/v1/namespaces/{ns}/statefulsets", Manifests.StatefulSet("x"))])
        {
            var reply = await Api.PostAsync($"{path}?dryRun=All", manifest);
            Assert.Equal((403, reply.Text), (reply.Status, reply.Text));
            Assert.Contains("exceeded quota: q", reply.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task DryRun_InvalidObject_IsRefused()
    {
        var ns = await Api.CreateNamespaceAsync();
        Assert.Equal(422, (await Api.PostAsync($"/apis/batch/v1/namespaces/{ns}/jobs?dryRun=All", Manifests.Job("x", policy: "Always"))).Status);
        Assert.Equal(403, (await Api.PostAsync($"/api/v1/namespaces/{ns}/pods?dryRun=All", Manifests.Pod("x", extra: "\"runtimeClassName\":\"no-such-class\","))).Status);
    }
}
