using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>
/// The process is killed after every durable step of every orchestration, and another one continues with what was durable. Every
/// operation must end as without the kill. A request that wasn't acknowledged is sent again, as its sender would.
/// </summary>
public sealed class KillTests
{
    [Fact]
    public Task Onboard_KilledAfterEveryStep_IsReady() => KillAfterEveryStepAsync(
        null,
        [TestSystem.Onboard()],
        async system =>
        {
            Assert.Equal(TenantPhase.Ready, (await system.TenantAsync()).Phase);
            Assert.Equal("aks1/acme.1", Assert.Single(system.Cloud.Namespaces));
            Assert.Equal("aks1/kata1", Assert.Single(system.Cloud.Pools));
            Assert.Equal([EventTypes.PoolCreated, EventTypes.TenantReady], system.Cloud.Events.Select(e => e.Type).Order());
        });

    [Fact]
    public Task OnboardAndOffboard_KilledAfterEveryStep_LeaveNothing() => KillAfterEveryStepAsync(
        null,
        [TestSystem.Onboard(), TestSystem.Offboard(revision: 2)],
        async system =>
        {
            Assert.Equal(TenantPhase.Offboarded, (await system.TenantAsync()).Phase);
            await system.AssertNothingLeftAsync();
            Assert.Equal(
                [EventTypes.PoolCreated, EventTypes.PoolDeleted, EventTypes.TenantOffboarded, EventTypes.TenantReady],
                system.Cloud.Events.Select(e => e.Type).Order());
        });

    [Fact]
    public Task OnboardThatFails_KilledAfterEveryStep_IsCompensated() => KillAfterEveryStepAsync(
        cloud => cloud.Rollout = new(RolloutCondition.Failed, "bad image"),
        [TestSystem.Onboard()],
        async system =>
        {
            var tenant = await system.TenantAsync();
            Assert.Equal((TenantPhase.Failed, "RolloutFailed"), (tenant.Phase, tenant.LastError?.Code));
            await system.AssertNothingLeftAsync();
        });

    [Fact]
    public Task TwoTenantsInOnePool_KilledAfterEveryStep_AreReady() => KillAfterEveryStepAsync(
        null,
        [TestSystem.Onboard("acme"), TestSystem.Onboard("beta")],
        async system =>
        {
            Assert.Equal(TenantPhase.Ready, (await system.TenantAsync("acme")).Phase);
            Assert.Equal(TenantPhase.Ready, (await system.TenantAsync("beta")).Phase);
            Assert.Single(system.Cloud.Pools);
            Assert.Equal(2, Assert.Single((await system.LedgerAsync()).Pools).Reservations.Count);
        });

    [Fact]
    public Task UpdateThatMoves_KilledAfterEveryStep_IsReady() => KillAfterEveryStepAsync(
        null,
        [TestSystem.Onboard(), TestSystem.Update(tier: TenantTier.Dedicated)],
        async system =>
        {
            var tenant = await system.TenantAsync();
            Assert.Equal((TenantPhase.Ready, 2L, "kata2"), (tenant.Phase, tenant.AppliedRevision, tenant.Placement?.PoolName));
            Assert.Equal("aks1/kata2", Assert.Single(system.Cloud.Pools));
            Assert.Empty(tenant.Leftovers);
            Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantUpdated);
        });

    [Fact]
    public Task UpdateThatFails_KilledAfterEveryStep_RunsThePreviousRevision() => KillAfterEveryStepAsync(
        cloud => cloud.FailRolloutOf(TestSystem.Spec(replicas: 2, image: "broken"), new(RolloutCondition.Failed, "bad image")),
        [TestSystem.Onboard(), TestSystem.Update(image: "broken")],
        async system =>
        {
            var tenant = await system.TenantAsync();
            Assert.Equal((TenantPhase.Ready, 2L, 1L), (tenant.Phase, tenant.Revision, tenant.AppliedRevision));
            Assert.Equal(1, Assert.Single(Assert.Single((await system.LedgerAsync()).Pools).Reservations).Sequence);
            Assert.Empty(tenant.Leftovers);
        });

    [Fact]
    public Task SuspendAndResume_KilledAfterEveryStep_IsReady() => KillAfterEveryStepAsync(
        null,
        [TestSystem.Onboard(), TestSystem.Request(TenantRequestKind.Suspend), TestSystem.Request(TenantRequestKind.Resume)],
        async system =>
        {
            var tenant = await system.TenantAsync();
            Assert.Equal((TenantPhase.Ready, "aks1/kata2"), (tenant.Phase, Assert.Single(system.Cloud.Pools)));
            Assert.Empty(tenant.Leftovers);
            Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantSuspended);
            Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantResumed);
        });

    private static async Task KillAfterEveryStepAsync(Action<FakeCloud>? prepare, TenantRequest[] requests, Func<TestSystem, Task> check)
    {
        for (var step = 1; ; step++)
        {
            await using var system = TestSystem.Create(prepare);
            await system.Hub.StartAsync(killAfter: step);
            await SubmitAllAsync(system, requests);
            var wasKilled = system.Hub.Killed.IsCompleted;
            if (wasKilled)
            {
                await system.Hub.RestartAfterKillAsync();
                await SubmitAllAsync(system, requests);
            }

            await CheckAsync(system, check, step);
            if (!wasKilled)
            {
                Assert.True(step > 20, $"the scenario has only {step - 1} durable steps");
                return;
            }
        }
    }

    /// <summary>Sends the requests one after the other, each after the one before has been carried out, until a kill.</summary>
    private static async Task SubmitAllAsync(TestSystem system, TenantRequest[] requests)
    {
        for (var i = 0; i < requests.Length && !system.Hub.Killed.IsCompleted; i++)
        {
            using var stop = new CancellationTokenSource();
            var submission = system.SubmitAsync(requests[i], $"request-{i}", stop.Token);
            if (await Task.WhenAny(submission, system.Hub.Killed) == system.Hub.Killed)
            {
                await stop.CancelAsync();
                await Record.ExceptionAsync(() => submission);
                return;
            }

            await submission;
            await system.SettleAsync();
        }
    }

    private static async Task CheckAsync(TestSystem system, Func<TestSystem, Task> check, int step)
    {
        try
        {
            Assert.Empty(system.Cloud.Violations);
            await check(system);
        }
        catch (Exception e) when (e is Xunit.Sdk.XunitException or NullReferenceException)
        {
            throw new Xunit.Sdk.XunitException($"After a kill at durable step {step}: {e.Message}", e);
        }
    }
}
