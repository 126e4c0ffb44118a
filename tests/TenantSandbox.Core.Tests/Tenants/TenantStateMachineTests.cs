using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Tenants;

public sealed class TenantStateMachineTests
{
    private readonly TenantSteps _tenant = new();

    [Fact]
    public void Onboard_UnknownTenant_StartsFirstIncarnation()
    {
        var answer = _tenant.Onboard(5);

        Assert.Equal(SubmitOutcome.Accepted, answer.Outcome);
        Assert.Equal("acme.1.1.onboard", answer.OperationId);
        Assert.False(answer.IsWaiting);
        Assert.Equal("acme.1.1.onboard", _tenant.Started?.Id);
        Assert.Equal((TenantPhase.Onboarding, 1, 5L), (_tenant.State!.Phase, _tenant.State.Incarnation, _tenant.State.Revision));
        Assert.Same(TenantSteps.Spec, _tenant.State.Desired);
    }

    [Fact]
    public void Onboard_SameCommandAgain_IsDuplicateAndStartsNothing()
    {
        _tenant.Onboard(5, id: "c1");

        var answer = _tenant.Onboard(5, id: "c1");

        Assert.Equal((SubmitOutcome.Duplicate, "acme.1.1.onboard"), (answer.Outcome, answer.OperationId));
        Assert.Null(_tenant.Started);
    }

    [Fact]
    public void Onboard_SameContentOtherCommandId_IsDuplicate()
    {
        _tenant.Onboard(5);

        Assert.Equal(SubmitOutcome.Duplicate, _tenant.Onboard(5).Outcome);
    }

    [Fact]
    public void Onboard_SameRevisionOtherContent_IsConflict()
    {
        _tenant.Onboard(5, "a");

        var answer = _tenant.Onboard(5, "b");

        Assert.Equal((SubmitOutcome.Conflict, 5L), (answer.Outcome, answer.CurrentRevision));
        Assert.Null(_tenant.Started);
    }

    [Fact]
    public void Onboard_LowerRevision_IsStale()
    {
        _tenant.Onboard(5);
        _tenant.Succeed();

        Assert.Equal(SubmitOutcome.Stale, _tenant.Onboard(4).Outcome);
    }

    [Fact]
    public void Onboard_HigherRevisionOfOnboardedTenant_IsConflictThatNamesUpdate()
    {
        _tenant.Onboard(5);
        _tenant.Succeed();

        var answer = _tenant.Onboard(6);

        Assert.Equal((SubmitOutcome.Conflict, 5L), (answer.Outcome, _tenant.State!.Revision));
        Assert.Contains("update", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Complete_OnboardSucceeded_IsReadyWithPlacement()
    {
        _tenant.Onboard(5);
        _tenant.Succeed();

        Assert.Equal((TenantPhase.Ready, 5L), (_tenant.State!.Phase, _tenant.State.SettledRevision));
        Assert.Equal("kata1", _tenant.State.Placement?.PoolName);
        Assert.Null(_tenant.State.Operation);
        Assert.Equal(_tenant.Now, _tenant.State.LastOperation?.EndedAt);
    }

    [Fact]
    public void Complete_ReportOfAnotherOperation_ChangesNothing()
    {
        _tenant.Onboard(5);
        var before = _tenant.State;

        _tenant.Report(new("acme.1.9.onboard", true, null, null, null, _tenant.Now));

        Assert.Same(before, _tenant.State);
    }

    [Fact]
    public void Onboard_AfterFailure_SameRevisionShowsErrorAndHigherRevisionRetries()
    {
        _tenant.Onboard(5);
        _tenant.Fail();

        var again = _tenant.Onboard(5);
        var retry = _tenant.Onboard(6);

        Assert.Equal((SubmitOutcome.Duplicate, "AllocationFailed"), (again.Outcome, again.Error?.Code));
        Assert.Equal((SubmitOutcome.Accepted, "acme.2.2.onboard"), (retry.Outcome, retry.OperationId));
        Assert.Null(_tenant.State!.LastError);
    }

    [Fact]
    public void Offboard_WhileOnboarding_Waits()
    {
        _tenant.Onboard(5);

        var answer = _tenant.Offboard(6);

        Assert.Equal((SubmitOutcome.Accepted, true, "acme.1.2.offboard"), (answer.Outcome, answer.IsWaiting, answer.OperationId));
        Assert.Null(_tenant.Started);
        Assert.Equal("acme.1.2.offboard", _tenant.Succeed().Started?.Id);
        Assert.Equal(TenantPhase.Offboarding, _tenant.State!.Phase);
    }

    [Fact]
    public void Offboard_WithoutRevision_TakesNone()
    {
        _tenant.Onboard(5);
        _tenant.Succeed();

        Assert.Equal((SubmitOutcome.Accepted, 5L), (_tenant.Offboard().Outcome, _tenant.State!.Revision));
        Assert.Equal(SubmitOutcome.Duplicate, _tenant.Offboard().Outcome);
    }

    [Fact]
    public void Offboard_Succeeded_LeavesTombstoneThatRejectsLateOnboardings()
    {
        _tenant.Onboard(5);
        _tenant.Succeed();
        _tenant.Offboard(7);
        _tenant.Succeed();

        Assert.Equal(TenantPhase.Offboarded, _tenant.State!.Phase);
        Assert.Null(_tenant.State.Desired);
        Assert.NotNull(_tenant.State.Receipt);
        Assert.Equal(SubmitOutcome.Gone, _tenant.Onboard(5).Outcome);
        Assert.Equal(SubmitOutcome.Gone, _tenant.Onboard(7).Outcome);
        Assert.Equal(SubmitOutcome.Gone, _tenant.Offboard().Outcome);
        Assert.Equal("acme.2.3.onboard", _tenant.Onboard(8).OperationId);
    }

    [Fact]
    public void Offboard_AgainWithHigherRevision_RaisesTombstoneRevision()
    {
        _tenant.Onboard(5);
        _tenant.Succeed();
        _tenant.Offboard(7);
        _tenant.Succeed();

        Assert.Equal((SubmitOutcome.Gone, 9L), (_tenant.Offboard(9).Outcome, _tenant.State!.Revision));
        Assert.Equal(SubmitOutcome.Gone, _tenant.Onboard(8).Outcome);
    }

    [Fact]
    public void Offboard_UnknownTenantWithoutRevision_IsNotFoundAndStoresNothing()
    {
        Assert.Equal(SubmitOutcome.NotFound, _tenant.Offboard().Outcome);
        Assert.Null(_tenant.State);
    }

    [Fact]
    public void Offboard_UnknownTenantWithRevision_RejectsOlderOnboardings()
    {
        Assert.Equal(SubmitOutcome.NotFound, _tenant.Offboard(6).Outcome);

        Assert.Equal(SubmitOutcome.Gone, _tenant.Onboard(5).Outcome);
        Assert.Equal("acme.1.2.onboard", _tenant.Onboard(7).OperationId);
    }

    [Fact]
    public void Onboard_WhileOffboarding_WaitsAndBeginsNextIncarnation()
    {
        _tenant.Onboard(5);
        _tenant.Succeed();
        _tenant.Offboard(6);

        var answer = _tenant.Onboard(7);

        Assert.Equal((true, "acme.2.3.onboard"), (answer.IsWaiting, answer.OperationId));
        Assert.Equal("acme.2.3.onboard", _tenant.Succeed().Started?.Id);
        Assert.Null(_tenant.State!.Receipt);
    }

    [Fact]
    public void Offboard_WithWaitingCommands_SupersedesThem()
    {
        _tenant.Onboard(5);
        _tenant.Offboard(6, id: "six");
        _tenant.Onboard(7, id: "seven");

        var answer = _tenant.Offboard(8);

        Assert.Equal((true, "acme.1.4.offboard"), (answer.IsWaiting, answer.OperationId));
        Assert.Equal(8, Assert.Single(_tenant.State!.WaitingCommands).Revision);
        Assert.All(["six", "seven"], id => Assert.Equal(CommandStatus.Superseded, _tenant.State.Commands.Single(c => c.CommandId == id).Status));
        Assert.Contains("superseded", _tenant.Onboard(7, id: "seven").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Offboard_WhileOffboarding_JoinsTheRunningOne()
    {
        _tenant.Onboard(5);
        _tenant.Succeed();
        _tenant.Offboard(6);
        _tenant.Onboard(7);

        var answer = _tenant.Offboard(8);

        Assert.Equal((SubmitOutcome.Accepted, "acme.1.2.offboard", false), (answer.Outcome, answer.OperationId, answer.IsWaiting));
        Assert.Null(_tenant.Succeed().Started);
        Assert.Equal((TenantPhase.Offboarded, 8L, 8L), (_tenant.State!.Phase, _tenant.State.Revision, _tenant.State.SettledRevision));
    }

    [Fact]
    public void Complete_TeardownFailed_DropsWaitingOnboardingAndAllowsAnotherOffboarding()
    {
        _tenant.Onboard(5);
        _tenant.Succeed();
        _tenant.Offboard(6);
        _tenant.Onboard(7, id: "seven");

        _tenant.Fail(isClean: false);

        Assert.Equal(TenantPhase.TeardownFailed, _tenant.State!.Phase);
        Assert.Empty(_tenant.State.WaitingCommands);
        Assert.Equal(CommandStatus.Dropped, _tenant.State.Commands.Single(c => c.CommandId == "seven").Status);
        Assert.Equal("kata1", _tenant.State.Placement?.PoolName);
        Assert.Equal(SubmitOutcome.Conflict, _tenant.Onboard(8).Outcome);
        Assert.Equal("acme.1.4.offboard", _tenant.Offboard().OperationId);
    }

    [Fact]
    public void Complete_OnboardingNotCompensated_RunsWaitingOffboarding()
    {
        _tenant.Onboard(5);
        _tenant.Offboard(6);

        _tenant.Fail(isClean: false);

        Assert.Equal("acme.1.2.offboard", _tenant.Started?.Id);
        Assert.Equal("kata1", _tenant.State!.Placement?.PoolName);
    }
}
