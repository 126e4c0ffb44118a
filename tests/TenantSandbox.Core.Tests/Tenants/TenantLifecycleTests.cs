using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Tenants;

/// <summary>Update, suspend, resume, expiry and what operators ask of a tenant.</summary>
public sealed class TenantLifecycleTests
{
    private readonly TenantSteps _tenant = new();

    public TenantLifecycleTests()
    {
        _tenant.Onboard(5);
        _tenant.Succeed();
    }

    private TenantState State => _tenant.State!;

    [Fact]
    public void Update_Succeeded_IsWhatRuns()
    {
        var answer = _tenant.Update(6);
        Assert.Equal((SubmitOutcome.Accepted, "acme.1.2.update", TenantPhase.Updating), (answer.Outcome, answer.OperationId, State.Phase));
        Assert.Equal(5, State.AppliedRevision);

        _tenant.Succeed();

        Assert.Equal((TenantPhase.Ready, 6L, 6L), (State.Phase, State.Revision, State.AppliedRevision));
        Assert.Equal(TenantSteps.SpecOf("b"), State.Applied);
    }

    [Fact]
    public void Update_Failed_ReturnsToThePreviousRevisionAndKeepsTheFence()
    {
        _tenant.Update(6);
        _tenant.Fail();

        Assert.Equal((TenantPhase.Ready, 6L, 5L), (State.Phase, State.Revision, State.AppliedRevision));
        Assert.Equal((TenantSteps.Spec, TenantSteps.SpecOf("b")), (State.Applied, State.Desired));
        Assert.Equal("AllocationFailed", State.LastError?.Code);
        Assert.Equal("RolledBack", State.Conditions.Find(TenantConditions.Ready)?.Reason);
        Assert.Equal(SubmitOutcome.Stale, _tenant.Update(5).Outcome);
    }

    [Fact]
    public void Retry_AfterFailedUpdate_HasTheSameTarget()
    {
        _tenant.Update(6);
        _tenant.Fail();

        var answer = _tenant.Act(TenantVerb.Retry);

        Assert.Equal((SubmitOutcome.Accepted, "acme.1.3.update"), (answer.Outcome, answer.OperationId));
        _tenant.Succeed();
        Assert.Equal((6L, TenantSteps.SpecOf("b")), (State.AppliedRevision, State.Applied));
        Assert.Equal(SubmitOutcome.Conflict, _tenant.Act(TenantVerb.Retry).Outcome);
    }

    [Fact]
    public void Update_WhileAnotherWaits_SupersedesIt()
    {
        _tenant.Update(6);
        _tenant.Update(7, "c", "seven");
        _tenant.Update(8, "d");

        Assert.Equal(8, Assert.Single(State.WaitingCommands).Revision);
        Assert.Equal(CommandStatus.Superseded, State.Commands.Single(c => c.CommandId == "seven").Status);
        Assert.Equal("acme.1.4.update", _tenant.Succeed().Started?.Id);
    }

    [Fact]
    public void Update_WhileSuspended_TakesEffectWithTheResume()
    {
        _tenant.Request(TenantRequestKind.Suspend);
        _tenant.Succeed();

        Assert.Equal(SubmitOutcome.Done, _tenant.Update(6).Outcome);
        Assert.Equal((TenantPhase.Suspended, 5L, 6L), (State.Phase, State.AppliedRevision, State.DesiredRevision));

        _tenant.Request(TenantRequestKind.Resume);
        _tenant.Succeed();
        Assert.Equal((TenantPhase.Ready, 6L), (State.Phase, State.AppliedRevision));
    }

    [Fact]
    public void Update_WhileSuspendingFails_IsRolledOut()
    {
        _tenant.Request(TenantRequestKind.Suspend);
        Assert.True(_tenant.Update(6).IsWaiting);

        Assert.Equal("acme.1.3.update", _tenant.Fail().Started?.Id);
    }

    [Fact]
    public void Suspend_ThenResume_TakeNoRevision()
    {
        Assert.Equal("acme.1.2.suspend", _tenant.Act(TenantVerb.Suspend).OperationId);
        _tenant.Succeed();
        Assert.Equal(TenantPhase.Suspended, State.Phase);
        Assert.Equal(SubmitOutcome.Done, _tenant.Act(TenantVerb.Suspend).Outcome);

        Assert.Equal("acme.1.3.resume", _tenant.Act(TenantVerb.Resume).OperationId);
        _tenant.Fail();
        Assert.Equal((TenantPhase.Suspended, 5L), (State.Phase, State.Revision));
    }

    [Fact]
    public void Resume_WhileItWaits_IsSupersededByASuspend()
    {
        _tenant.Act(TenantVerb.Suspend);
        _tenant.Act(TenantVerb.Resume);

        Assert.Equal(SubmitOutcome.Done, _tenant.Act(TenantVerb.Suspend).Outcome);

        Assert.Empty(State.WaitingCommands);
        _tenant.Succeed();
        Assert.Equal((TenantPhase.Suspended, null), (State.Phase, State.Operation));
    }

    [Fact]
    public void Submit_LongSource_IsShortenedInTheAuditTrail()
    {
        var request = new TenantRequest(TenantRequestKind.Onboard, "acme", 1, TenantSteps.Spec, "a");
        var decision = TenantStateMachine.Submit(null, new("c1", request, DateTimeOffset.UnixEpoch, new string('s', 1024))).Decision;
        Assert.Equal(new string('s', 128) + "…", decision.State!.Audit[^1].Source);
        Assert.Equal(decision.State.Audit[^1].Source, decision.State.Audit[^1].Actor);
    }

    [Fact]
    public void Act_Operator_IsInTheAuditTrailWithActorAndReason()
    {
        _tenant.Act(TenantVerb.Suspend);

        var entry = State.Audit[^1];
        Assert.Equal(("ann", "test", false, TenantVerb.Suspend, "acme.1.2.suspend"), (entry.Actor, entry.Reason, entry.IsVerified, entry.Verb, entry.OperationId));
        Assert.Equal((TenantVerb.Onboard, 5L), (State.Audit[0].Verb, State.Audit[0].Revision));
    }

    [Fact]
    public void Cancel_RunningOperation_IsRecordedAndNamesIt()
    {
        _tenant.Update(6);

        Assert.Equal((SubmitOutcome.Accepted, "acme.1.2.update"), (_tenant.Act(TenantVerb.Cancel).Outcome, _tenant.Act(TenantVerb.Skip, "acme.1.2.update").OperationId));
        Assert.Equal(SubmitOutcome.Conflict, _tenant.Act(TenantVerb.Cancel, "acme.1.1.onboard").Outcome);
        Assert.Equal(TenantPhase.Updating, State.Phase);
    }

    [Fact]
    public void Cancel_WaitingOperation_NeverStarts()
    {
        _tenant.Update(6);
        _tenant.Update(7, "c");

        Assert.Equal(SubmitOutcome.Done, _tenant.Act(TenantVerb.Cancel, "acme.1.3.update").Outcome);

        Assert.Null(_tenant.Succeed().Started);
        Assert.Equal(6, State.AppliedRevision);
    }

    [Fact]
    public void ForceOffboard_WhileAnOffboardingRuns_CancelsItAndStartsWhenItFails()
    {
        var running = _tenant.Offboard().OperationId;
        var answer = _tenant.Act(TenantVerb.ForceOffboard, finalizers: ["example.com/hold"]);

        Assert.Equal((true, running), (answer.IsWaiting, answer.CanceledOperationId));
        Assert.Contains(running!, answer.Message, StringComparison.Ordinal);
        Assert.Equal(["example.com/hold"], _tenant.Fail(isClean: false).Started?.Finalizers);
    }

    [Fact]
    public void ForceOffboard_WhileAnUpdateRuns_WaitsForIt()
    {
        _tenant.Update(6);
        var answer = _tenant.Act(TenantVerb.ForceOffboard);

        Assert.Equal((true, null), (answer.IsWaiting, answer.CanceledOperationId));
    }

    [Fact]
    public void Compensate_AfterFailedOffboarding_IsAnotherOffboarding()
    {
        _tenant.Offboard();
        _tenant.Fail(isClean: false);
        Assert.Equal("acme.1.3.offboard", _tenant.Act(TenantVerb.Compensate).OperationId);

        _tenant.Succeed();

        Assert.Equal(TenantPhase.Offboarded, State.Phase);
        Assert.Equal(SubmitOutcome.Conflict, _tenant.Act(TenantVerb.Compensate).Outcome);
    }

    [Fact]
    public void Compensate_WhileAnOffboardingRuns_IsThatOffboarding()
    {
        _tenant.Offboard();

        var answer = _tenant.Act(TenantVerb.Compensate);

        Assert.Equal((SubmitOutcome.Duplicate, "acme.1.2.offboard"), (answer.Outcome, answer.OperationId));
        _tenant.Fail(isClean: false);
        Assert.Null(State.Operation);
    }

    [Fact]
    public void Complete_ReporterKnowsNothing_KeepsEveryAttemptedPlacement()
    {
        _tenant.Update(6);
        var attempt = new TenantLeftover(1, TenantSteps.Placement with { ClusterId = "aks2", PoolName = null, Sequence = 2 }, true, null, _tenant.Now);
        var attempted = OperationOutcomes.Attempt(State, new("acme.1.2.update", attempt));

        var settled = OperationOutcomes.Complete(attempted, new("acme.1.2.update", false, null, TenantError.Create(null, "OperationLost", "Lost."), null, _tenant.Now)).State!;

        Assert.Equal("aks2", Assert.Single(settled.Leftovers).Placement.ClusterId);
        Assert.Contains("acme.1.2.update", settled.Leftovers[0].Reason, StringComparison.Ordinal);
        Assert.Equal((TenantPhase.Ready, "aks1"), (settled.Phase, settled.Placement?.ClusterId));
    }

    [Fact]
    public void Observe_Drift_StartsOneReconcile()
    {
        Assert.Equal("acme.1.2.reconcile", _tenant.Observe().OperationId);
        Assert.Equal(TenantPhase.Ready, State.Phase);
        Assert.False(_tenant.Observe().IsCurrent);
        _tenant.Fail();

        Assert.Equal((TenantPhase.Ready, ConditionStatus.False), (State.Phase, State.Conditions.Find(TenantConditions.Ready)?.Status));
        Assert.Equal("acme.1.3.reconcile", _tenant.Observe().OperationId);
        _tenant.Succeed();
        Assert.True(State.Conditions.IsTrue(TenantConditions.Ready));
    }

    [Fact]
    public void Observe_Quarantine_BlocksChangesUntilItIsLifted()
    {
        _tenant.Observe(quarantine: true);
        Assert.Equal((TenantPhase.Quarantined, EventTypes.TenantQuarantined), (State.Phase, _tenant.Notice?.EventType));
        Assert.Equal(SubmitOutcome.Conflict, _tenant.Update(6).Outcome);

        Assert.Equal("acme.1.2.reconcile", _tenant.Act(TenantVerb.LiftQuarantine).OperationId);
        Assert.Equal(TenantPhase.Quarantined, State.Phase);
        Assert.Equal(SubmitOutcome.Duplicate, _tenant.Act(TenantVerb.LiftQuarantine).Outcome);
        _tenant.Succeed();
        Assert.Equal((TenantPhase.Ready, null), (State.Phase, State.LastError));
    }

    [Theory]
    [InlineData(ExpiryAction.Offboard, "acme.1.2.offboard")]
    [InlineData(ExpiryAction.Suspend, "acme.1.2.suspend")]
    public void Expire_Due_PublishesTheNoticeFirstThenActs(ExpiryAction action, string operationId)
    {
        var expiresAt = _tenant.Now.AddDays(10);
        _tenant.Submit(new(TenantRequestKind.Renew, "acme", null, null, "renew", new(expiresAt, action)));
        Assert.Equal(_tenant.Now + TenantExpiryRules.MaxDelay, State.ExpiryCheckAt);

        _tenant.Expire(State.ExpiryCheckAt);
        Assert.Equal((null, expiresAt.AddDays(-1)), (_tenant.Notice, State.ExpiryCheckAt));
        _tenant.Expire(State.ExpiryCheckAt);
        Assert.Equal((EventTypes.TenantExpiring, expiresAt), (_tenant.Notice?.EventType, State.ExpiryCheckAt));
        Assert.Null(_tenant.Started);
        _tenant.Expire(State.ExpiryCheckAt);

        Assert.Equal(operationId, _tenant.Started?.Id);
        _tenant.Expire(expiresAt.AddHours(2));
        Assert.Null(_tenant.Started);
    }

    [Fact]
    public void Resume_ExpiredTenant_NeedsARenewal()
    {
        _tenant.Submit(new(TenantRequestKind.Renew, "acme", null, null, "renew", new(_tenant.Now, ExpiryAction.Suspend)));
        _tenant.Expire();
        _tenant.Succeed();

        var answer = _tenant.Act(TenantVerb.Resume);
        Assert.Equal(SubmitOutcome.Conflict, answer.Outcome);
        Assert.Contains("Renew", answer.Message, StringComparison.Ordinal);
        _tenant.Act(TenantVerb.Renew);
        Assert.Equal(SubmitOutcome.Accepted, _tenant.Act(TenantVerb.Resume).Outcome);
    }

    [Fact]
    public void Update_WithoutExpiry_RemovesItOnceItSucceeds()
    {
        _tenant.Act(TenantVerb.Renew);
        _tenant.Update(6);
        Assert.NotNull(State.Expiry);
        _tenant.Fail();
        Assert.NotNull(State.Expiry);
        _tenant.Act(TenantVerb.Retry);
        _tenant.Succeed();

        Assert.Null(State.Expiry);
    }

    [Fact]
    public void Rebuild_UnknownTenantWithoutSpec_BlocksWritesUntilAnUpdate()
    {
        var found = new TenantRebuild("acme", 3, 7, null, "hash", TenantSteps.Placement, false, false, _tenant.Now, _tenant.Now, "ann");

        var state = TenantObservations.Rebuild(null, found)!;

        Assert.Equal((TenantPhase.Ready, 3, 7L), (state.Phase, state.Incarnation, state.Revision));
        Assert.True(state.Conditions.IsTrue(TenantConditions.SpecUnknown));
        Assert.Same(state, TenantObservations.Rebuild(state, found));
        var suspend = TenantStateMachine.Act(state, new("c", "acme", TenantVerb.Suspend, "ann", "test", _tenant.Now)).Answer;
        Assert.Equal(SubmitOutcome.Conflict, suspend.Outcome);
        var update = TenantStateMachine.Submit(state, new("u", new(TenantRequestKind.Update, "acme", 8, TenantSteps.Spec, "x"), _tenant.Now)).Answer;
        Assert.Equal(SubmitOutcome.Accepted, update.Outcome);
    }

    [Fact]
    public void Rebuild_QuarantinedTenant_StaysClosedUntilAPersonLiftsIt()
    {
        var found = new TenantRebuild("acme", 3, 7, TenantSteps.Spec, "hash", TenantSteps.Placement, false, false, _tenant.Now, _tenant.Now, "ann", IsQuarantined: true);

        var state = TenantObservations.Rebuild(null, found)!;

        Assert.Equal(TenantPhase.Quarantined, state.Phase);
        var update = TenantStateMachine.Submit(state, new("u", new(TenantRequestKind.Update, "acme", 8, TenantSteps.Spec, "x"), _tenant.Now)).Answer;
        Assert.Equal(SubmitOutcome.Conflict, update.Outcome);
        var lift = TenantStateMachine.Act(state, new("c", "acme", TenantVerb.LiftQuarantine, "ann", "test", _tenant.Now)).Answer;
        Assert.Equal(SubmitOutcome.Accepted, lift.Outcome);
    }

    [Fact]
    public void Preview_Update_ChangesNothingAndSaysWhatWouldStart()
    {
        var before = State;
        var preview = TenantPreview.Of(before, new TenantCommand("c", new(TenantRequestKind.Update, "acme", 6, TenantSteps.SpecOf("b"), "b"), _tenant.Now));

        Assert.Equal((SubmitOutcome.Accepted, TenantOperationKind.Update, true), (preview.Answer.Outcome, preview.Operation, preview.IsSpecChanged));
        Assert.Same(before, State);
    }

    [Fact]
    public void Compact_Tombstone_KeepsWhatRecognizesLateRequests()
    {
        _tenant.Offboard(7);
        _tenant.Succeed();

        var compact = TenantObservations.Compact(State)!;

        Assert.Empty(compact.Commands);
        Assert.Equal(SubmitOutcome.Gone, TenantStateMachine.Submit(compact, new("late", new(TenantRequestKind.Onboard, "acme", 6, TenantSteps.Spec, "a"), _tenant.Now)).Answer.Outcome);
        Assert.InRange(System.Text.Json.JsonSerializer.Serialize(compact).Length, 1, 1_000);
    }
}
