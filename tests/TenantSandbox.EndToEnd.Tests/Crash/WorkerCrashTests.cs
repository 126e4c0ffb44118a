using System.Diagnostics;
using TenantSandbox.Cli.Local;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.EndToEnd.Tests.Crash;

/// <summary>
/// The worker process is killed while it runs activities, entity operations and orchestrators. The host restarts it, and every
/// operation ends as requested. The in-process tests do the same at every call; these cover the real process at a sample.
/// </summary>
public sealed class WorkerCrashTests
{
    [Fact]
    public async Task Onboarding_WorkerKilledInActivities_BecomesReady()
    {
        await using var system = await TestSystem.StartAsync();
        foreach (var activity in (string[])["EnsurePool", "ApplyWorkloads"])
        {
            var tenantId = $"on-{activity.ToLowerInvariant()}";
            using var killer = new WorkerKiller(system, activity);

            await OnboardAsync(system, tenantId);
            var tenant = await system.SettleAsync(tenantId);
            await system.WaitUntilNothingRunsAsync();

            Assert.True(killer.HasKilled, $"{activity} did not run");
            Assert.Equal((activity, TenantPhase.Ready, null), (activity, tenant.Phase, tenant.LastError));
            Assert.Equal(["tenantsandbox.tenant.ready"], system.EventsAbout($"tenants/{tenantId}"));
        }
    }

    [Fact]
    public async Task Offboarding_WorkerKilledInActivities_LeavesNothing()
    {
        await using var system = await TestSystem.StartAsync();
        foreach (var activity in (string[])["DeleteNamespace", "DeletePool"])
        {
            var tenantId = $"off-{activity.ToLowerInvariant()}";
            await OnboardAsync(system, tenantId);
            await system.SettleAsync(tenantId);
            await system.WaitUntilNothingRunsAsync();
            using var killer = new WorkerKiller(system, activity);

            using var offboarding = await system.OffboardAsync(tenantId);
            var tenant = await system.SettleAsync(tenantId);
            await system.WaitUntilNothingRunsAsync();

            Assert.True(killer.HasKilled, $"{activity} did not run");
            Assert.Equal((activity, TenantPhase.Offboarded, null), (activity, tenant.Phase, tenant.LastError));
            Assert.Empty(await system.FindLeftoversAsync(tenantId));
        }
    }

    [Fact]
    public async Task LaterOperations_WorkerKilledInActivities_EndAsRequested()
    {
        await using var system = await TestSystem.StartAsync();
        await OnboardAsync(system, "acme");
        await system.SettleAsync("acme");
        (string Activity, Func<Task<HttpResponseMessage>> Request, TenantPhase Phase)[] operations =
        [
            ("ApplyNamespace", () => system.PutAsync("acme", TenantRequests.Onboard("acme", 2, "dedicated", "registry.example/app:2"), ifMatch: null), TenantPhase.Ready),
            ("SuspendWorkloads", () => system.ActAsync("tenants/acme/suspend"), TenantPhase.Suspended),
            ("WatchRollout", () => system.ActAsync("tenants/acme/resume"), TenantPhase.Ready),
            ("ApplyWorkloads", () => system.ActAsync("tenants/acme/reconcile"), TenantPhase.Ready),
        ];
        foreach (var (activity, request, phase) in operations)
        {
            using var killer = new WorkerKiller(system, activity);

            await RepeatAsync(system, request);
            await system.WaitForAsync(() => Task.FromResult(killer.HasKilled ? killer : null), $"{activity} to run");
            var tenant = await system.SettleAsync("acme");
            await system.WaitUntilNothingRunsAsync();

            Assert.Equal((activity, phase, null), (activity, tenant.Phase, tenant.LastError));
        }
    }

    [Fact]
    public async Task Reconcile_WorkerKilledWhileItComparesTenants_EndsWithAReport()
    {
        await using var system = await TestSystem.StartAsync();
        await OnboardAsync(system, "acme");
        await system.SettleAsync("acme");
        using var killer = new WorkerKiller(system, "ReconcileTenantPage");

        var report = await system.MaintainAsync("reconcile-tenants");

        Assert.True(killer.HasKilled, "the activity did not run");
        Assert.Equal(1, report["counts"]!["compared"]!.GetValue<int>());
    }

    [Fact]
    public async Task Onboarding_WorkerKilledInEntityOperations_BecomesReady()
    {
        var seen = 0;
        LocalSystem? local = null;
        await using var system = await TestSystem.StartAsync(options => options with
        {
            ConfigureTaskHubWorker = worker => worker.AddEntityDispatcherMiddleware(async (_, next) =>
            {
                var running = next();
                // Submitting, reserving, and reporting the pool and the operation, with the repetitions in between.
                if (Interlocked.Increment(ref seen) is 1 or 3 or 5 or 7)
                {
                    WorkerKiller.Kill(local!);
                }

                await running;
            }),
        });
        local = system.Local;

        await OnboardAsync(system, "acme");
        var tenant = await system.SettleAsync("acme");

        Assert.True(seen > 7, $"only {seen} entity work items ran");
        Assert.Equal((TenantPhase.Ready, null), (tenant.Phase, tenant.LastError));
    }

    [Fact]
    public async Task Onboarding_WorkerKilledInOrchestrators_BecomesReady()
    {
        var seen = 0;
        LocalSystem? local = null;
        await using var system = await TestSystem.StartAsync(options => options with
        {
            ConfigureTaskHubWorker = worker => worker.AddOrchestrationDispatcherMiddleware(async (_, next) =>
            {
                var running = next();
                if (Interlocked.Increment(ref seen) is 2 or 7)
                {
                    WorkerKiller.Kill(local!);
                }

                await running;
            }),
        });
        local = system.Local;

        await OnboardAsync(system, "acme");
        var tenant = await system.SettleAsync("acme");

        Assert.True(seen > 7, $"only {seen} orchestration work items ran");
        Assert.Equal((TenantPhase.Ready, null), (tenant.Phase, tenant.LastError));
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

    /// <summary>Kills the worker once, when an activity starts.</summary>
    private sealed class WorkerKiller : IDisposable
    {
        private readonly TestSystem _system;
        private readonly string _activity;
        private int _kills;

        public WorkerKiller(TestSystem system, string activity)
        {
            _system = system;
            _activity = activity;
            system.Local.Host.Progress += OnProgress;
        }

        public bool HasKilled => _kills > 0;

        public static void Kill(LocalSystem local)
        {
            if (local.Host.WorkerProcessId is { } id)
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
            }
        }

        public void Dispose() => _system.Local.Host.Progress -= OnProgress;

        private void OnProgress(DurableProgress report)
        {
            if (report.Kind == DurableProgressKind.ActivityStarted && report.Name == _activity && Interlocked.CompareExchange(ref _kills, 1, 0) == 0)
            {
                Kill(_system.Local);
            }
        }
    }
}
