using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>
/// The process is killed after every durable step of every orchestration, and another one continues with what was durable. Every
/// operation must end as without the kill. A request that wasn't acknowledged is sent again, as its sender would. The steps of what an
/// operation needs to begin with, such as the onboarding of the tenant that it updates, have their own test.
/// </summary>
public sealed class KillTests
{
    [Fact]
    public Task Onboard_KilledAfterEveryStep_IsReady() => KillAfterEveryStepAsync(
        null,
        NoTenant,
        [TestSystem.Onboard()],
        async system =>
        {
            Assert.Equal(TenantPhase.Ready, (await system.TenantAsync()).Phase);
            Assert.Equal("aks1/acme.1", Assert.Single(system.Cloud.Namespaces));
            Assert.Equal("aks1/kata1", Assert.Single(system.Cloud.Pools));
            Assert.Equal([EventTypes.PoolCreated, EventTypes.TenantReady], system.Cloud.Events.Select(e => e.Type).Order());
        });

    [Fact]
    public Task Offboard_KilledAfterEveryStep_LeavesNothing() => KillAfterEveryStepAsync(
        null,
        Onboarded,
        [TestSystem.Offboard(revision: 2)],
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
        NoTenant,
        [TestSystem.Onboard()],
        async system =>
        {
            var tenant = await system.TenantAsync();
            Assert.Equal((TenantPhase.Failed, "RolloutFailed"), (tenant.Phase, tenant.LastError?.Code));
            await system.AssertNothingLeftAsync();
        });

    [Fact]
    public Task OnboardIntoAPool_KilledAfterEveryStep_IsReady() => KillAfterEveryStepAsync(
        null,
        Onboarded,
        [TestSystem.Onboard("beta")],
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
        Onboarded,
        [TestSystem.Update(tier: TenantTier.Dedicated)],
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
        Onboarded,
        [TestSystem.Update(image: "broken")],
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
        Onboarded,
        [TestSystem.Request(TenantRequestKind.Suspend), TestSystem.Request(TenantRequestKind.Resume)],
        async system =>
        {
            var tenant = await system.TenantAsync();
            Assert.Equal((TenantPhase.Ready, "aks1/kata2"), (tenant.Phase, Assert.Single(system.Cloud.Pools)));
            Assert.Empty(tenant.Leftovers);
            Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantSuspended);
            Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantResumed);
        });

    [Fact]
    public Task Reconcile_KilledAfterEveryStep_IsReady() => KillAfterEveryStepAsync(
        null,
        Onboarded,
        [],
        async system =>
        {
            Assert.Equal((TenantPhase.Ready, null), ((await system.TenantAsync()).Phase, (await system.TenantAsync()).LastError));
            Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantReconciled);
        },
        Command(TenantVerb.Reconcile));

    [Fact]
    public Task CompensationOfAFailedUpdate_KilledAfterEveryStep_RunsThePreviousRevision() => KillAfterEveryStepAsync(
        null,
        async system =>
        {
            await Onboarded(system);
            system.Cloud.Rollout = new(RolloutCondition.Failed, "nodes are gone", "NodeLost", ErrorClass.Transient);
            await system.RunAsync(TestSystem.Update());
            system.Cloud.Rollout = new(RolloutCondition.Ready, "ok");
        },
        [],
        async system =>
        {
            var tenant = await system.TenantAsync();
            Assert.Equal((TenantPhase.Ready, 1L, null), (tenant.Phase, tenant.AppliedRevision, tenant.LastError));
            Assert.Empty(tenant.Leftovers);
            Assert.Single((await system.LedgerAsync()).Pools.SelectMany(p => p.Reservations));
        },
        Command(TenantVerb.Compensate));

    [Fact]
    public Task ForcedOffboarding_KilledAfterEveryStep_LeavesNothing() => KillAfterEveryStepAsync(
        cloud => cloud.NamespaceBlocker = "finalizer example.com/hold on pvc/data",
        Onboarded,
        [],
        async system =>
        {
            var tenant = await system.TenantAsync();
            Assert.Equal(TenantPhase.Offboarded, tenant.Phase);
            await system.AssertNothingLeftAsync();
        },
        Command(TenantVerb.ForceOffboard, "example.com/hold"));

    [Fact]
    public Task Expiry_KilledAfterEveryStep_LeavesNothing() => KillAfterEveryStepAsync(
        null,
        NoTenant,
        [TestSystem.Onboard(expiry: new(new(2026, 11, 24, 6, 0, 0, TimeSpan.Zero)))],
        async system =>
        {
            Assert.Equal(TenantPhase.Offboarded, (await system.TenantAsync()).Phase);
            await system.AssertNothingLeftAsync();
        });

    private static Task NoTenant(TestSystem system) => Task.CompletedTask;

    private static Task Onboarded(TestSystem system) => system.RunAsync(TestSystem.Onboard());

    private static OperatorCommand Command(TenantVerb verb, params string[] finalizers) =>
        new($"command-{verb}", "acme", verb, "ann", "test", DateTimeOffset.UnixEpoch, Finalizers: finalizers.Length == 0 ? null : finalizers);

    /// <param name="prepare">Sets up the fake cloud.</param>
    /// <param name="given">What happens before the first kill.</param>
    /// <param name="requests">The requests to kill during.</param>
    /// <param name="check">What holds in the end.</param>
    /// <param name="command">A command to kill during, after the requests.</param>
    private static async Task KillAfterEveryStepAsync(
        Action<FakeCloud>? prepare, Func<TestSystem, Task> given, TenantRequest[] requests, Func<TestSystem, Task> check, OperatorCommand? command = null)
    {
        for (var step = 1; ; step++)
        {
            await using var system = TestSystem.Create(prepare);
            await system.Hub.StartAsync(everyStepCommits: true);
            await given(system);
            system.Hub.KillAfter(step);
            await SubmitAllAsync(system, requests, command);
            var wasKilled = system.Hub.Killed.IsCompleted;
            if (wasKilled)
            {
                await system.Hub.RestartAfterKillAsync();
                await SubmitAllAsync(system, requests, command);
            }

            await CheckAsync(system, check, step);
            if (!wasKilled)
            {
                Assert.True(step > 15, $"the scenario has only {step - 1} durable steps");
                return;
            }
        }
    }

    /// <summary>Sends the requests, then the command, each after the one before has been carried out, until a kill.</summary>
    private static async Task SubmitAllAsync(TestSystem system, TenantRequest[] requests, OperatorCommand? command)
    {
        for (var i = 0; i < requests.Length; i++)
        {
            var (request, id) = (requests[i], $"killed-{i}");
            await SubmitAsync(system, cancellationToken => system.SubmitAsync(request, id, cancellationToken));
        }

        if (command is not null)
        {
            await SubmitAsync(system, cancellationToken => Submissions.StartAsync(system.Hub.Client, command, cancellationToken));
        }
    }

    private static async Task SubmitAsync(TestSystem system, Func<CancellationToken, Task> submit)
    {
        if (system.Hub.Killed.IsCompleted)
        {
            return;
        }

        using var stop = new CancellationTokenSource();
        var submission = submit(stop.Token);
        if (await Task.WhenAny(submission, system.Hub.Killed) == system.Hub.Killed)
        {
            await stop.CancelAsync();
            await Record.ExceptionAsync(() => submission);
            return;
        }

        await submission;
        await system.SettleAsync();
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
