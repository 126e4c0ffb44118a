using Microsoft.Extensions.Time.Testing;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Jobs that complete or fail, and CronJobs, on the twin's clock.</summary>
public sealed class KubernetesBatchTests
{
    private static FakeTimeProvider Clock() => new(new DateTimeOffset(2026, 11, 2, 9, 1, 0, TimeSpan.Zero));

    private static async Task<(KubernetesServer Api, string Jobs, string CronJobs, string Pods)> StartAsync(FakeTimeProvider? clock = null, TimingProfile? timing = null)
    {
        var api = await KubernetesServer.StartTwinAsync(timing, clock);
        var ns = await api.CreateNamespaceAsync();
        return (api, $"/apis/batch/v1/namespaces/{ns}/jobs", $"/apis/batch/v1/namespaces/{ns}/cronjobs", $"/api/v1/namespaces/{ns}/pods");
    }

    [Fact]
    public async Task Job_PodsSucceed_Completes()
    {
        var (api, path, _, pods) = await StartAsync(Clock());
        await using var server = api;
        await api.PostAsync(path, Manifests.Job("job", "work", "\"parallelism\":2,\"completions\":5,"));
        var job = (await api.GetAsync($"{path}/job")).Body;
        Assert.Equal((5L, null), (job.GetInteger("status", "succeeded"), job.GetInteger("status", "active")));
        Assert.Equal("CompletionsReached", Condition.Find(job, "Complete").GetString("reason"));
        Assert.NotNull(job.GetString("status", "completionTime"));
        var ended = (await api.GetAsync(pods)).Body.GetObjects("items").ToList();
        Assert.Equal(5, ended.Count);
        Assert.All(ended, p => Assert.Empty(p.GetStrings("metadata", "finalizers")));
        Assert.Equal(["job", "Complete", "5/5", "0s"], await api.CellsAsync(path, 4));
    }

    [Fact]
    public async Task Job_PodsFail_FailsAfterItsBackoffLimit()
    {
        var clock = Clock();
        var (api, path, _, pods) = await StartAsync(clock, TimingProfile.Instant with { RestartBackOff = TimeSpan.FromSeconds(10) });
        await using var server = api;
        await api.PostAsync(path, Manifests.Job("job", "crashing", "\"backoffLimit\":2,"));
        Assert.Equal(1, (await api.GetAsync($"{path}/job")).Body.GetInteger("status", "failed"));
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Single((await api.GetAsync(pods)).Body.GetObjects("items"));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, (await api.GetAsync($"{path}/job")).Body.GetInteger("status", "failed"));
        clock.Advance(TimeSpan.FromSeconds(20));
        var job = (await api.GetAsync($"{path}/job")).Body;
        Assert.Equal((3L, "BackoffLimitExceeded"), (job.GetInteger("status", "failed"), Condition.Find(job, "Failed").GetString("reason")));
    }

    [Fact]
    public async Task Job_ContainersAreRestartedTooOften_Fails()
    {
        var (api, path, _, pods) = await StartAsync();
        await using var server = api;
        await api.PostAsync(path, Manifests.Job("job", "crashing", policy: "OnFailure"));
        var job = (await api.GetAsync($"{path}/job")).Body;
        Assert.Equal("BackoffLimitExceeded", Condition.Find(job, "Failed").GetString("reason"));
        Assert.Empty((await api.GetAsync(pods)).Body.GetObjects("items"));
    }

    [Fact]
    public async Task Job_OnePodFails_IsReplaced()
    {
        var (api, path, _, _) = await StartAsync();
        await using var server = api;
        api.Host!.InjectedFaults.Add(new InjectedFault { Call = "kube.pods.create", Target = "job", Kind = InjectedFaultKind.Exits, Code = "1" });
        await api.PostAsync(path, Manifests.Job("job", "work"));
        var job = (await api.GetAsync($"{path}/job")).Body;
        Assert.Equal((1L, 1L, true), (job.GetInteger("status", "failed"), job.GetInteger("status", "succeeded"), Condition.IsTrue(job, "Complete")));
    }

    [Fact]
    public async Task Job_Finished_IsDeletedAfterItsTimeToLive()
    {
        var clock = Clock();
        var (api, path, _, pods) = await StartAsync(clock);
        await using var server = api;
        await api.PostAsync(path, Manifests.Job("job", "work", "\"ttlSecondsAfterFinished\":60,"));
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(200, (await api.GetAsync($"{path}/job")).Status);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(404, (await api.GetAsync($"{path}/job")).Status);
        Assert.Empty((await api.GetAsync(pods)).Body.GetObjects("items"));
    }

    [Fact]
    public async Task Job_Suspended_HasNoPodsUntilItIsResumed()
    {
        var (api, path, _, pods) = await StartAsync();
        await using var server = api;
        await api.PostAsync(path, Manifests.Job("job"));
        await api.MergeAsync($"{path}/job", """{"spec":{"suspend":true}}""");
        var job = (await api.GetAsync($"{path}/job")).Body;
        Assert.Equal((true, null, null), (Condition.IsTrue(job, "Suspended"), job.GetString("status", "startTime"), job.GetInteger("status", "failed")));
        Assert.Empty((await api.GetAsync(pods)).Body.GetObjects("items"));
        await api.MergeAsync($"{path}/job", """{"spec":{"suspend":false}}""");
        job = (await api.GetAsync($"{path}/job")).Body;
        Assert.Equal((false, 1L), (Condition.IsTrue(job, "Suspended"), job.GetInteger("status", "active")));
    }

    [Fact]
    public async Task Job_ItsNamespaceIsDeleted_ReleasesItsPods()
    {
        var (api, path, _, _) = await StartAsync();
        await using var server = api;
        await api.PostAsync(path, Manifests.Job("job"));
        var ns = path.Split('/')[5];
        await api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}");
        Assert.Equal(404, (await api.GetAsync($"/api/v1/namespaces/{ns}")).Status);
    }

    [Fact]
    public async Task CronJob_Due_CreatesAJobNamedByItsTime()
    {
        var clock = Clock();
        var (api, jobs, path, _) = await StartAsync(clock);
        await using var server = api;
        Assert.Equal(201, (await api.PostAsync(path, Manifests.CronJob("cron"))).Status);
        Assert.Empty((await api.GetAsync(jobs)).Body.GetObjects("items"));
        clock.Advance(TimeSpan.FromMinutes(4));
        var job = Assert.Single((await api.GetAsync(jobs)).Body.GetObjects("items"));
        Assert.Equal($"cron-{clock.GetUtcNow().ToUnixTimeSeconds() / 60}", job.GetString("metadata", "name"));
        Assert.Equal("2026-11-02T09:05:00Z", job.GetString("metadata", "annotations", "batch.kubernetes.io/cronjob-scheduled-timestamp"));
        var live = (await api.GetAsync($"{path}/cron")).Body;
        Assert.Equal(("2026-11-02T09:05:00Z", "2026-11-02T09:05:00Z"), (live.GetString("status", "lastScheduleTime"), live.GetString("status", "lastSuccessfulTime")));
        Assert.Equal(["cron", "*/5 * * * *", "<none>", "False", "0", "0s"], await api.CellsAsync(path, 6));
    }

    [Theory]
    [InlineData("Forbid", 1, "JobAlreadyActive")]
    [InlineData("Replace", 1, "SuccessfulDelete")]
    [InlineData("Allow", 3, "SuccessfulCreate")]
    public async Task CronJob_JobStillRuns_FollowsItsConcurrencyPolicy(string policy, int active, string recorded)
    {
        var clock = Clock();
        var (api, jobs, path, pods) = await StartAsync(clock);
        await using var server = api;
        await api.PostAsync(path, Manifests.CronJob("cron", "endless", $"\"concurrencyPolicy\":\"{policy}\","));
        for (var i = 0; i < 3; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Equal(active, (await api.GetAsync(jobs)).Body.GetObjects("items").Count());
        Assert.Equal(active, (await api.GetAsync($"{path}/cron")).Body.GetObjects("status", "active").Count());
        var events = (await api.GetAsync(pods.Replace("/pods", "/events", StringComparison.Ordinal))).Body.GetObjects("items");
        Assert.Contains(events, e => e.GetString("reason") == recorded && e.GetString("involvedObject", "kind") == "CronJob");
    }

    [Fact]
    public async Task CronJob_ManyRuns_KeepsItsHistory()
    {
        var clock = Clock();
        var (api, jobs, path, _) = await StartAsync(clock);
        await using var server = api;
        await api.PostAsync(path, Manifests.CronJob("cron", more: "\"successfulJobsHistoryLimit\":2,"));
        for (var i = 0; i < 6; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(5));
        }

        Assert.Equal(2, (await api.GetAsync(jobs)).Body.GetObjects("items").Count());
    }

    [Fact]
    public async Task CronJob_Suspended_MissesItsTimes()
    {
        var clock = Clock();
        var (api, jobs, path, _) = await StartAsync(clock);
        await using var server = api;
        await api.PostAsync(path, Manifests.CronJob("cron", more: "\"suspend\":true,\"startingDeadlineSeconds\":10,"));
        clock.Advance(TimeSpan.FromMinutes(7));
        await api.MergeAsync($"{path}/cron", """{"spec":{"suspend":false}}""");
        Assert.Empty((await api.GetAsync(jobs)).Body.GetObjects("items"));
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Single((await api.GetAsync(jobs)).Body.GetObjects("items"));
    }

    [Theory]
    [InlineData("\"schedule\":\"* * *\"", "spec.schedule")]
    [InlineData("\"schedule\":\"TZ=UTC * * * * *\"", "spec.schedule")]
    [InlineData("\"schedule\":\"* * * * *\",\"timeZone\":\"Europe/Nowhere\"", "spec.timeZone")]
    [InlineData("\"schedule\":\"* * * * *\",\"concurrencyPolicy\":\"Sometimes\"", "spec.concurrencyPolicy")]
    public async Task CronJob_InvalidField_IsNamed(string fields, string path)
    {
        var (api, _, cronJobs, _) = await StartAsync();
        await using var server = api;
        var reply = await api.PostAsync(cronJobs, Manifests.CronJob("cron").Replace("\"schedule\":\"*/5 * * * *\"", fields, StringComparison.Ordinal));
        Assert.Equal((422, path), (reply.Status, reply.CauseFields.First()));
    }
}
