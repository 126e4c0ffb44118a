using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Pools;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Testing;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>
/// The worker process ends during every call of every activity and entity, before and after the call did its work, and during each one's
/// first call several times in a row. Orchestrations get the Functions host's failures, which aren't the tenant's fault: every operation
/// must still succeed.
/// </summary>
public sealed class WorkerExitTests
{
    private const int Burst = 4;

    public static TheoryData<string> InOnboardAndOffboard => [.. CalledWhenARolloutFails, ActivityNames.ReadNamespaceAbsence];

    public static TheoryData<string> InCompensation => [.. CalledWhenARolloutFails];

    private static string[] CalledWhenARolloutFails =>
    [
        ActivityNames.SelectClusters, ActivityNames.EnsurePool, ActivityNames.ReadPool, ActivityNames.CheckAdmission, ActivityNames.ApplyNamespace,
        ActivityNames.ApplyWorkloads, ActivityNames.WatchRollout, ActivityNames.PublishEvent, ActivityNames.DeleteWorkloads,
        ActivityNames.DeleteNamespace, ActivityNames.DeletePool, nameof(TenantEntity), nameof(ClusterEntity),
    ];

    [Theory]
    [MemberData(nameof(InOnboardAndOffboard))]
    public async Task OnboardAndOffboard_WorkerExitsDuringACall_Succeed(string function)
    {
        var calls = await CallsOfAsync(function, failRollout: false);
        foreach (var exit in ExitsOf(function, calls))
        {
            await using var system = await TestSystem.StartAsync();
            system.Hub.WorkerExits.Add(exit);
            await system.RunAsync(TestSystem.Onboard());
            await AssertPhaseAsync(system, TenantPhase.Ready, exit);
            await system.RunAsync(TestSystem.Offboard());
            await AssertPhaseAsync(system, TenantPhase.Offboarded, exit);
            await system.AssertNothingLeftAsync();
        }
    }

    [Theory]
    [MemberData(nameof(InCompensation))]
    public async Task Compensation_WorkerExitsDuringACall_LeavesNothing(string function)
    {
        var calls = await CallsOfAsync(function, failRollout: true);
        foreach (var exit in ExitsOf(function, calls))
        {
            await using var system = await TestSystem.StartAsync(FailRollout);
            system.Hub.WorkerExits.Add(exit);
            await system.RunAsync(TestSystem.Onboard());
            await AssertPhaseAsync(system, TenantPhase.Failed, exit);
            Assert.Equal("RolloutFailed", (await system.TenantAsync()).LastError?.Code);
            await system.AssertNothingLeftAsync();
        }
    }

    private static IEnumerable<WorkerExit> ExitsOf(string function, int calls)
    {
        yield return new(function, 1, Burst);
        for (var call = 1; call <= calls; call++)
        {
            yield return new(function, call);
            yield return new(function, call, IsAfterCall: true);
        }
    }

    private static async Task<int> CallsOfAsync(string function, bool failRollout)
    {
        await using var system = await TestSystem.StartAsync(failRollout ? FailRollout : null);
        await system.RunAsync(TestSystem.Onboard());
        if (!failRollout)
        {
            await system.RunAsync(TestSystem.Offboard());
        }

        var calls = system.Hub.WorkerExits.CallsOf(function);
        Assert.True(calls > 0, $"{function} is never called");
        return calls;
    }

    private static void FailRollout(FakeCloud cloud) => cloud.Rollout = new(RolloutCondition.Failed, "bad image");

    private static async Task AssertPhaseAsync(TestSystem system, TenantPhase expected, WorkerExit exit)
    {
        var tenant = await system.TenantAsync();
        Assert.True(
            tenant.Phase == expected && tenant.Operation is null,
            $"{exit}: the tenant is {tenant.Phase} (running: {tenant.Operation?.Id}): {tenant.LastError?.Message}");
        Assert.Empty(system.Cloud.Violations);
    }
}
