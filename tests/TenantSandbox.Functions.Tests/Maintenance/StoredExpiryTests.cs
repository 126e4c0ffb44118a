using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Maintenance;

/// <summary>A tenant's namespace carries its expiry, so that a rebuild restores it.</summary>
public sealed class StoredExpiryTests
{
    private const string Namespace = "aks1/acme.1";
    private static readonly MaintenanceSettings Settings =
        new(100, TimeSpan.Zero, TimeSpan.FromHours(1), false, TimeSpan.FromDays(30), TimeSpan.FromHours(4));

    [Fact]
    public async Task Rebuild_NamespaceWithExpiry_AnnouncesAndCarriesItOut()
    {
        await using var system = await TestSystem.StartAsync();
        var expiresAt = system.Now.AddDays(12);
        system.Cloud.Strangers.Add(new(
            "tenant-acme", "uid", "tenantsandbox", "acme", 1, 5, null, null, false, DateTimeOffset.UnixEpoch, false, new(expiresAt)));
        await RunAsync(system, MaintenanceTask.Rebuild, until: system.Now.AddHours(1));
        Assert.Equal(new TenantExpiry(expiresAt), (await system.TenantAsync()).Expiry);

        await system.SettleAsync();

        var announced = Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantExpiring);
        Assert.InRange(announced.Time, expiresAt.AddDays(-1), expiresAt.AddDays(-1).AddMinutes(1));
        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Offboarded, "expiry"), (tenant.Phase, tenant.LastOperation?.Actor));
    }

    [Fact]
    public async Task Update_OtherExpiry_IsAppliedAndReturnsWithTheRevision()
    {
        await using var system = await TestSystem.StartAsync();
        var (first, second, third) = (new TenantExpiry(system.Now.AddDays(50)), new TenantExpiry(system.Now.AddDays(60)), new TenantExpiry(system.Now.AddDays(70)));
        await system.SubmitAsync(TestSystem.Onboard(expiry: first));
        await system.SettleAsync(until: system.Now.AddHours(1));
        Assert.Equal(first, system.Cloud.AppliedExpiry(Namespace));

        await system.SubmitAsync(TestSystem.Update(expiry: second));
        await system.SettleAsync(until: system.Now.AddHours(1));
        Assert.Equal(second, system.Cloud.AppliedExpiry(Namespace));

        system.Cloud.FailRolloutOf(TestSystem.Spec(replicas: 3), new(RolloutCondition.Failed, "bad image"));
        await system.SubmitAsync(TestSystem.Update(revision: 3, replicas: 3, expiry: third));
        await system.SettleAsync(until: system.Now.AddHours(2));

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, second), (tenant.Phase, tenant.Expiry));
        Assert.Equal(second, system.Cloud.AppliedExpiry(Namespace));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Renew_NextReconcile_WritesItToTheNamespace(bool isSuspended)
    {
        await using var system = await TestSystem.StartAsync();
        var renewed = new TenantExpiry(system.Now.AddDays(90));
        await system.SubmitAsync(TestSystem.Onboard(expiry: new(system.Now.AddDays(50))));
        await system.SettleAsync(until: system.Now.AddHours(1));
        if (isSuspended)
        {
            await system.SubmitAsync(TestSystem.Request(TenantRequestKind.Suspend));
            await system.SettleAsync(until: system.Now.AddHours(1));
        }

        await system.SubmitAsync(TestSystem.Request(TenantRequestKind.Renew, expiry: renewed));
        await system.SettleAsync(until: system.Now.AddHours(1));

        await RunAsync(system, MaintenanceTask.ReconcileTenants, until: system.Now.AddHours(1));

        Assert.Equal(renewed, system.Cloud.AppliedExpiry(Namespace));
        var tenant = await system.TenantAsync();
        Assert.Equal((isSuspended ? TenantPhase.Suspended : TenantPhase.Ready, null, renewed), (tenant.Phase, tenant.LastError, tenant.Expiry));
    }

    private static async Task RunAsync(TestSystem system, MaintenanceTask task, DateTimeOffset until)
    {
        await system.Hub.Client.ScheduleNewOrchestrationInstanceAsync(
            $"{task}Orchestration", new MaintenanceInput(task, Settings, "ann"), new Microsoft.DurableTask.StartOrchestrationOptions(task.ToInstanceId()));
        await system.SettleAsync(until);
    }
}
