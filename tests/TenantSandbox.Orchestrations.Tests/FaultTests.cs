using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions;

namespace TenantSandbox.Orchestrations.Tests;

/// <summary>
/// Every activity fails with every class of error, at its first and second call, before and after it has done its work, once
/// and for good. Whatever the end, it is told once and is true: ready, or undone, or known to be left over, and then a
/// teardown after the fault leaves nothing.
/// </summary>
public sealed class FaultTests
{
    private static readonly string[] OnboardActivities =
    [
        ActivityNames.SelectClusters, ActivityNames.EnsurePool, ActivityNames.ReadPool, ActivityNames.ApplyNamespace,
        ActivityNames.ApplyWorkloads, ActivityNames.WatchRollout, ActivityNames.PublishEvent,
    ];

    private static readonly string[] OffboardActivities =
    [
        ActivityNames.DeleteWorkloads, ActivityNames.DeleteNamespace, ActivityNames.ReadNamespaceAbsence,
        ActivityNames.DeletePool, ActivityNames.ReadPool, ActivityNames.PublishEvent,
    ];

    public static TheoryData<string> DuringOnboard => [.. OnboardActivities];

    public static TheoryData<string> DuringOffboard => [.. OffboardActivities];

    [Theory]
    [MemberData(nameof(DuringOnboard))]
    public async Task Onboard_ActivityFails_EndsReadyOrUndone(string activity)
    {
        foreach (var fault in FaultsOf(activity))
        {
            await using var world = await World.StartAsync(cloud => cloud.Faults.Add(fault));
            await world.RunAsync(World.Onboard());
            await CheckAsync(world, fault, TenantPhase.Ready, EventTypes.TenantReady);
        }
    }

    [Theory]
    [MemberData(nameof(DuringOffboard))]
    public async Task Offboard_ActivityFails_EndsGoneOrKnownToBeLeft(string activity)
    {
        foreach (var fault in FaultsOf(activity))
        {
            await using var world = await World.StartAsync();
            await world.RunAsync(World.Onboard());
            world.Cloud.Faults.Add(fault with { FirstCall = fault.FirstCall + world.Cloud.CallsOf(activity) });
            await world.RunAsync(World.Offboard());
            await CheckAsync(world, fault, TenantPhase.Offboarded, EventTypes.TenantOffboarded);
        }
    }

    /// <summary>The rollout fails, and undoing that meets a fault.</summary>
    [Theory]
    [MemberData(nameof(DuringOffboard))]
    public async Task Undo_ActivityFails_EndsUndoneOrKnownToBeLeft(string activity)
    {
        foreach (var fault in FaultsOf(activity))
        {
            await using var world = await World.StartAsync(cloud =>
            {
                cloud.Rollout = new(Functions.Tenants.RolloutCondition.Failed, "bad image");
                cloud.Faults.Add(fault);
            });
            await world.RunAsync(World.Onboard());
            await CheckAsync(world, fault, TenantPhase.Failed, EventTypes.TenantFailed);
        }
    }

    private static IEnumerable<Fault> FaultsOf(string activity)
    {
        ErrorClass?[] classes = [null, .. Enum.GetValues<ErrorClass>().Cast<ErrorClass?>()];
        foreach (var errorClass in classes)
        {
            yield return new(activity, errorClass);
            yield return new(activity, errorClass, FirstCall: 2);
            yield return new(activity, errorClass, AnswerLost: true);
            yield return new(activity, errorClass, Calls: int.MaxValue);
        }
    }

    private static async Task CheckAsync(World world, Fault fault, TenantPhase good, string goodEvent)
    {
        var tenant = await world.TenantAsync();
        Assert.Null(tenant.Operation);
        Assert.True(
            tenant.Phase == good || tenant.Phase is TenantPhase.Failed or TenantPhase.TeardownFailed, $"{fault} ended in {tenant.Phase}");
        if (fault is { Calls: 1, ErrorClass: ErrorClass.Throttled or ErrorClass.Conflict or ErrorClass.Transient })
        {
            Assert.True(tenant.Phase == good, $"{fault} passes by itself, but ended in {tenant.Phase}: {tenant.LastError?.Message}");
        }

        var terminal = world.Cloud.Events.Where(e => e.Data.GetValueOrDefault("operationId") == tenant.LastOperation!.Id).ToArray();
        if (fault is { Activity: ActivityNames.PublishEvent, Calls: int.MaxValue })
        {
            Assert.Empty(terminal);
        }
        else
        {
            Assert.Equal(tenant.Phase == good ? goodEvent : EventTypes.TenantFailed, Assert.Single(terminal).Type);
        }

        if (tenant.Phase is TenantPhase.Failed or TenantPhase.Offboarded)
        {
            await world.AssertNothingLeftAsync();
        }

        world.Cloud.Faults.Clear();
        await world.RunAsync(World.Offboard());
        Assert.True((await world.TenantAsync()).Phase == TenantPhase.Offboarded, $"{fault} can't be cleaned up: {(await world.TenantAsync()).LastError?.Message}");
        await world.AssertNothingLeftAsync();
    }
}
