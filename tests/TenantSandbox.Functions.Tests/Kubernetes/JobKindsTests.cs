using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Tests.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>Jobs and CronJobs on the twin: Kubernetes 1.20 has neither suspended Jobs nor CronJobs of batch/v1, and hollow nodes' pods never end.</summary>
[Collection(ClusterCollection.Name)]
public sealed class JobKindsTests(ClusterFixture cluster)
{
    private static readonly WorkloadSpec Migrate = Job("registry.example/migrate:1");
    private static readonly WorkloadSpec Endless = Job("registry.example/endless:1");

    private static readonly WorkloadSpec Nightly = Templates.Read(
        """
        {"name":"nightly","kind":"CronJob","image":"registry.example/endless:1","cpu":"100m","memory":"256Mi","job":{"parallelism":2},
         "cronJob":{"schedule":"0 3 1 1 *","timeZone":"Europe/Berlin"}}
        """);

    [Fact]
    public async Task ApplyWorkloads_FinishedJobUnchanged_DoesNotRunAgain()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Migrate));
        var job = await UntilAsync(tenant, j => JobRuns.IsTrue(j, "Complete"));
        Assert.Equal([], await cluster.FindDriftAsync(tenant));

        // Another workload is added, and one of the settings that leave a Job the same is changed.
        var next = ClusterFixture.Next(tenant, Job("registry.example/migrate:1", """{"backoffLimit":1}"""), Sample.Web with { CpuMillis = 100, MemoryMiB = 256, ReadinessProbe = null });
        await cluster.RunAsync(next);
        await cluster.SuspendAsync(next);
        await cluster.RunAsync(next with { Former = null });

        Assert.Equal(job.Metadata.Uid, (await ReadAsync(tenant)).Metadata.Uid);
        Assert.Equal([], await cluster.FindDriftAsync(next));
    }

    [Fact]
    public async Task ApplyWorkloads_JobChanged_IsMadeAnew()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Migrate));
        var before = await UntilAsync(tenant, j => JobRuns.IsTrue(j, "Complete"));

        await cluster.RunAsync(ClusterFixture.Next(tenant, Job("registry.example/migrate:2")));

        var after = await ReadAsync(tenant);
        Assert.NotEqual(before.Metadata.Uid, after.Metadata.Uid);
        Assert.Equal("registry.example/migrate:2", after.Spec.Template.Spec.Containers[0].Image);
    }

    [Fact]
    public async Task SuspendWorkloads_RunningJob_IsSuspendedAndGoesOnInItsPool()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Endless));
        var before = await ReadAsync(tenant);

        await cluster.SuspendAsync(tenant);

        var suspended = await ReadAsync(tenant);
        Assert.Equal((before.Metadata.Uid, true), (suspended.Metadata.Uid, suspended.Spec.Suspend));
        Assert.Equal([], await cluster.FindDriftAsync(tenant with { IsSuspended = true, PoolName = null }));
        await cluster.RunAsync(tenant);
        var resumed = await ReadAsync(tenant);
        Assert.Equal((before.Metadata.Uid, false), (resumed.Metadata.Uid, resumed.Spec.Suspend));
        Assert.Equal([], await cluster.FindDriftAsync(tenant));

        // In another pool it begins again, because its template can't be changed.
        await cluster.SuspendAsync(tenant);
        var elsewhere = tenant with { PoolName = "elsewhere" };
        await cluster.Namespaces.ApplyAsync(elsewhere.Placed(), default);
        await cluster.Workloads.ApplyAsync(elsewhere.Placed(), default);
        Assert.NotEqual(before.Metadata.Uid, (await ReadAsync(tenant)).Metadata.Uid);
    }

    [Fact]
    public async Task WatchRollout_JobThatFails_IsItsProgramsErrorAndIsNotRepaired()
    {
        var tenant = cluster.NewTenant(Job("registry.example/crashing:1", """{"backoffLimit":0}"""));
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);

        var seen = await cluster.WatchAsync(tenant);

        Assert.Equal((RolloutCondition.Failed, ErrorClass.Invalid, "Error"), (seen.Condition, seen.ErrorClass, seen.Code));
        Assert.Contains("migrate: BackoffLimitExceeded: ", seen.Detail, StringComparison.Ordinal);
        Assert.Contains("ended with exit code 1", seen.Detail, StringComparison.Ordinal);
        Assert.Contains(await cluster.FindDriftAsync(tenant), f => f.StartsWith("JobFailed Job/migrate : BackoffLimitExceeded", StringComparison.Ordinal));
        var job = await ReadAsync(tenant);
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);
        Assert.Equal(job.Metadata.Uid, (await ReadAsync(tenant)).Metadata.Uid);
    }

    [Fact]
    public async Task SuspendWorkloads_CronJobWithARun_EndsTheRunAndStopsTheSchedule()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Nightly));
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var cronJob = await cluster.Client.BatchV1.ReadNamespacedCronJobAsync("nightly", ns);
        Assert.Equal(("Forbid", "Europe/Berlin", null), (cronJob.Spec.ConcurrencyPolicy, cronJob.Spec.TimeZone, cronJob.Spec.Suspend == true ? "suspended" : null));
        await StartRunAsync(cronJob, ns);
        Assert.Equal([], await cluster.FindDriftAsync(tenant));

        await cluster.SuspendAsync(tenant);

        Assert.Empty((await cluster.Client.BatchV1.ListNamespacedJobAsync(ns)).Items);
        Assert.True((await cluster.Client.BatchV1.ReadNamespacedCronJobAsync("nightly", ns)).Spec.Suspend);
        Assert.Equal([], await cluster.FindDriftAsync(tenant with { IsSuspended = true, PoolName = null }));
        await cluster.RunAsync(tenant);
        Assert.False((await cluster.Client.BatchV1.ReadNamespacedCronJobAsync("nightly", ns)).Spec.Suspend);
    }

    [Fact]
    public async Task CheckAdmission_EveryKind_IsAccepted()
    {
        var scaled = Templates.Read("""{"name":"web","image":"x","cpu":"100m","memory":"256Mi","replicas":{"min":1,"max":3}}""");
        var set = Templates.Read("""{"name":"db","kind":"StatefulSet","image":"x","cpu":"100m","memory":"256Mi"}""");
        var tenant = cluster.NewTenant(scaled, set, Migrate, Nightly);

        var answer = await cluster.Services.Make<TenantAdmission>().CheckAsync(tenant.Placed() with { PoolName = null }, default);

        Assert.Empty(answer.Refusals);
    }

    [Fact]
    public async Task DeleteWorkloads_EveryKind_LeavesNone()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Endless, Nightly));
        var ns = NamespaceManifest.NameOf(tenant.TenantId);

        await cluster.Workloads.DeleteAsync(tenant.Namespace, default);

        Assert.Empty((await cluster.Client.BatchV1.ListNamespacedJobAsync(ns)).Items);
        Assert.Empty((await cluster.Client.BatchV1.ListNamespacedCronJobAsync(ns)).Items);
    }

    /// <summary>A run as the schedule starts it.</summary>
    private Task<V1Job> StartRunAsync(V1CronJob cronJob, string ns) => cluster.Client.BatchV1.CreateNamespacedJobAsync(
        new V1Job
        {
            Metadata = new V1ObjectMeta
            {
                Name = "nightly-1",
                Labels = cronJob.Spec.JobTemplate.Metadata.Labels,
                OwnerReferences =
                [
                    new V1OwnerReference { ApiVersion = "batch/v1", Kind = "CronJob", Name = "nightly", Uid = cronJob.Metadata.Uid, Controller = true, BlockOwnerDeletion = true },
                ],
            },
            Spec = cronJob.Spec.JobTemplate.Spec,
        },
        ns);

    private Task<V1Job> ReadAsync(DesiredTenant tenant) =>
        cluster.Client.BatchV1.ReadNamespacedJobAsync("migrate", NamespaceManifest.NameOf(tenant.TenantId));

    private async Task<V1Job> UntilAsync(DesiredTenant tenant, Func<V1Job, bool> isAsWanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var (_, job) in cluster.Client.BatchV1.WatchListNamespacedJobAsync(NamespaceManifest.NameOf(tenant.TenantId), cancellationToken: limit.Token))
        {
            if (isAsWanted(job))
            {
                return job;
            }
        }

        throw new EndOfStreamException("The watch ended before the Job was as wanted.");
    }

    private static WorkloadSpec Job(string image, string settings = "{}") => Templates.Read(
        $$"""{"name":"migrate","kind":"Job","image":"{{image}}","cpu":"100m","memory":"256Mi","job":{{settings}}}""");
}
