using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Tenants;

/// <summary>Drives one tenant through the state machine; each step takes one second.</summary>
internal sealed class TenantSteps
{
    public static readonly SpecRef Spec = SpecOf("nginx");

    public static readonly TenantPlacement Placement = new("aks1", "westeurope", "kata1", new(5, 60, 1800, 1800, 900, 900), 1);

    private int _step;

    public TenantState? State { get; private set; }

    public TenantOperation? Started { get; private set; }

    public TenantNotice? Notice { get; private set; }

    public static TenantExpiry Expiry => new(DateTimeOffset.UnixEpoch.AddDays(30));

    public DateTimeOffset Now => DateTimeOffset.UnixEpoch.AddSeconds(_step);

    /// <summary>The reference to a spec with this image.</summary>
    public static SpecRef SpecOf(string image) => SpecRef.Of(
        new(TenantTier.Pooled, null, null, [new("web", image, 1, 500, 512, [], [], [], [], null)], []));

    public SubmitAnswer Onboard(long revision, string content = "a", string? id = null) =>
        Submit(new(TenantRequestKind.Onboard, "acme", revision, Spec, content), id);

    public SubmitAnswer Offboard(long? revision = null, string? id = null) =>
        Submit(new(TenantRequestKind.Offboard, "acme", revision, null, "offboard"), id);

    public SubmitAnswer Update(long revision, string content = "b", string? id = null, TenantExpiry? expiry = null) =>
        Submit(new(TenantRequestKind.Update, "acme", revision, SpecOf(content), content, expiry), id);

    /// <summary>A request without a spec.</summary>
    public SubmitAnswer Request(TenantRequestKind kind, long? revision = null) =>
        Submit(new(kind, "acme", revision, null, kind.ToWireName(), kind == TenantRequestKind.Renew ? Expiry : null));

    public SubmitAnswer Act(TenantVerb verb, string? operationId = null, IReadOnlyList<string>? finalizers = null)
    {
        _step++;
        var expiry = verb == TenantVerb.Renew ? Expiry : null;
        var command = new OperatorCommand($"command-{_step}", "acme", verb, "ann", "test", Now, "http", operationId, expiry, finalizers);
        var (decision, answer) = TenantStateMachine.Act(State, command);
        Apply(decision);
        return answer;
    }

    public TenantObservationAnswer Observe(bool quarantine = false, string? repair = "drifted")
    {
        _step++;
        var error = quarantine ? TenantError.Create(null, "NotIsolated", "A pod runs without isolation.") : null;
        var (decision, answer) = TenantObservations.Observe(State, new("acme", State?.Incarnation ?? 1, State?.Sequence ?? 1, [], repair, error, Now));
        Apply(decision);
        return answer;
    }

    public TenantSteps Expire(DateTimeOffset? now = null)
    {
        Apply(TenantExpiryRules.Expire(State, now ?? Now));
        return this;
    }

    public SubmitAnswer Submit(TenantRequest request, string? id = null)
    {
        _step++;
        var (decision, answer) = TenantStateMachine.Submit(State, new(id ?? $"command-{_step}", request, Now));
        Apply(decision);
        return answer;
    }

    /// <summary>Ends the running operation successfully.</summary>
    public TenantSteps Succeed() => End(isClean: true, error: null);

    /// <summary>Fails the running operation; everything is compensated, or something is left over.</summary>
    public TenantSteps Fail(bool isClean = true) => End(isClean, TenantError.Create(ErrorClass.Capacity, "AllocationFailed", "No capacity."));

    public TenantSteps Report(OperationReport report)
    {
        var decision = OperationOutcomes.Complete(State, report);
        Apply(decision);
        return this;
    }

    private void Apply(TenantDecision decision) => (State, Started, Notice) = (decision.State, decision.Start, decision.Notice);

    private TenantSteps End(bool isClean, TenantError? error)
    {
        _step++;
        var isTeardown = State!.Operation!.Kind == TenantOperationKind.Offboard;
        var isLive = State.Phase is not (TenantPhase.Onboarding or TenantPhase.Offboarding or TenantPhase.TeardownFailed);
        var placement = !isLive && isClean && (isTeardown || error is not null) ? null : Placement;
        var receipt = isTeardown && error is null ? new TeardownReceipt("aks1", Now, "kata1", null, Now) : null;
        return Report(new(State.Operation.Id, isClean, placement, error, receipt, Now));
    }
}
