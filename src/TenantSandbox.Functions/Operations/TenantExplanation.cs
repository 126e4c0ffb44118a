using System.Text.Json.Serialization;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>Why a tenant is as it is, and what happens next, as <c>GET /api/tenants/{id}/explain</c> shows it.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Phase">Its phase.</param>
/// <param name="Summary">In one sentence.</param>
/// <param name="Operation">The running operation; null when idle.</param>
/// <param name="Step">Its current step; null when idle.</param>
/// <param name="WaitingFor">What the operation waits for; null when idle, and while it works.</param>
/// <param name="Since">Since when it is so.</param>
/// <param name="ErrorClass">The class of the cause; null when nothing failed, or when it could not be classified.</param>
/// <param name="Cause">What failed; null when nothing did.</param>
/// <param name="Next">What happens next or has to be done, the soonest first.</param>
/// <param name="Waiting">Requests that wait for the running operation to end.</param>
/// <param name="Conditions">What was observed.</param>
internal sealed record TenantExplanation(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("phase")] TenantPhase Phase,
    [property: JsonPropertyName("summary")] string Summary,
    [property: JsonPropertyName("operation")] string? Operation,
    [property: JsonPropertyName("step")] string? Step,
    [property: JsonPropertyName("waitingFor")] WaitingForView? WaitingFor,
    [property: JsonPropertyName("since")] DateTimeOffset Since,
    [property: JsonPropertyName("class")] ErrorClass? ErrorClass,
    [property: JsonPropertyName("cause")] TenantError? Cause,
    [property: JsonPropertyName("next")] IReadOnlyList<NextAction> Next,
    [property: JsonPropertyName("waiting")] IReadOnlyList<WaitingView> Waiting,
    [property: JsonPropertyName("conditions")] IReadOnlyList<TenantCondition> Conditions);

/// <summary>What happens next.</summary>
/// <param name="By">Who does it: <c>system</c>, <c>sender</c> or <c>operator</c>.</param>
/// <param name="Action">What.</param>
/// <param name="At">When; null when no time is set.</param>
internal sealed record NextAction(
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("action")] string Action,
    [property: JsonPropertyName("at")] DateTimeOffset? At)
{
    public static NextAction System(string action, DateTimeOffset? at = null) => new("system", action, at);

    public static NextAction Sender(string action) => new("sender", action, null);

    public static NextAction Operator(string action) => new("operator", action, null);
}
