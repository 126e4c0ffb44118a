using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>
/// Every activity fails with every class of error, and at its first and second call, before and after it did its work, once and
/// permanently. Whatever the outcome, it is published once and true: ready, or compensated, or known to have left resources; and an
/// offboarding after the failures leaves nothing.
/// </summary>
public sealed class FailureInjectionTests
{
    public static TheoryData<string> OnboardActivities =>
    [
        ActivityNames.SelectClusters, ActivityNames.EnsurePool, ActivityNames.ReadPool, ActivityNames.CheckAdmission, ActivityNames.ApplyNamespace,
        ActivityNames.ApplyWorkloads, ActivityNames.WatchRollout, ActivityNames.PublishEvent,
    ];

    public static TheoryData<string> OffboardActivities =>
    [
        ActivityNames.DeleteWorkloads, ActivityNames.DeleteNamespace, ActivityNames.ReadNamespaceAbsence,
        ActivityNames.DeletePool, ActivityNames.ReadPool, ActivityNames.PublishEvent,
    ];

    [Theory]
    [MemberData(nameof(OnboardActivities))]
    public async Task Onboard_ActivityFails_EndsReadyOrCompensated(string activity)
    {
        foreach (var failure in FailuresOf(activity))
        {
            await using var system = await TestSystem.StartAsync(cloud => cloud.Failures.Add(failure));
            await system.RunAsync(TestSystem.Onboard());
            await CheckAsync(system, failure, TenantPhase.Ready, EventTypes.TenantReady);
        }
    }

    [Fact]
    public async Task Onboard_BaselineOfTheClusterFails_EndsReadyOrCompensated()
    {
        foreach (var failure in FailuresOf(ActivityNames.ApplyClusterBaseline))
        {
            await using var system = await TestSystem.StartAsync(cloud =>
            {
                cloud.WithoutBaseline.Add("aks1");
                cloud.Failures.Add(failure);
            });
            await system.RunAsync(TestSystem.Onboard());
            await CheckAsync(system, failure, TenantPhase.Ready, EventTypes.TenantReady);
        }
    }

    [Theory]
    [MemberData(nameof(OffboardActivities))]
    public async Task Offboard_ActivityFails_EndsOffboardedOrTeardownFailed(string activity)
    {
        foreach (var failure in FailuresOf(activity))
        {
            await using var system = await TestSystem.StartAsync();
            await system.RunAsync(TestSystem.Onboard());
            system.Cloud.Failures.Add(failure with { FirstCall = failure.FirstCall + system.Cloud.CallsOf(activity) });
            await system.RunAsync(TestSystem.Offboard());
            await CheckAsync(system, failure, TenantPhase.Offboarded, EventTypes.TenantOffboarded);
        }
    }

    [Theory]
    [MemberData(nameof(OffboardActivities))]
    public async Task Compensation_ActivityFails_EndsCompensatedOrTeardownFailed(string activity)
    {
        foreach (var failure in FailuresOf(activity))
        {
            await using var system = await TestSystem.StartAsync(cloud =>
            {
                cloud.Rollout = new(RolloutCondition.Failed, "bad image");
                cloud.Failures.Add(failure);
            });
            await system.RunAsync(TestSystem.Onboard());
            await CheckAsync(system, failure, TenantPhase.Failed, EventTypes.TenantFailed);
        }
    }

    private static IEnumerable<InjectedFailure> FailuresOf(string activity) =>
        InjectedFailure.Variations(activity, [null, .. Enum.GetValues<ErrorClass>()]);

    private static async Task CheckAsync(TestSystem system, InjectedFailure failure, TenantPhase success, string successEvent)
    {
        var tenant = await system.TenantAsync();
        Assert.Null(tenant.Operation);
        Assert.True(
            tenant.Phase == success || tenant.Phase is TenantPhase.Failed or TenantPhase.TeardownFailed, $"{failure} ended in {tenant.Phase}");
        if (failure is { Calls: 1, ErrorClass: ErrorClass.Throttled or ErrorClass.Conflict or ErrorClass.Transient })
        {
            Assert.True(tenant.Phase == success, $"{failure} is retried, but ended in {tenant.Phase}: {tenant.LastError?.Message}");
        }

        var terminal = system.Cloud.Events.Where(e => e.Data.GetValueOrDefault("operationId") == tenant.LastOperation!.Id).ToArray();
        if (failure is { Activity: ActivityNames.PublishEvent, Calls: int.MaxValue })
        {
            Assert.Empty(terminal);
        }
        else
        {
            Assert.Equal(tenant.Phase == success ? successEvent : EventTypes.TenantFailed, Assert.Single(terminal).Type);
        }

        if (tenant.Phase is TenantPhase.Failed or TenantPhase.Offboarded)
        {
            await system.AssertNothingLeftAsync();
        }

        system.Cloud.Failures.Clear();
        await system.RunAsync(TestSystem.Offboard());
        tenant = await system.TenantAsync();
        Assert.True(tenant.Phase == TenantPhase.Offboarded, $"after {failure}, offboarding ended in {tenant.Phase}: {tenant.LastError?.Message}");
        await system.AssertNothingLeftAsync();
    }
}
