using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>Update, suspend, resume, expiry, reconcile, compensate, and what operators do to running operations.</summary>
public sealed class LifecycleOrchestrationTests
{
    [Fact]
    public async Task Update_Fits_IsRolledOutInTheSamePool()
    {
        await using var system = await OnboardedAsync();

        var answer = await system.RunAsync(TestSystem.Update());

        Assert.Equal("acme.1.2.update", answer.OperationId);
        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, 2L, "kata1"), (tenant.Phase, tenant.AppliedRevision, tenant.Placement?.PoolName));
        Assert.Equal(2, Assert.Single(Assert.Single((await system.LedgerAsync()).Pools).Reservations).Sequence);
        Assert.Empty(tenant.Leftovers);
        var updated = Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantUpdated);
        Assert.Equal(("1", "2"), (updated.Data["previousRevision"], updated.Data["appliedRevision"]));
        await OffboardLeavesNothingAsync(system);
    }

    [Fact]
    public async Task Update_OtherTier_MovesToAnotherPoolAndReleasesTheOldOne()
    {
        await using var system = await OnboardedAsync();

        await system.RunAsync(TestSystem.Update(tier: TenantTier.Dedicated));

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "kata2"), (tenant.Phase, tenant.Placement?.PoolName));
        Assert.Equal("aks1/kata2", Assert.Single(system.Cloud.Pools));
        await OffboardLeavesNothingAsync(system);
    }

    [Fact]
    public async Task Update_RolloutFails_ReturnsToThePreviousRevision()
    {
        await using var system = await OnboardedAsync();
        system.Cloud.FailRolloutOf(TestSystem.Spec(replicas: 2, image: "broken"), new(RolloutCondition.Failed, "web: ImagePullBackOff", "ImagePullBackOff", ErrorClass.Invalid));

        await system.RunAsync(TestSystem.Update(image: "broken"));

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, 2L, 1L, "ImagePullBackOff"), (tenant.Phase, tenant.Revision, tenant.AppliedRevision, tenant.LastError?.Code));
        Assert.Equal(SpecRef.Of(TestSystem.Spec()).Hash, system.Cloud.AppliedSpec("aks1/acme.1"));
        Assert.Equal(1, Assert.Single(Assert.Single((await system.LedgerAsync()).Pools).Reservations).Sequence);
        Assert.Empty(tenant.Leftovers);
        Assert.Equal("true", Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantFailed).Data["clean"]);

        system.Cloud.HealRollouts();
        Assert.Equal(SubmitOutcome.Accepted, (await system.ActAsync(TenantVerb.Retry)).Outcome);
        Assert.Equal(2, (await system.TenantAsync()).AppliedRevision);
        await OffboardLeavesNothingAsync(system);
    }

    [Fact]
    public async Task Update_RollbackFailsToo_SaysSoAndIsRepairedByCompensate()
    {
        await using var system = await OnboardedAsync();
        system.Cloud.Rollout = new(RolloutCondition.Failed, "nodes are gone", "NodeLost", ErrorClass.Transient);
        await system.RunAsync(TestSystem.Update());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, ConditionStatus.False), (tenant.Phase, tenant.Conditions.Find(TenantConditions.Ready)?.Status));
        Assert.Contains("could not return to revision 1", tenant.LastError!.Message, StringComparison.Ordinal);
        Assert.NotEmpty(tenant.Leftovers);

        system.Cloud.Rollout = new(RolloutCondition.Ready, "ok");
        Assert.Equal(SubmitOutcome.Accepted, (await system.ActAsync(TenantVerb.Compensate)).Outcome);
        tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, 1L), (tenant.Phase, tenant.AppliedRevision));
        Assert.True(tenant.Conditions.IsTrue(TenantConditions.Ready));
        Assert.Empty(tenant.Leftovers);
        await OffboardLeavesNothingAsync(system);
    }

    [Fact]
    public async Task SuspendAndResume_ReleaseAndReserveAgain()
    {
        await using var system = await OnboardedAsync();

        await system.RunAsync(TestSystem.Request(TenantRequestKind.Suspend));

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Suspended, null, "aks1"), (tenant.Phase, tenant.Placement?.PoolName, tenant.Placement?.ClusterId));
        Assert.Empty(system.Cloud.Pools);
        Assert.Single(system.Cloud.Namespaces);

        await system.RunAsync(TestSystem.Request(TenantRequestKind.Resume));
        tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "kata2"), (tenant.Phase, tenant.Placement?.PoolName));
        Assert.Equal(
            [EventTypes.TenantReady, EventTypes.TenantSuspended, EventTypes.TenantResumed],
            system.Cloud.Events.Select(e => e.Type).Where(t => t.StartsWith("tenantsandbox.tenant.", StringComparison.Ordinal)));
        await OffboardLeavesNothingAsync(system);
    }

    [Fact]
    public async Task Suspend_PodsStay_ScalesUpAgain()
    {
        await using var system = await OnboardedAsync();
        system.Cloud.Suspension = new(false, "web-1 is terminating");

        await system.ActAsync(TenantVerb.Suspend);

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "SuspensionTimeout", "kata1"), (tenant.Phase, tenant.LastError?.Code, tenant.Placement?.PoolName));
        Assert.Single(system.Cloud.Pools);
        await OffboardLeavesNothingAsync(system);
    }

    [Fact]
    public async Task Resume_NoCapacity_StaysSuspendedAndLeavesNoReservation()
    {
        await using var system = await OnboardedAsync();
        await system.ActAsync(TenantVerb.Suspend);
        system.Cloud.PoolResults["aks1"] = new(Functions.Azure.Arm.PoolCondition.Failed, "no capacity", null, ErrorClass.Capacity, "ZonalAllocationFailed");

        await system.ActAsync(TenantVerb.Resume);

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Suspended, "ZonalAllocationFailed"), (tenant.Phase, tenant.LastError?.Code));
        Assert.Empty((await system.LedgerAsync()).Pools);
        Assert.Empty(tenant.Leftovers);
        await OffboardLeavesNothingAsync(system);
    }

    [Theory]
    [InlineData(ExpiryAction.Offboard, TenantPhase.Offboarded)]
    [InlineData(ExpiryAction.Suspend, TenantPhase.Suspended)]
    public async Task Expiry_IsAnnouncedAndCarriedOutToTheMinute(ExpiryAction action, TenantPhase phase)
    {
        await using var system = await TestSystem.StartAsync();
        var expiresAt = system.Now.AddDays(12);
        await system.SubmitAsync(TestSystem.Onboard(expiry: new(expiresAt, action)));
        await system.SettleAsync(until: expiresAt.AddMinutes(-1));
        Assert.Equal(TenantPhase.Ready, (await system.TenantAsync()).Phase);
        var expiring = Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantExpiring);
        Assert.InRange(expiring.Time, expiresAt.AddDays(-1), expiresAt.AddDays(-1).AddMinutes(1));

        await system.SettleAsync();

        var tenant = await system.TenantAsync();
        Assert.Equal(phase, tenant.Phase);
        Assert.InRange(tenant.LastOperation!.StartedAt, expiresAt, expiresAt.AddMinutes(1));
        Assert.Equal("expiry", tenant.LastOperation.Actor);
    }

    [Fact]
    public async Task Renew_BeforeTheExpiry_MovesIt()
    {
        await using var system = await TestSystem.StartAsync();
        var start = system.Now;
        await system.SubmitAsync(TestSystem.Onboard(expiry: new(start.AddDays(2))));
        await system.SettleAsync(until: start.AddHours(12));
        await system.SubmitAsync(TestSystem.Request(TenantRequestKind.Renew, expiry: new(start.AddDays(20))));
        await system.SettleAsync(until: start.AddDays(19).AddHours(23));
        Assert.Equal(TenantPhase.Ready, (await system.TenantAsync()).Phase);
        Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantExpiring);

        await system.SettleAsync();
        Assert.Equal(TenantPhase.Offboarded, (await system.TenantAsync()).Phase);
    }

    [Fact]
    public async Task Cancel_WhileWaitingForTheRollout_CompensatesAtOnce()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.Rollout = new(RolloutCondition.Progressing, "web: 0 of 1 available"));
        await system.SubmitAsync(TestSystem.Onboard());
        await system.SettleAsync(until: system.Now.AddSeconds(300));

        Assert.Equal(SubmitOutcome.Accepted, (await system.ActAsync(TenantVerb.Cancel)).Outcome);

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Failed, "Canceled"), (tenant.Phase, tenant.LastError?.Code));
        Assert.Contains("ann", tenant.LastError!.Message, StringComparison.Ordinal);
        Assert.Contains(tenant.Audit, a => a.Verb == TenantVerb.Cancel);
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Cancel_WhileWaitingForThePool_Compensates()
    {
        await using var system = await TestSystem.StartAsync();
        await system.SubmitAsync(TestSystem.Onboard());
        await system.SettleAsync(until: system.Now);

        await system.ActAsync(TenantVerb.Cancel);

        Assert.Equal((TenantPhase.Failed, "Canceled"), ((await system.TenantAsync()).Phase, (await system.TenantAsync()).LastError?.Code));
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Skip_BlockedRollout_EndsTheStepAsAccepted()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.Rollout = new(RolloutCondition.Progressing, "web: 0 of 1 available"));
        await system.SubmitAsync(TestSystem.Onboard());
        await system.SettleAsync(until: system.Now.AddSeconds(300));

        await system.ActAsync(TenantVerb.Skip);

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, null), (tenant.Phase, tenant.LastError));
        Assert.Contains("wait for the rollout: web: 0 of 1 available", Assert.Single(tenant.LastOperation!.Skipped!), StringComparison.Ordinal);
        await OffboardLeavesNothingAsync(system);
    }

    [Fact]
    public async Task Skip_NamespaceThatStays_IsListedUntilItIsGone()
    {
        await using var system = await OnboardedAsync();
        await system.RunAsync(TestSystem.Onboard("beta"));
        system.Cloud.NamespaceBlocker = "example.com/hold";
        await system.SubmitAsync(TestSystem.Offboard());
        await system.SettleAsync(until: system.Now.AddSeconds(60));

        await system.ActAsync(TenantVerb.Skip);

        var tenant = await system.TenantAsync();
        Assert.Equal(TenantPhase.Offboarded, tenant.Phase);
        Assert.NotEmpty(tenant.Receipt!.Remaining!);
        Assert.True(Assert.Single(tenant.Leftovers).HasNamespace);
        system.Cloud.NamespaceBlocker = null;
        await system.ActAsync(TenantVerb.Compensate);
        Assert.Empty((await system.TenantAsync()).Leftovers);
        Assert.Equal("aks1/beta.1", Assert.Single(system.Cloud.Namespaces));
    }

    [Fact]
    public async Task ForceOffboard_RemovesOnlyNamedFinalizersAndRecordsThem()
    {
        await using var system = await OnboardedAsync();
        system.Cloud.NamespaceBlocker = "example.com/hold";
        await system.ActAsync(TenantVerb.ForceOffboard, finalizers: ["example.com/other"]);
        Assert.Equal(TenantPhase.TeardownFailed, (await system.TenantAsync()).Phase);

        await system.ActAsync(TenantVerb.ForceOffboard, finalizers: ["example.com/hold"]);

        var tenant = await system.TenantAsync();
        Assert.Equal(TenantPhase.Offboarded, tenant.Phase);
        Assert.Contains("example.com/hold", Assert.Single(tenant.Receipt!.RemovedFinalizers!), StringComparison.Ordinal);
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task ForceOffboard_WhileAnOffboardingWaits_TakesOver()
    {
        await using var system = await OnboardedAsync();
        system.Cloud.NamespaceBlocker = "example.com/hold";
        await system.SubmitAsync(TestSystem.Offboard());
        await system.SettleAsync(until: system.Now.AddSeconds(60));
        var running = (await system.TenantAsync()).Operation!;
        var arrivedAt = system.Now;

        var answer = await system.ActAsync(TenantVerb.ForceOffboard, finalizers: ["example.com/hold"]);

        Assert.Equal(running.Id, answer.CanceledOperationId);
        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Offboarded, TenantVerb.ForceOffboard), (tenant.Phase, tenant.LastOperation?.Verb));
        Assert.Equal("Canceled", tenant.Operations.Single(o => o.Id == running.Id).Error?.Code);
        Assert.Contains("example.com/hold", Assert.Single(tenant.Receipt!.RemovedFinalizers!), StringComparison.Ordinal);
        Assert.InRange(tenant.LastOperation!.StartedAt, arrivedAt, arrivedAt.AddSeconds(1));
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task ForceOffboard_WhileThePoolIsBeingDeleted_TakesOver()
    {
        await using var system = await OnboardedAsync();
        system.Cloud.Pods["aks1/kata1"] = 1;
        await system.SubmitAsync(TestSystem.Offboard());
        await system.SettleAsync(until: system.Now.AddSeconds(120));
        Assert.Empty(system.Cloud.Namespaces);

        await system.SubmitAsync(TenantVerb.ForceOffboard);
        await system.SettleAsync(until: system.Now.AddSeconds(60));
        system.Cloud.Pods.Clear();
        await system.SettleAsync();

        Assert.Equal((TenantPhase.Offboarded, TenantVerb.ForceOffboard), ((await system.TenantAsync()).Phase, (await system.TenantAsync()).LastOperation?.Verb));
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Reconcile_DeletedNamespace_IsMadeAgain()
    {
        await using var system = await OnboardedAsync();
        system.Cloud.RemoveNamespace("aks1", "acme", 1);

        await system.ActAsync(TenantVerb.Reconcile);

        Assert.Equal("aks1/acme.1", Assert.Single(system.Cloud.Namespaces));
        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, null, 1L), (tenant.Phase, tenant.LastError, tenant.AppliedRevision));
        await OffboardLeavesNothingAsync(system);
    }

    [Fact]
    public async Task Reconcile_SuspendedTenant_StaysAtZero()
    {
        await using var system = await OnboardedAsync();
        await system.ActAsync(TenantVerb.Suspend);

        await system.ActAsync(TenantVerb.Reconcile);

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Suspended, null), (tenant.Phase, tenant.LastError));
        Assert.Empty(system.Cloud.Pools);
        await OffboardLeavesNothingAsync(system);
    }

    [Fact]
    public async Task Onboard_ActivityIsRetried_SaysWhichWhyHowOftenAndWhen()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.Failures.Add(new(ActivityNames.ApplyNamespace, ErrorClass.Throttled, Calls: int.MaxValue)));
        await system.SubmitAsync(TestSystem.Onboard());
        await system.SettleAsync(until: system.Now.AddSeconds(200));

        var status = (await system.InstanceAsync("acme.1.1.onboard")).ReadCustomStatusAs<OperationStatus>()!;

        Assert.Equal("apply the namespace and its guardrails", status.Step);
        Assert.StartsWith("ApplyNamespace failed ", status.WaitingFor, StringComparison.Ordinal);
        Assert.Contains("injected", status.WaitingFor, StringComparison.Ordinal);
        Assert.Equal((ActivityNames.ApplyNamespace, ErrorClass.Throttled, 10), (status.Retry?.Activity, status.Retry?.ErrorClass, status.Retry?.MaxAttempts));
        Assert.InRange(status.Retry!.NextAt, system.Now, system.Now.AddMinutes(2));
    }

    [Fact]
    public async Task Onboard_FieldManagerConflict_IsNotRetried()
    {
        await using var system = await TestSystem.StartAsync(cloud =>
            cloud.Failures.Add(new(ActivityNames.ApplyNamespace, ErrorClass.Conflict, Calls: int.MaxValue, Code: "FieldManagerConflict")));

        await system.RunAsync(TestSystem.Onboard());

        Assert.Equal(1, system.Cloud.CallsOf(ActivityNames.ApplyNamespace));
        Assert.Equal("FieldManagerConflict", (await system.TenantAsync()).LastError?.Code);
    }

    [Fact]
    public async Task Onboard_FirstClustersPoolIsStuck_IsALeftoverThatTheOffboardingDeletes()
    {
        await using var system = await TestSystem.StartAsync(cloud =>
        {
            cloud.Clusters.Add(FakeCloud.Cluster("aks2"));
            cloud.PoolResults["aks1"] = new(Functions.Azure.Arm.PoolCondition.Failed, "no capacity", null, ErrorClass.Capacity, "ZonalAllocationFailed");
            cloud.DeletionFailures["aks1/kata1"] = new(Functions.Azure.Arm.PoolCondition.Failed, "pods don't drain", null, ErrorClass.Conflict, "PodDrainFailure");
        });
        await system.RunAsync(TestSystem.Onboard());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "aks2"), (tenant.Phase, tenant.Placement?.ClusterId));
        var left = Assert.Single(tenant.Leftovers);
        Assert.Equal(("aks1", "kata1", false), (left.Placement.ClusterId, left.Placement.PoolName, left.HasNamespace));

        system.Cloud.DeletionFailures.Clear();
        await OffboardLeavesNothingAsync(system);
        Assert.Empty((await system.TenantAsync()).Leftovers);
    }

    private static async Task<TestSystem> OnboardedAsync()
    {
        var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        Assert.Equal(TenantPhase.Ready, (await system.TenantAsync()).Phase);
        return system;
    }

    private static async Task OffboardLeavesNothingAsync(TestSystem system)
    {
        await system.RunAsync(TestSystem.Offboard());
        var tenant = await system.TenantAsync();
        Assert.True(tenant.Phase == TenantPhase.Offboarded, tenant.LastError?.Message);
        await system.AssertNothingLeftAsync();
    }
}
