using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Isolation;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Maintenance;

namespace TenantSandbox.Functions.Tests.Orchestrations;

public sealed class IsolationOrchestrationTests
{
    private static readonly IsolationVerdict NotIsolated = new(
        false, 38, 1, 2, ["probe.kernel of node-1: expected not 6.6.137.mshv2-2.azl3, observed 6.6.137.mshv2-2.azl3."], RunsOutsideGuest: true);

    private static readonly IsolationVerdict Opened = new(false, 38, 1, 2, ["network.foreign of tenant-acme: expected nothing more, observed a policy."]);

    public static TheoryData<string> Activities =>
        [ActivityNames.StartProbes, ActivityNames.WatchProbes, ActivityNames.JudgeIsolation, ActivityNames.DeleteProbes, ActivityNames.CloseNetwork];

    [Fact]
    public async Task Onboard_Isolated_IsReadyWithTheConditionAndAShortHistory()
    {
        await using var system = await TestSystem.StartAsync(c => c.Probes = new(true, 2, 120));
        await system.RunAsync(TestSystem.Onboard("first"));

        await system.RunAsync(TestSystem.Onboard("second"));

        var tenant = await system.TenantAsync("second");
        Assert.Equal(TenantPhase.Ready, tenant.Phase);
        var condition = tenant.Conditions.Find(TenantConditions.Isolated)!;
        Assert.Equal((ConditionStatus.True, "Verified", "40 checks passed, 2 warned."), (condition.Status, condition.Reason, condition.Message));
        Assert.Equal("AKSAzureLinux-V3katagen2-202611.01.0", tenant.VerifiedNodeImage);
        Assert.Equal(ReportCause.Onboarding, system.Cloud.Verifications[^1].Cause);
        Assert.Equal("second.1.1.onboard.isolation", system.Cloud.Verifications[^1].InstanceId);
        Assert.Empty(system.Cloud.RunningProbes);
        // Four more than without: the verification has a history of its own.
        Assert.InRange((await system.Hub.RecordAsync("second.1.1.onboard")).Events.Count, 10, 48);
    }

    [Fact]
    public async Task Onboard_NotIsolated_IsUndoneAndSaysWhy()
    {
        await using var system = await TestSystem.StartAsync(c => (c.Probes, c.Verdict) = (new(true, 1, 120), NotIsolated));

        await system.RunAsync(TestSystem.Onboard());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Failed, "IsolationFailed", ErrorClass.Invalid), (tenant.Phase, tenant.LastError?.Code, tenant.LastError?.ErrorClass));
        Assert.Contains("probe.kernel of node-1", tenant.LastError!.Message, StringComparison.Ordinal);
        var published = system.Cloud.Events.Single(e => e.Type == EventTypes.TenantFailed);
        Assert.Equal(("IsolationFailed", tenant.LastError.Message), (published.Data["code"], published.Data["message"]));
        Assert.Empty(system.Cloud.RunningProbes);
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Rebuild_ClosedNamespace_StaysQuarantinedAndIsNotRepaired()
    {
        await using var system = await TestSystem.StartAsync();
        system.Cloud.Strangers.Add(new(
            "tenant-acme", "uid", "tenantsandbox", "acme", 1, 5, null, null, false, DateTimeOffset.UnixEpoch, false, IsQuarantined: true));
        var settings = new MaintenanceSettings(100, TimeSpan.Zero, TimeSpan.FromHours(1), false, TimeSpan.FromDays(30), TimeSpan.FromHours(4));
        foreach (var task in (MaintenanceTask[])[MaintenanceTask.Rebuild, MaintenanceTask.ReconcileTenants])
        {
            await system.Hub.Client.ScheduleNewOrchestrationInstanceAsync(
                $"{task}Orchestration", new MaintenanceInput(task, settings, "ann"), new StartOrchestrationOptions(task.ToInstanceId()));
            await system.SettleAsync(system.Now.AddHours(1));
        }

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Quarantined, null), (tenant.Phase, tenant.Operation));
        Assert.Equal(0, system.Cloud.CallsOf(ActivityNames.ApplyNamespace));
    }

    [Fact]
    public async Task Onboard_VerificationIsOff_IsReadyWithoutTheCondition()
    {
        await using var system = await TestSystem.StartAsync(c => (c.Probes, c.Verdict) = (new(false, 0, 0), NotIsolated));

        await system.RunAsync(TestSystem.Onboard());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, null), (tenant.Phase, tenant.Conditions.Find(TenantConditions.Isolated)));
        Assert.Equal(0, system.Cloud.CallsOf(ActivityNames.JudgeIsolation));
    }

    [Fact]
    public async Task Onboard_PodsMoveWhileTheyAreProbed_AreProbedAgain()
    {
        await using var system = await TestSystem.StartAsync(c => (c.Probes, c.PodMoves) = (new(true, 1, 120), 2));

        await system.RunAsync(TestSystem.Onboard());

        Assert.Equal(TenantPhase.Ready, (await system.TenantAsync()).Phase);
        Assert.Equal((3, 3), (system.Cloud.CallsOf(ActivityNames.StartProbes), system.Cloud.CallsOf(ActivityNames.JudgeIsolation)));
        Assert.Equal(2, Assert.Single(system.Cloud.Verifications).Attempt);
        Assert.Empty(system.Cloud.RunningProbes);
    }

    [Fact]
    public async Task Onboard_ProbesThatNeverEnd_AreJudgedAfterTheirTime()
    {
        await using var system = await TestSystem.StartAsync(c => (c.Probes, c.ProbePolls) = (new(true, 1, 120), int.MaxValue));
        var started = system.Now;

        await system.RunAsync(TestSystem.Onboard());

        Assert.Equal(1, system.Cloud.CallsOf(ActivityNames.JudgeIsolation));
        Assert.Empty(system.Cloud.RunningProbes);
        Assert.InRange(system.Now - started, TimeSpan.FromSeconds(120), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Update_NotIsolated_ReturnsToThePreviousRevision()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        system.Cloud.Verdict = Opened;

        await system.RunAsync(TestSystem.Update());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, 1L, "IsolationFailed"), (tenant.Phase, tenant.AppliedRevision, tenant.LastError?.Code));
        Assert.Equal(TestSystem.Onboard().Spec!.Hash, system.Cloud.AppliedSpec("aks1/acme.1"));
    }

    [Fact]
    public async Task Resume_NotIsolated_ScalesToZeroAgain()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        await system.ActAsync(TenantVerb.Suspend);
        system.Cloud.Verdict = NotIsolated;

        await system.ActAsync(TenantVerb.Resume);

        Assert.Equal((TenantPhase.Suspended, "IsolationFailed"), ((await system.TenantAsync()).Phase, (await system.TenantAsync()).LastError?.Code));
    }

    [Fact]
    public async Task Verify_NetworkOpened_ClosesAndQuarantinesAndKeepsTheReplicas()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        system.Cloud.Verdict = Opened;

        var answer = await system.ActAsync(TenantVerb.Verify);

        Assert.Equal("acme.1.2.verify", answer.OperationId);
        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Quarantined, "IsolationFailed"), (tenant.Phase, tenant.LastError?.Code));
        Assert.StartsWith("Every connection of its pods is closed. 1 checks of its isolation failed.", tenant.LastError!.Message, StringComparison.Ordinal);
        Assert.Equal(["aks1/acme.1"], system.Cloud.ClosedNamespaces);
        Assert.Equal(0, system.Cloud.CallsOf(ActivityNames.SuspendWorkloads));
        var published = Assert.Single(system.Cloud.Events, e => e.Type == EventTypes.TenantQuarantined);
        Assert.Equal(("IsolationFailed", "acme.1.2.verify"), (published.Data["code"], published.Data["operationId"]));
        Assert.DoesNotContain(system.Cloud.Events, e => e.Type == EventTypes.TenantFailed);
        Assert.Equal(ReportCause.OnDemand, system.Cloud.Verifications[^1].Cause);
    }

    [Fact]
    public async Task Verify_PodOutsideOfAGuest_AlsoScalesToZeroBeforeItCloses()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        system.Cloud.Verdict = NotIsolated;

        await system.ActAsync(TenantVerb.Verify);

        Assert.Equal(TenantPhase.Quarantined, (await system.TenantAsync()).Phase);
        Assert.Equal(1, system.Cloud.CallsOf(ActivityNames.SuspendWorkloads));
        Assert.Equal(["aks1/acme.1"], system.Cloud.ClosedNamespaces);
    }

    [Fact]
    public async Task Quarantined_Reconciled_IsNotOpened()
    {
        await using var system = await QuarantinedAsync();
        system.Cloud.RemoveNamespace("aks1", "acme", 1);

        var settings = new MaintenanceSettings(100, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), false, TimeSpan.FromDays(30), TimeSpan.FromHours(4), TimeSpan.FromDays(30));
        await system.Hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "ReconcileTenantsOrchestration", new MaintenanceInput(MaintenanceTask.ReconcileTenants, settings, null),
            new StartOrchestrationOptions(MaintenanceTask.ReconcileTenants.ToInstanceId()));
        await system.SettleAsync();

        Assert.Equal(TenantPhase.Quarantined, (await system.TenantAsync()).Phase);
        Assert.Empty(system.Cloud.Namespaces);
        Assert.Equal(SubmitOutcome.Conflict, (await system.ActAsync(TenantVerb.Reconcile)).Outcome);
    }

    [Fact]
    public async Task Repair_WorkloadStopsBeforeItIsVerified_FailsWithoutClosing()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        system.Cloud.Verdict = new(false, 39, 1, 2, ["pod.running of tenant-acme/web: expected at least 1, observed 0."], IsOnlyNotRunning: true);

        await system.ActAsync(TenantVerb.Reconcile);

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "IsolationFailed"), (tenant.Phase, tenant.LastError?.Code));
        Assert.False(tenant.Conditions.IsTrue(TenantConditions.Ready));
        Assert.Empty(system.Cloud.ClosedNamespaces);
    }

    [Fact]
    public async Task Lift_IsolatedAgain_OpensAndIsReady()
    {
        await using var system = await QuarantinedAsync();
        system.Cloud.Verdict = new(true, 40, 0, 2, []);

        await system.ActAsync(TenantVerb.LiftQuarantine);

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, null), (tenant.Phase, tenant.LastError));
        Assert.True(tenant.Conditions.IsTrue(TenantConditions.Isolated));
        Assert.Empty(system.Cloud.ClosedNamespaces);
        await system.Hub.VerifyReplaysAsync();
    }

    [Fact]
    public async Task Lift_StillNotIsolated_IsClosedAgainAndStaysQuarantined()
    {
        await using var system = await QuarantinedAsync();

        await system.ActAsync(TenantVerb.LiftQuarantine);

        Assert.Equal(TenantPhase.Quarantined, (await system.TenantAsync()).Phase);
        Assert.Equal(["aks1/acme.1"], system.Cloud.ClosedNamespaces);
        await system.Hub.VerifyReplaysAsync();
    }

    [Theory]
    [InlineData(true, "OperationLost")]
    [InlineData(false, "OperationTimeout")]
    public async Task Lift_TerminatedOrOverdue_IsClosedAgainAndStaysQuarantinedUntilALiftEndsWell(bool isTerminated, string code)
    {
        await using var system = await QuarantinedAsync();
        system.Cloud.Verdict = new(true, 40, 0, 2, []);
        system.Cloud.Rollout = new(RolloutCondition.Progressing, "0 of 1 available");
        await system.SubmitAsync(TenantVerb.LiftQuarantine);
        await system.SettleAsync(until: system.Now.AddSeconds(120));
        Assert.Empty(system.Cloud.ClosedNamespaces);

        if (isTerminated)
        {
            await system.Hub.Client.TerminateInstanceAsync((await system.TenantAsync()).Operation!.Id);
        }

        var timeout = isTerminated ? TimeSpan.FromHours(4) : TimeSpan.FromSeconds(30);
        var settings = new MaintenanceSettings(100, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), false, TimeSpan.FromDays(30), timeout, TimeSpan.FromDays(30));
        await system.Hub.Client.ScheduleNewOrchestrationInstanceAsync(
            "WatchdogOrchestration", new MaintenanceInput(MaintenanceTask.Watchdog, settings, null), new StartOrchestrationOptions(MaintenanceTask.Watchdog.ToInstanceId()));
        await system.SettleAsync();

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Quarantined, null, code), (tenant.Phase, tenant.Operation, tenant.LastError?.Code));
        Assert.StartsWith("Every connection of its pods is closed.", tenant.LastError!.Message, StringComparison.Ordinal);
        Assert.Equal(["aks1/acme.1"], system.Cloud.ClosedNamespaces);
        system.Cloud.Rollout = new(RolloutCondition.Ready, "ok");
        await system.ActAsync(TenantVerb.LiftQuarantine);
        Assert.Equal(TenantPhase.Ready, (await system.TenantAsync()).Phase);
        Assert.Empty(system.Cloud.ClosedNamespaces);
        await system.Hub.VerifyReplaysAsync();
    }

    [Fact]
    public async Task Lift_WatchdogRunsAgainWhileItIsSettled_IsSettledOnce()
    {
        await using var system = await QuarantinedAsync();
        system.Cloud.Rollout = new(RolloutCondition.Progressing, "0 of 1 available");
        await system.SubmitAsync(TenantVerb.LiftQuarantine);
        await system.SettleAsync(until: system.Now.AddSeconds(120));
        await system.Hub.Client.TerminateInstanceAsync((await system.TenantAsync()).Operation!.Id);
        var (started, closed) = (system.Now, system.Cloud.CallsOf(ActivityNames.CloseNetwork));
        var settings = new MaintenanceSettings(100, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), false, TimeSpan.FromDays(30), TimeSpan.FromHours(4), TimeSpan.FromDays(30));

        foreach (var until in (DateTimeOffset[])[started.AddMinutes(4), started.AddMinutes(7)])
        {
            await system.Hub.Client.ScheduleNewOrchestrationInstanceAsync(
                "WatchdogOrchestration", new MaintenanceInput(MaintenanceTask.Watchdog, settings, null), new StartOrchestrationOptions(MaintenanceTask.Watchdog.ToInstanceId()));
            await system.SettleAsync(until);
        }

        Assert.Null((await system.TenantAsync()).Operation);
        Assert.Equal(closed + 2, system.Cloud.CallsOf(ActivityNames.CloseNetwork));
    }

    [Fact]
    public async Task Offboard_Quarantined_LeavesNothing()
    {
        await using var system = await QuarantinedAsync();

        await system.RunAsync(TestSystem.Offboard());

        Assert.Equal(TenantPhase.Offboarded, (await system.TenantAsync()).Phase);
        await system.AssertNothingLeftAsync();
    }

    [Theory]
    [MemberData(nameof(Activities))]
    public async Task Onboard_ActivityFails_EndsReadyOrUndoneWithoutAProbe(string activity)
    {
        foreach (var failure in InjectedFailure.Variations(activity, [null, .. Enum.GetValues<ErrorClass>()]))
        {
            await using var system = await TestSystem.StartAsync(c => c.Probes = new(true, 1, 120));
            system.Cloud.Failures.Add(failure);
            await system.RunAsync(TestSystem.Onboard());

            var tenant = await system.TenantAsync();
            Assert.True(tenant.Phase is TenantPhase.Ready or TenantPhase.Failed, $"{failure} ended in {tenant.Phase}");
            if (failure is { Calls: 1, ErrorClass: ErrorClass.Throttled or ErrorClass.Conflict or ErrorClass.Transient })
            {
                Assert.True(tenant.Phase == TenantPhase.Ready, $"{failure} is retried, but ended in {tenant.Phase}: {tenant.LastError?.Message}");
            }

            if (activity != ActivityNames.DeleteProbes)
            {
                Assert.Empty(system.Cloud.RunningProbes);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Activities))]
    public async Task Verify_ActivityFails_IsNeverReadyAndNotIsolated(string activity)
    {
        foreach (var failure in InjectedFailure.Variations(activity, [null, .. Enum.GetValues<ErrorClass>()]))
        {
            await using var system = await TestSystem.StartAsync(c => c.Probes = new(true, 1, 120));
            await system.RunAsync(TestSystem.Onboard());
            system.Cloud.Verdict = Opened;
            system.Cloud.Failures.Add(failure with { FirstCall = failure.FirstCall + system.Cloud.CallsOf(activity) });

            await system.ActAsync(TenantVerb.Verify);

            var tenant = await system.TenantAsync();
            var isolated = tenant.Conditions.Find(TenantConditions.Isolated)!.Status;
            Assert.True(
                (tenant.Phase, isolated) is (TenantPhase.Quarantined, ConditionStatus.False) or (TenantPhase.Ready, ConditionStatus.Unknown),
                $"{failure} ended in {tenant.Phase}, isolated {isolated}: {tenant.LastError?.Message}");
            if (activity is ActivityNames.CloseNetwork or ActivityNames.DeleteProbes)
            {
                Assert.True(tenant.Phase == TenantPhase.Quarantined, $"{failure} ended in {tenant.Phase}");
            }
        }
    }

    [Fact]
    public async Task Verify_WorkerExitsInEveryActivity_StillQuarantines()
    {
        foreach (var activity in (string[])[ActivityNames.StartProbes, ActivityNames.WatchProbes, ActivityNames.JudgeIsolation, ActivityNames.DeleteProbes, ActivityNames.CloseNetwork])
        {
            await using var system = await TestSystem.StartAsync(c => c.Probes = new(true, 1, 120));
            await system.RunAsync(TestSystem.Onboard());
            system.Cloud.Verdict = Opened;
            system.Hub.WorkerExits.Add(new(activity, Calls: 2));

            await system.ActAsync(TenantVerb.Verify);

            Assert.Equal((activity, TenantPhase.Quarantined), (activity, (await system.TenantAsync()).Phase));
            Assert.Empty(system.Cloud.RunningProbes);
        }
    }

    private static async Task<TestSystem> QuarantinedAsync()
    {
        var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        system.Cloud.Verdict = Opened;
        await system.ActAsync(TenantVerb.Verify);
        Assert.Equal(TenantPhase.Quarantined, (await system.TenantAsync()).Phase);
        return system;
    }
}
