using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Jobs, on any Kubernetes API.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourBatchTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

    [Fact]
    public async Task Job_Created_RunsItsPodsInParallel()
    {
        var ns = await Api.CreateNamespaceAsync();
        var created = await Api.PostAsync($"/apis/batch/v1/namespaces/{ns}/jobs", Manifests.Job("job", more: "\"parallelism\":2,\"completions\":3,"));
        Assert.Equal((201, 6L), (created.Status, created.Body.GetInteger("spec", "backoffLimit")));
        Assert.Equal("job", created.Body.GetString("metadata", "labels", "app"));
        var uid = created.Body.GetString("metadata", "uid");
        var live = await Api.WaitForAsync($"/apis/batch/v1/namespaces/{ns}/jobs", o => o.GetInteger("status", "active") == 2);
        Assert.NotNull(live.GetString("status", "startTime"));
        var pods = (await Api.GetAsync($"/api/v1/namespaces/{ns}/pods?labelSelector=job-name%3Djob,controller-uid%3D{uid},app%3Djob")).Body.GetObjects("items").ToList();
        Assert.Equal(2, pods.Count);
        Assert.All(pods, p => Assert.Equal(uid, p.GetObjects("metadata", "ownerReferences").Single().GetString("uid")));
    }

    [Fact]
    public async Task Job_WithoutCounts_HasOneCompletion()
    {
        var path = $"/apis/batch/v1/namespaces/{await Api.CreateNamespaceAsync()}/jobs";
        var one = (await Api.PostAsync(path, Manifests.Job("one"))).Body;
        Assert.Equal((1L, 1L), (one.GetInteger("spec", "completions"), one.GetInteger("spec", "parallelism")));
        var queue = (await Api.PostAsync(path, Manifests.Job("queue", more: "\"parallelism\":2,"))).Body;
        Assert.Null(queue.GetInteger("spec", "completions"));
    }

    [Fact]
    public async Task Job_ExceedsItsDeadline_FailsAndDeletesItsPods()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/apis/batch/v1/namespaces/{ns}/jobs", Manifests.Job("job", more: "\"activeDeadlineSeconds\":2,"));
        var failed = await Api.WaitForAsync($"/apis/batch/v1/namespaces/{ns}/jobs", o => Condition.IsTrue(o, "Failed"));
        Assert.Equal(("DeadlineExceeded", "Job was active longer than specified deadline"), (Condition.Find(failed, "Failed").GetString("reason"), Condition.Find(failed, "Failed").GetString("message")));
        Assert.Equal((null, 1L), (failed.GetInteger("status", "active"), failed.GetInteger("status", "failed")));
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/events", o => o.GetString("reason") == "DeadlineExceeded");
    }

    [Fact]
    public async Task Job_LessParallelism_DeletesPods()
    {
        var ns = await Api.CreateNamespaceAsync();
        var path = $"/apis/batch/v1/namespaces/{ns}/jobs";
        await Api.PostAsync(path, Manifests.Job("job", more: "\"parallelism\":3,\"completions\":3,"));
        await Api.WaitForAsync(path, o => o.GetInteger("status", "active") == 3);
        Assert.Equal(200, (await Api.MergeAsync($"{path}/job", """{"spec":{"parallelism":1}}""")).Status);
        var live = await Api.WaitForAsync(path, o => o.GetInteger("status", "active") == 1);
        Assert.Null(live.GetInteger("status", "failed"));
    }

    [Theory]
    [InlineData("""{"spec":{"completions":5}}""", "spec.completions")]
    [InlineData("""{"spec":{"template":{"metadata":{"labels":{"new":"label"}}}}}""", "spec.template")]
    [InlineData("""{"spec":{"selector":{"matchLabels":{"app":"job"}}}}""", "spec.selector")]
    public async Task Job_ImmutableFieldChanged_Invalid(string patch, string field)
    {
        var path = $"/apis/batch/v1/namespaces/{await Api.CreateNamespaceAsync()}/jobs";
        await Api.PostAsync(path, Manifests.Job("job"));
        var reply = await Api.MergeAsync($"{path}/job", patch);
        Assert.Equal(422, reply.Status);
        Assert.Contains(field, reply.CauseFields);
        Assert.Contains("field is immutable", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Always", "", "spec.template.spec.restartPolicy")]
    [InlineData("Never", "\"backoffLimit\":-1,", "spec.backoffLimit")]
    [InlineData("Never", "\"completions\":-1,", "spec.completions")]
    [InlineData("Never", "\"ttlSecondsAfterFinished\":-1,", "spec.ttlSecondsAfterFinished")]
    public async Task Job_InvalidField_IsNamed(string policy, string more, string field)
    {
        var reply = await Api.PostAsync($"/apis/batch/v1/namespaces/{await Api.CreateNamespaceAsync()}/jobs", Manifests.Job("job", more: more, policy: policy));
        // Kubernetes 1.20 drops the TTL, an alpha feature then.
        Assert.True(reply.Status == 422 && reply.CauseFields.Contains(field) || (Api.Twin is null && field.Contains("ttl", StringComparison.Ordinal)), reply.Text);
    }

    [Fact]
    public async Task Job_DeletedInBackground_DeletesItsPods()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/apis/batch/v1/namespaces/{ns}/jobs", Manifests.Job("job"));
        var pod = await Api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => o.GetString("status", "phase") == "Running");
        await Api.WaitForDeletionAsync($"/api/v1/namespaces/{ns}/pods", pod.GetString("metadata", "name")!, () =>
            Api.SendAsync("DELETE", $"/apis/batch/v1/namespaces/{ns}/jobs/job?propagationPolicy=Background"));
    }

    [Fact]
    public async Task Job_AppliedTwice_IsUnchanged()
    {
        var path = $"/apis/batch/v1/namespaces/{await Api.CreateNamespaceAsync()}/jobs/job";
        Assert.Equal(201, (await Api.ApplyAsync(path, Manifests.Job("job"))).Status);
        var again = await Api.ApplyAsync(path, Manifests.Job("job"));
        Assert.Equal((200, again.Text), (again.Status, again.Text));
        Assert.Equal("job", again.Body.GetString("spec", "template", "metadata", "labels", "job-name"));
    }

    [Fact]
    public async Task Job_TooLargeForItsQuota_ReportsWhy()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"pods":"0"}}}""");
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/resourcequotas", o => o.GetNode("status", "hard", "pods") is not null);
        await Api.PostAsync($"/apis/batch/v1/namespaces/{ns}/jobs", Manifests.Job("job"));
        var recorded = await Api.WaitForAsync($"/api/v1/namespaces/{ns}/events", o => o.GetString("reason") == "FailedCreate");
        Assert.Equal("Job", recorded.GetString("involvedObject", "kind"));
        Assert.Contains("exceeded quota: q", recorded.GetString("message"), StringComparison.Ordinal);
    }
}
