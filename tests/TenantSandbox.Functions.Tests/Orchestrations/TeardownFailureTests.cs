using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>
/// Every activity of a forced offboarding and of a compensation fails at each of its calls: once and from then on, before and after it did
/// its work. Whatever the outcome, the operation ends; a failure that passes by itself changes nothing; after any other the tenant keeps its
/// phase and what is left, and the same operation again ends as promised.
/// </summary>
public sealed class TeardownFailureTests
{
    private const string Finalizer = "example.com/hold";
    private static readonly ErrorClass[] Classes = [ErrorClass.Transient, ErrorClass.Invalid];

    private static readonly string[] Teardown =
    [
        ActivityNames.DeleteWorkloads, ActivityNames.DeleteNamespace, ActivityNames.ReadNamespaceAbsence, ActivityNames.ReadPoolPods,
        ActivityNames.DeletePool, ActivityNames.ReadPool, ActivityNames.PublishEvent,
    ];

    public static TheoryData<string> TeardownActivities => [.. Teardown];

    public static TheoryData<string> ForcedActivities => [.. Teardown, ActivityNames.RemoveFinalizers];

    public static TheoryData<string> RepairActivities =>
    [
        ActivityNames.SelectClusters, ActivityNames.ReadPool, ActivityNames.ApplyNamespace, ActivityNames.ApplyWorkloads, ActivityNames.WatchRollout,
        ActivityNames.PublishEvent,
    ];

    [Theory]
    [MemberData(nameof(ForcedActivities))]
    public Task ForceOffboard_ActivityFails_EndsOffboardedOrIsRepeated(string activity) => RunAsync(
        activity,
        system =>
        {
            system.Cloud.NamespaceBlocker = Finalizer;
            return Task.CompletedTask;
        },
        system => system.ActAsync(TenantVerb.ForceOffboard, finalizers: [Finalizer]),
        TenantPhase.TeardownFailed,
        async system =>
        {
            Assert.Equal(TenantPhase.Offboarded, (await system.TenantAsync()).Phase);
            await system.AssertNothingLeftAsync();
        });

    [Theory]
    [MemberData(nameof(TeardownActivities))]
    public Task Compensate_FailedOffboarding_ActivityFails_EndsOffboardedOrIsRepeated(string activity) => RunAsync(
        activity,
        async system =>
        {
            system.Cloud.NamespaceBlocker = Finalizer;
            await system.RunAsync(TestSystem.Offboard());
            system.Cloud.NamespaceBlocker = null;
        },
        system => system.ActAsync(TenantVerb.Compensate),
        TenantPhase.TeardownFailed,
        async system =>
        {
            Assert.Equal(TenantPhase.Offboarded, (await system.TenantAsync()).Phase);
            await system.AssertNothingLeftAsync();
        });

    [Theory]
    [MemberData(nameof(RepairActivities))]
    public Task Compensate_FailedUpdate_ActivityFails_EndsReadyOrIsRepeated(string activity) => RunAsync(
        activity,
        async system =>
        {
            system.Cloud.Rollout = new(RolloutCondition.Failed, "nodes are gone", "NodeLost", ErrorClass.Transient);
            await system.RunAsync(TestSystem.Update());
            system.Cloud.Rollout = new(RolloutCondition.Ready, "ok");
        },
        system => system.ActAsync(TenantVerb.Compensate),
        TenantPhase.Ready,
        async system =>
        {
            var tenant = await system.TenantAsync();
            Assert.Equal((TenantPhase.Ready, 1L), (tenant.Phase, tenant.AppliedRevision));
            Assert.True(tenant.Conditions.IsTrue(TenantConditions.Ready));
            await system.RunAsync(TestSystem.Offboard());
            await system.AssertNothingLeftAsync();
        });

    /// <param name="phase">The tenant's phase after the operation has failed.</param>
    /// <param name="assertSuccess">What the operation promises.</param>
    private static async Task RunAsync(
        string activity, Func<TestSystem, Task> prepare, Func<TestSystem, Task> run, TenantPhase phase, Func<TestSystem, Task> assertSuccess)
    {
        var calls = await CountCallsAsync(activity, prepare, run);
        Assert.NotEqual(0, calls);
        foreach (var failure in Classes.SelectMany(c => Enumerable.Range(1, calls).SelectMany(n => FailuresOf(activity, c, n))))
        {
            await using var system = await StartAsync(prepare);
            system.Cloud.Failures.Add(failure with { FirstCall = failure.FirstCall + system.Cloud.CallsOf(activity) });
            await run(system);
            var tenant = await system.TenantAsync();
            try
            {
                Assert.Null(tenant.Operation);
                var mustPass = failure is { Calls: 1, ErrorClass: ErrorClass.Transient } || activity == ActivityNames.PublishEvent;
                Assert.True(tenant.LastError is null || !mustPass, "It is retried, or not needed.");
                system.Cloud.Failures.Clear();
                if (tenant.LastError is not null)
                {
                    Assert.Equal(phase, tenant.Phase);
                    await run(system);
                }

                tenant = await system.TenantAsync();
                Assert.Null(tenant.LastError);
                Assert.Empty(tenant.Leftovers);
                await assertSuccess(system);
            }
            catch (Xunit.Sdk.XunitException e)
            {
                throw new Xunit.Sdk.XunitException($"{failure} ended in {tenant.Phase}, {tenant.LastError}: {e.Message}", e);
            }
        }
    }

    private static async Task<int> CountCallsAsync(string activity, Func<TestSystem, Task> prepare, Func<TestSystem, Task> run)
    {
        await using var system = await StartAsync(prepare);
        var before = system.Cloud.CallsOf(activity);
        await run(system);
        return system.Cloud.CallsOf(activity) - before;
    }

    private static async Task<TestSystem> StartAsync(Func<TestSystem, Task> prepare)
    {
        var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        await prepare(system);
        return system;
    }

    private static IEnumerable<InjectedFailure> FailuresOf(string activity, ErrorClass errorClass, int call) =>
    [
        new(activity, errorClass, FirstCall: call),
        new(activity, errorClass, FirstCall: call, IsAfterCall: true),
        new(activity, errorClass, FirstCall: call, Calls: int.MaxValue),
    ];
}
