using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>
/// Every activity of an update, a suspension, a resumption and a reconcile fails, at its first and second call, before and after it did
/// its work, once and permanently. Whatever the outcome, the operation ends, the tenant is where its phase says, a compensation or a retry
/// repairs it once the failures are over, and an offboarding leaves nothing.
/// </summary>
public sealed class LifecycleFailureTests
{
    private static readonly ErrorClass?[] Classes = [null, ErrorClass.Transient, ErrorClass.Conflict, ErrorClass.Capacity, ErrorClass.Invalid];

    public static TheoryData<string> RolloutActivities =>
    [
        ActivityNames.SelectClusters, ActivityNames.EnsurePool, ActivityNames.ReadPool, ActivityNames.CheckAdmission, ActivityNames.ApplyNamespace, ActivityNames.ApplyWorkloads,
        ActivityNames.WatchRollout, ActivityNames.DeletePool, ActivityNames.PublishEvent,
    ];

    public static TheoryData<string> SuspensionActivities =>
        [ActivityNames.SuspendWorkloads, ActivityNames.WatchSuspension, ActivityNames.DeletePool, ActivityNames.PublishEvent];

    [Theory]
    [MemberData(nameof(RolloutActivities))]
    public Task Update_ActivityFails_EndsUpdatedOrRolledBack(string activity) => RunAsync(
        activity, _ => Task.CompletedTask, system => system.RunAsync(TestSystem.Update(tier: TenantTier.Dedicated)), TenantPhase.Ready, tenant =>
        {
            Assert.Equal(tenant.LastError is null ? 2 : 1, tenant.AppliedRevision);
            Assert.Equal(2, tenant.Revision);
        });

    [Theory]
    [MemberData(nameof(RolloutActivities))]
    public Task Reconcile_ActivityFails_EndsReady(string activity) => RunAsync(
        activity,
        _ => Task.CompletedTask,
        system =>
        {
            system.Cloud.RemoveNamespace("aks1", "acme", 1);
            return system.ActAsync(TenantVerb.Reconcile);
        },
        TenantPhase.Ready,
        tenant => Assert.Equal(1, tenant.AppliedRevision));

    [Theory]
    [MemberData(nameof(SuspensionActivities))]
    public Task Suspend_ActivityFails_EndsSuspendedOrReady(string activity) => RunAsync(
        activity, _ => Task.CompletedTask, system => system.ActAsync(TenantVerb.Suspend), null, tenant =>
            Assert.Equal(tenant.LastError is null ? TenantPhase.Suspended : TenantPhase.Ready, tenant.Phase));

    [Theory]
    [MemberData(nameof(RolloutActivities))]
    public Task Resume_ActivityFails_EndsReadyOrSuspended(string activity) => RunAsync(
        activity, system => system.ActAsync(TenantVerb.Suspend), system => system.ActAsync(TenantVerb.Resume), null, tenant =>
            Assert.Equal(tenant.LastError is null ? TenantPhase.Ready : TenantPhase.Suspended, tenant.Phase));

    private static async Task RunAsync(string activity, Func<TestSystem, Task> prepare, Func<TestSystem, Task> run, TenantPhase? phase, Action<TenantState> check)
    {
        foreach (var failure in InjectedFailure.Variations(activity, Classes))
        {
            await using var system = await TestSystem.StartAsync();
            await system.RunAsync(TestSystem.Onboard());
            await prepare(system);
            system.Cloud.Failures.Add(failure with { FirstCall = failure.FirstCall + system.Cloud.CallsOf(activity) });
            await run(system);
            var tenant = await system.TenantAsync();
            try
            {
                Assert.Null(tenant.Operation);
                Assert.Equal(phase ?? tenant.Phase, tenant.Phase);
                check(tenant);
                if (failure is { Calls: 1, ErrorClass: ErrorClass.Transient or ErrorClass.Conflict })
                {
                    Assert.Null(tenant.LastError);
                }

                system.Cloud.Failures.Clear();
                await RepairAsync(system, tenant);
                await system.RunAsync(TestSystem.Offboard());
                Assert.Equal(TenantPhase.Offboarded, (await system.TenantAsync()).Phase);
                await system.AssertNothingLeftAsync();
            }
            catch (Xunit.Sdk.XunitException e)
            {
                throw new Xunit.Sdk.XunitException($"{failure} ended in {tenant.Phase}, {tenant.LastError}: {e.Message}", e);
            }
        }
    }

    private static async Task RepairAsync(TestSystem system, TenantState failed)
    {
        if (failed.Leftovers.Count > 0)
        {
            await system.ActAsync(TenantVerb.Compensate);
            Assert.Empty((await system.TenantAsync()).Leftovers);
        }

        if (failed.LastError is not null && failed.Leftovers.Count == 0)
        {
            Assert.Equal(SubmitOutcome.Accepted, (await system.ActAsync(TenantVerb.Retry)).Outcome);
            Assert.Null((await system.TenantAsync()).LastError);
        }
    }
}
