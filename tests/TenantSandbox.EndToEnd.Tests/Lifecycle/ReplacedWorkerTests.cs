using System.Diagnostics;
using k8s;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.EndToEnd.Tests.Lifecycle;

/// <summary>What a deployment does to running operations, with each of the update strategies of Flex Consumption.</summary>
public sealed class ReplacedWorkerTests
{
    private static readonly string[] First = ["one", "two", "three", "four"];
    private static readonly string[] Second = ["five", "six"];

    [Fact]
    public async Task Onboardings_WorkerDrainedAndThenKilled_AllBecomeReadyOnce()
    {
        await using var world = await LastingTwin.CreateAsync();
        await using (var drained = await world.StartAsync())
        {
            await OnboardUntilAsync(drained, First, "ApplyNamespace");
        }

        // As a rolling update does: what ran has ended, the rest is continued by the new worker. Then as a recreation does.
        await using var system = await world.StartAsync();
        await OnboardUntilAsync(system, Second, "ApplyWorkloads", () => Kill(system));
        string[] tenants = [.. First, .. Second];
        foreach (var tenant in tenants)
        {
            var settled = await system.SettleAsync(tenant);
            Assert.Equal((tenant, TenantPhase.Ready, null), (settled.TenantId, settled.Phase, settled.LastError));
        }

        await system.WaitUntilNothingRunsAsync();
        // Published after the tenant is ready.
        Assert.All(tenants, tenant => Assert.Equal(["tenantsandbox.tenant.ready"], system.EventsAbout($"tenants/{tenant}")));
        using var person = await Stranger.OfAsync(world.Twin);
        var pools = await person.ListPoolsAsync();
        Assert.Equal(pools.Count, system.Events.Count(e => e.GetProperty("type").GetString() == "tenantsandbox.pool.created"));
        Assert.Equal(2, pools.Count);
        Assert.Equal(tenants.Length, (await person.Kubernetes.ListDeploymentForAllNamespacesAsync(labelSelector: "tenantsandbox/tenant")).Items.Count);
    }

    /// <summary>Onboards the tenants, and waits until an activity has started.</summary>
    private static async Task OnboardUntilAsync(TestSystem system, string[] tenants, string activity, Action? then = null)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnProgress(DurableProgress report)
        {
            if (report.Kind == DurableProgressKind.ActivityStarted && report.Name == activity && started.TrySetResult())
            {
                then?.Invoke();
            }
        }

        system.Local.Host.Progress += OnProgress;
        await Task.WhenAll(tenants.Select(tenant => system.WaitForAsync(
            async () =>
            {
                // A sender repeats a request that the worker's end interrupts.
                using var response = await system.OnboardAsync(tenant, tier: tenant == "one" ? "dedicated" : "pooled");
                return response.IsSuccessStatusCode ? system : null;
            },
            "the request to be accepted")));
        await started.Task.WaitAsync(TimeSpan.FromMinutes(1));
        system.Local.Host.Progress -= OnProgress;
    }

    private static void Kill(TestSystem system)
    {
        if (system.Local.Host.WorkerProcessId is { } id)
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
    }
}
