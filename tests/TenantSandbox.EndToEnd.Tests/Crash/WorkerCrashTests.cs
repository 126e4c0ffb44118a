using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Tenants;
using TenantSandbox.EndToEnd.Tests.Lifecycle;

namespace TenantSandbox.EndToEnd.Tests.Crash;

/// <summary>
/// The worker process is killed while it runs activities, entity operations and orchestrators. The host restarts it, and every
/// operation ends as requested. The in-process tests do the same at every call; these kill the real process once in each operation.
/// </summary>
public sealed class WorkerCrashTests(CrashableSystem crashable) : IClassFixture<CrashableSystem>, IAsyncLifetime
{
    private const string Finalizer = "example.com/hold";

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        crashable.EntityWorkStarted = null;
        crashable.OrchestrationWorkStarted = null;
        return crashable.System.OffboardAllAsync();
    }

    [Fact]
    public async Task Life_WorkerKilledInAnActivityOfEachOperation_EndsAsRequested()
    {
        var system = crashable.System;
        (string Activity, Func<Task<HttpResponseMessage>> Request, TenantPhase Phase)[] operations =
        [
            ("ApplyWorkloads", () => system.OnboardAsync("changed", tier: "dedicated"), TenantPhase.Ready),
            ("ApplyNamespace", () => system.PutAsync("changed", TenantRequests.Onboard("changed", 2, "dedicated", "registry.example/app:2"), ifMatch: null), TenantPhase.Ready),
            ("SuspendWorkloads", () => system.ActAsync("tenants/changed/suspend"), TenantPhase.Suspended),
            ("ApplyWorkloads", () => system.ActAsync("tenants/changed/resume"), TenantPhase.Ready),
            ("JudgeIsolation", () => system.ActAsync("tenants/changed/verify"), TenantPhase.Ready),
            ("ApplyWorkloads", () => system.ActAsync("tenants/changed/reconcile"), TenantPhase.Ready),
            ("DeletePool", () => system.OffboardAsync("changed"), TenantPhase.Offboarded),
        ];
        foreach (var (activity, request, phase) in operations)
        {
            await RunAsync(request, "changed", activity, phase);
        }

        Assert.Empty(await system.FindLeftoversAsync("changed"));
        Assert.Equal(1, system.EventsAbout("tenants/changed").Count(e => e == "tenantsandbox.tenant.offboarded"));
    }

    [Fact]
    public async Task Retry_WorkerKilledInAnActivity_BecomesReady()
    {
        var system = crashable.System;
        using var stranger = await Stranger.OfAsync(system.Twin);
        await stranger.Kubernetes.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = "tenant-retried" } });
        await OnboardAsync(system, "retried");
        var failed = await system.SettleAsync("retried");
        Assert.Equal(TenantPhase.Failed, failed.Phase);
        await stranger.DeleteNamespaceAsync("tenant-retried");

        await ActAsync($"operations/{failed.LastOperation!.Id}/retry", "retried", "EnsurePool", TenantPhase.Ready);
    }

    [Fact]
    public async Task Compensate_WorkerKilledInAnActivity_EndsTheFailedOffboarding()
    {
        var system = crashable.System;
        using var stranger = await Stranger.OfAsync(system.Twin);
        await OnboardAsync(system, "compensated");
        await system.SettleAsync("compensated");
        await stranger.HoldNamespaceAsync("tenant-compensated", Finalizer);
        using var offboarding = await system.OffboardAsync("compensated");
        var failed = await system.SettleAsync("compensated");
        Assert.Equal(TenantPhase.TeardownFailed, failed.Phase);
        await stranger.ReleaseNamespaceAsync("tenant-compensated");

        await ActAsync($"operations/{failed.LastOperation!.Id}/compensate", "compensated", "DeletePool", TenantPhase.Offboarded);
        Assert.Empty(await system.FindLeftoversAsync("compensated"));
    }

    [Fact]
    public async Task ForceOffboard_WorkerKilledInAnActivity_LeavesNothing()
    {
        var system = crashable.System;
        using var stranger = await Stranger.OfAsync(system.Twin);
        await OnboardAsync(system, "forced");
        await system.SettleAsync("forced");
        await stranger.HoldNamespaceAsync("tenant-forced", Finalizer);

        await ActAsync(
            "tenants/forced/force-offboard", "forced", "RemoveFinalizers", TenantPhase.Offboarded, new() { ["finalizers"] = new JsonArray(Finalizer) });
        Assert.Empty(await system.FindLeftoversAsync("forced"));
    }

    [Fact]
    public async Task Expiry_WorkerKilledInAnActivity_LeavesNothing()
    {
        var system = crashable.System;
        await OnboardAsync(system, "expired");
        await system.SettleAsync("expired");

        await ActAsync(
            "tenants/expired/renew", "expired", "DeleteNamespace", TenantPhase.Offboarded, new() { ["expiresAt"] = DateTimeOffset.UtcNow.AddSeconds(1).ToString("O") });
        Assert.Empty(await system.FindLeftoversAsync("expired"));
    }

    [Fact]
    public async Task Reconcile_WorkerKilledWhileItComparesTenants_EndsWithAReport()
    {
        var system = crashable.System;
        await OnboardAsync(system, "compared");
        await system.SettleAsync("compared");
        using var killer = crashable.KillIn("ReconcileTenantPage");

        var report = await system.MaintainAsync("reconcile-tenants");

        Assert.True(killer.HasKilled, "the activity did not run");
        Assert.Equal(1, report["counts"]!["compared"]!.GetValue<int>());
    }

    [Fact]
    public async Task Onboarding_WorkerKilledInEntityOperations_BecomesReady()
    {
        var system = crashable.System;
        var seen = 0;
        crashable.EntityWorkStarted = () =>
        {
            // Submitting, and reserving or reporting, with the repetition in between.
            if (Interlocked.Increment(ref seen) is 1 or 5)
            {
                crashable.KillWorker();
            }
        };

        await OnboardAsync(system, "killed-entities");
        var tenant = await system.SettleAsync("killed-entities");

        Assert.True(seen > 5, $"only {seen} entity work items ran");
        Assert.Equal((TenantPhase.Ready, null), (tenant.Phase, tenant.LastError));
    }

    [Fact]
    public async Task Onboarding_WorkerKilledInOrchestrators_BecomesReady()
    {
        var system = crashable.System;
        var seen = 0;
        crashable.OrchestrationWorkStarted = () =>
        {
            if (Interlocked.Increment(ref seen) is 2 or 7)
            {
                crashable.KillWorker();
            }
        };

        await OnboardAsync(system, "killed-orchestrators");
        var tenant = await system.SettleAsync("killed-orchestrators");

        Assert.True(seen > 7, $"only {seen} orchestration work items ran");
        Assert.Equal((TenantPhase.Ready, null), (tenant.Phase, tenant.LastError));
    }

    private Task ActAsync(string path, string tenantId, string activity, TenantPhase phase, JsonObject? more = null) =>
        RunAsync(() => crashable.System.ActAsync(path, more?.DeepClone().AsObject()), tenantId, activity, phase);

    /// <summary>Sends a request, kills the worker in an activity that it leads to, and waits until the tenant has the phase.</summary>
    private async Task RunAsync(Func<Task<HttpResponseMessage>> request, string tenantId, string activity, TenantPhase phase)
    {
        var system = crashable.System;
        using var killer = crashable.KillIn(activity);

        await RepeatAsync(system, request);
        await system.WaitForAsync(() => Task.FromResult(killer.HasKilled ? killer : null), $"{activity} to run");
        var tenant = await system.SettleAsync(tenantId);
        await system.WaitUntilNothingRunsAsync();

        Assert.Equal((activity, phase, null), (activity, tenant.Phase, tenant.LastError));
    }

    private static Task<TestSystem> OnboardAsync(TestSystem system, string tenantId) =>
        RepeatAsync(system, () => system.OnboardAsync(tenantId, tier: "dedicated"));

    // A request that the worker's end interrupts is answered 500 or 502, and its sender repeats it.
    private static Task<TestSystem> RepeatAsync(TestSystem system, Func<Task<HttpResponseMessage>> request) => system.WaitForAsync(
        async () =>
        {
            using var response = await request();
            return response.IsSuccessStatusCode ? system : null;
        },
        "the request to be accepted");
}
