using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Tenants;

public sealed class TenantQuarantineTests
{
    private static readonly TenantError NotIsolated = TenantError.Create(ErrorClass.Invalid, "IsolationFailed", "1 check failed.");

    private readonly TenantSteps _tenant = new();

    public TenantQuarantineTests()
    {
        _tenant.Onboard(5);
        _tenant.Succeed();
    }

    private TenantState State => _tenant.State!;

    [Fact]
    public void Complete_VerificationThatFailed_QuarantinesAndSaysWhy()
    {
        Begin(TenantVerb.Verify);

        End(NotIsolated, new(false, "1 check failed.", _tenant.Now, "image-1", IsQuarantined: true));

        Assert.Equal((TenantPhase.Quarantined, NotIsolated), (State.Phase, State.LastError));
        Assert.Equal((ConditionStatus.False, "CheckFailed"), StatusOf(TenantConditions.Isolated));
        Assert.Equal((ConditionStatus.False, "Quarantined"), StatusOf(TenantConditions.Ready));
        Assert.Equal((_tenant.Now, "image-1"), (State.VerifiedAt, State.VerifiedNodeImage));
        Assert.NotNull(State.Placement);
    }

    [Fact]
    public void Complete_VerificationThatPassed_StaysReady()
    {
        Begin(TenantVerb.Verify);

        End(null, new(true, "40 checks passed.", _tenant.Now));

        Assert.Equal((TenantPhase.Ready, null), (State.Phase, State.LastError));
        Assert.Equal((ConditionStatus.True, "Verified"), StatusOf(TenantConditions.Isolated));
    }

    [Fact]
    public void Complete_VerificationThatCouldNotTell_StaysReadyAndIsUnknown()
    {
        Begin(TenantVerb.Verify);

        End(TenantError.Create(ErrorClass.Transient, "NoAnswer", "No answer."), null);

        Assert.Equal(TenantPhase.Ready, State.Phase);
        Assert.Equal((ConditionStatus.Unknown, "NoAnswer"), StatusOf(TenantConditions.Isolated));
        Assert.True(State.Conditions.IsTrue(TenantConditions.Ready));
        Assert.Null(State.VerifiedAt);
    }

    [Fact]
    public void Complete_LiftThatFails_StaysQuarantined()
    {
        Quarantine();
        _tenant.Act(TenantVerb.LiftQuarantine);

        End(NotIsolated, new(false, "1 check failed.", _tenant.Now));

        Assert.Equal(TenantPhase.Quarantined, State.Phase);
    }

    [Fact]
    public void Act_RetryOfAQuarantinedTenant_LiftsTheQuarantine()
    {
        Quarantine();

        _tenant.Act(TenantVerb.Retry);

        Assert.Equal((TenantOperationKind.Reconcile, TenantVerb.LiftQuarantine), (State.Operation?.Kind, State.Operation?.Verb));
        End(null, new(true, "40 checks passed.", _tenant.Now));
        Assert.Equal((TenantPhase.Ready, null), (State.Phase, State.LastError));
        Assert.True(State.Conditions.IsTrue(TenantConditions.Isolated));
    }

    [Theory]
    [InlineData(TenantVerb.Reconcile)]
    [InlineData(TenantVerb.Verify)]
    [InlineData(TenantVerb.Suspend)]
    [InlineData(TenantVerb.Resume)]
    [InlineData(TenantVerb.Compensate)]
    public void Act_OtherCommandsOfAQuarantinedTenant_AreConflicts(TenantVerb verb)
    {
        Quarantine();

        Assert.Equal(SubmitOutcome.Conflict, _tenant.Act(verb).Outcome);
    }

    [Fact]
    public void Observe_RepairOfAQuarantinedTenant_StartsNothing()
    {
        Quarantine();

        var (decision, answer) = TenantObservations.Observe(
            State, new("acme", State.Incarnation, State.Sequence, [], "NetworkPolicy/tenant-network is missing.", null, _tenant.Now));

        Assert.Equal((true, null), (answer.IsCurrent, answer.OperationId));
        Assert.Null(decision.Start);
        Assert.Equal(TenantPhase.Quarantined, decision.State!.Phase);
    }

    [Fact]
    public void Act_OffboardOfAQuarantinedTenant_Starts()
    {
        Quarantine();

        Assert.Equal(SubmitOutcome.Accepted, _tenant.Act(TenantVerb.Offboard).Outcome);
        Assert.Equal(TenantPhase.Offboarding, State.Phase);
    }

    private void Quarantine()
    {
        Begin(TenantVerb.Verify);
        End(NotIsolated, new(false, "1 check failed.", _tenant.Now, IsQuarantined: true));
    }

    private void Begin(TenantVerb verb) => Assert.Equal(SubmitOutcome.Accepted, _tenant.Act(verb).Outcome);

    private void End(TenantError? error, IsolationOutcome? isolation) =>
        _tenant.Report(new(State.Operation!.Id, error is null, State.Placement, error, null, _tenant.Now, Isolation: isolation));

    private (ConditionStatus, string) StatusOf(string type) => State.Conditions.Find(type) is { } c ? (c.Status, c.Reason) : throw new InvalidOperationException(type);
}
