using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>What a request or command would do now. Nothing is changed for it.</summary>
/// <param name="Answer">The answer that it would get; the operation's id is the one it would have.</param>
/// <param name="Operation">The operation that would start or wait; null for none.</param>
/// <param name="PhaseAfter">The tenant's phase right after it; null for an unknown tenant.</param>
/// <param name="Applied">The spec that runs now; null for none.</param>
/// <param name="Desired">The spec that would be wanted; null for none.</param>
/// <param name="Placement">Where the tenant runs now; null for nowhere.</param>
/// <param name="Expiry">The expiry that would hold; null for none.</param>
/// <param name="IsSpecChanged">Whether the wanted spec differs from the one that runs.</param>
public sealed record TenantPreview(
    [property: JsonPropertyName("answer")] SubmitAnswer Answer,
    [property: JsonPropertyName("operation")] TenantOperationKind? Operation,
    [property: JsonPropertyName("phaseAfter")] TenantPhase? PhaseAfter,
    [property: JsonPropertyName("applied")] SpecRef? Applied,
    [property: JsonPropertyName("desired")] SpecRef? Desired,
    [property: JsonPropertyName("placement")] TenantPlacement? Placement,
    [property: JsonPropertyName("expiry")] TenantExpiry? Expiry,
    [property: JsonPropertyName("isSpecChanged")] bool IsSpecChanged)
{
    /// <summary>Previews a request of a sender.</summary>
    public static TenantPreview Of(TenantState? state, TenantCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var request = command.Request.Upgrade();
        return Of(state, TenantStateMachine.Submit(state, command), request.Spec, request.Expiry);
    }

    /// <summary>Previews a command of an operator.</summary>
    public static TenantPreview Of(TenantState? state, OperatorCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return Of(state, TenantStateMachine.Act(state, command), null, command.Expiry);
    }

    private static TenantPreview Of(TenantState? before, (TenantDecision Decision, SubmitAnswer Answer) result, SpecRef? spec, TenantExpiry? expiry)
    {
        var (decision, answer) = result;
        var isAccepted = answer.Outcome is SubmitOutcome.Accepted or SubmitOutcome.Done;
        var after = decision.State;
        var desired = isAccepted && spec is not null ? spec : after?.Desired;
        return new(
            answer,
            isAccepted && answer.OperationId is { } id && TenantOperation.TryParseId(id, out _, out var kind) ? kind : null,
            after?.Phase,
            before?.Upgrade().Applied,
            desired,
            before?.Placement,
            isAccepted && (spec is not null || expiry is not null) ? expiry : after?.Expiry,
            desired is not null && desired != before?.Upgrade().Applied);
    }
}
