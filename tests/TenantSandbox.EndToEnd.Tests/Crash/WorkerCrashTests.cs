using System.Diagnostics;
using System.Net;
using TenantSandbox.Cli.Local;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.EndToEnd.Tests.Crash;

/// <summary>
/// The worker process is killed while it runs each activity of an onboarding and an offboarding, an entity operation, and an
/// orchestrator. The host restarts it, and every operation ends as requested.
/// </summary>
public sealed class WorkerCrashTests
{
    public static TheoryData<string> OnboardActivities => ["SelectClusters", "EnsurePool", "ApplyNamespace", "ApplyWorkloads", "WatchRollout", "PublishEvent"];

    public static TheoryData<string> OffboardActivities => ["DeleteWorkloads", "DeleteNamespace", "DeletePool", "ReadNamespaceAbsence", "PublishEvent"];

    [Theory]
    [MemberData(nameof(OnboardActivities))]
    public async Task Onboarding_WorkerKilledInAnActivity_BecomesReady(string activity)
    {
        await using var system = await TestSystem.StartAsync();
        var killer = new WorkerKiller(system, activity);

        using var response = await system.OnboardAsync("acme");
        var tenant = await system.SettleAsync("acme");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(1, killer.Kills);
        Assert.Equal((TenantPhase.Ready, null), (tenant.Phase, tenant.LastError));
        Assert.Equal(["tenantsandbox.tenant.ready"], system.EventsAbout("tenants/acme"));
    }

    [Theory]
    [MemberData(nameof(OffboardActivities))]
    public async Task Offboarding_WorkerKilledInAnActivity_LeavesNothing(string activity)
    {
        await using var system = await TestSystem.StartAsync();
        using var onboarding = await system.OnboardAsync("acme");
        await system.SettleAsync("acme");
        await system.WaitUntilNothingRunsAsync();
        var killer = new WorkerKiller(system, activity);

        using var offboarding = await system.OffboardAsync("acme");
        var tenant = await system.SettleAsync("acme");
        await system.WaitUntilNothingRunsAsync();

        Assert.Equal(1, killer.Kills);
        Assert.Equal((TenantPhase.Offboarded, null), (tenant.Phase, tenant.LastError));
        Assert.Empty(await system.FindLeftoversAsync("acme"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Onboarding_WorkerKilledInAnEntityOperation_BecomesReady(int operation)
    {
        var seen = 0;
        LocalSystem? local = null;
        await using var system = await TestSystem.StartAsync(options => options with
        {
            ConfigureTaskHubWorker = worker => worker.AddEntityDispatcherMiddleware(async (_, next) =>
            {
                var running = next();
                if (Interlocked.Increment(ref seen) == operation)
                {
                    WorkerKiller.Kill(local!);
                }

                await running;
            }),
        });
        local = system.Local;

        using var response = await system.OnboardAsync("acme");
        var tenant = await system.SettleAsync("acme");

        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
        Assert.True(seen > operation, $"only {seen} entity work items ran");
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

        using var response = await system.OnboardAsync("acme");
        var tenant = await system.SettleAsync("acme");

        Assert.True(seen > 7, $"only {seen} orchestration work items ran");
        Assert.Equal((TenantPhase.Ready, null), (tenant.Phase, tenant.LastError));
    }

    /// <summary>Kills the worker once, when an activity starts.</summary>
    private sealed class WorkerKiller
    {
        private int _kills;

        public WorkerKiller(TestSystem system, string activity) => system.Local.Host.Progress += report =>
        {
            if (report.Kind == DurableProgressKind.ActivityStarted && report.Name == activity && Interlocked.CompareExchange(ref _kills, 1, 0) == 0)
            {
                Kill(system.Local);
            }
        };

        public int Kills => _kills;

        public static void Kill(LocalSystem local)
        {
            if (local.Host.WorkerProcessId is { } id)
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
            }
        }
    }
}
