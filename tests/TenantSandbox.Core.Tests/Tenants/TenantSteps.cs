using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Tenants;

/// <summary>Drives one tenant through the state machine; each step takes one second.</summary>
internal sealed class TenantSteps
{
    public static readonly SpecRef Spec = SpecOf("nginx");

    private static readonly OperationTiming Timing = new(5, 60, 1800, 1800, 900, 900);
    private int _step;

    public TenantState? State { get; private set; }

    public TenantOperation? Started { get; private set; }

    public DateTimeOffset Now => DateTimeOffset.UnixEpoch.AddSeconds(_step);

    /// <summary>The reference to a spec with this image.</summary>
    public static SpecRef SpecOf(string image) => SpecRef.Of(
        new(TenantTier.Pooled, null, null, [new("web", image, 1, 500, 512, [], [], [], [], null)], []));

    public SubmitAnswer Onboard(long revision, string content = "a", string? id = null) =>
        Submit(new(TenantRequestKind.Onboard, "acme", revision, Spec, content), id);

    public SubmitAnswer Offboard(long? revision = null, string? id = null) =>
        Submit(new(TenantRequestKind.Offboard, "acme", revision, null, "offboard"), id);

    public SubmitAnswer Submit(TenantRequest request, string? id = null)
    {
        _step++;
        var (decision, answer) = TenantStateMachine.Submit(State, new(id ?? $"command-{_step}", request, Now));
        (State, Started) = (decision.State, decision.Start);
        return answer;
    }

    /// <summary>Ends the running operation successfully.</summary>
    public TenantSteps Succeed() => End(isClean: true, error: null);

    /// <summary>Fails the running operation; everything is compensated, or something is left over.</summary>
    public TenantSteps Fail(bool isClean = true) => End(isClean, TenantError.Create(ErrorClass.Capacity, "AllocationFailed", "No capacity."));

    public TenantSteps Report(OperationReport report)
    {
        var decision = OperationOutcomes.Complete(State, report);
        (State, Started) = (decision.State, decision.Start);
        return this;
    }

    private TenantSteps End(bool isClean, TenantError? error)
    {
        _step++;
        var isTeardown = State!.Operation!.Kind == TenantOperationKind.Offboard;
        var placement = isClean && (isTeardown || error is not null) ? null : new TenantPlacement("aks1", "westeurope", "kata1", Timing);
        var receipt = isTeardown && error is null ? new TeardownReceipt("aks1", Now, "kata1", null, Now) : null;
        return Report(new(State.Operation.Id, isClean, placement, error, receipt, Now));
    }
}
