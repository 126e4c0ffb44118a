using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Operations;

/// <summary>An operation as <c>GET /api/operations/{id}</c> shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">The kind of operation, such as <c>onboard</c>, or <c>submit</c> for a submission.</param>
/// <param name="TenantId">The tenant; null when the submission's input can't be read.</param>
/// <param name="Status">One of <see cref="OperationStatuses"/>.</param>
/// <param name="Step">The current step; null before the first and after the last.</param>
/// <param name="Since">When the step began.</param>
/// <param name="WaitingFor">What it waits for; null if it isn't waiting.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="UpdatedAt">When its state last changed.</param>
/// <param name="Error">Why it failed or was skipped; null otherwise.</param>
/// <param name="Outcome">What it left when it ended; null before.</param>
/// <param name="Result">URL of the operation that a submission led to.</param>
internal sealed record OperationView(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("tenantId")] string? TenantId,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("step")] string? Step,
    [property: JsonPropertyName("since")] DateTimeOffset? Since,
    [property: JsonPropertyName("waitingFor")] WaitingForView? WaitingFor,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("updatedAt")] DateTimeOffset UpdatedAt,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("outcome"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OperationOutcomeView? Outcome = null,
    [property: JsonPropertyName("result"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Result = null)
{
    [JsonIgnore]
    public bool IsOver => Status is OperationStatuses.Succeeded or OperationStatuses.Failed or OperationStatuses.Canceled or OperationStatuses.Skipped;
}

/// <summary>What an operation waits for.</summary>
/// <param name="Text">In words.</param>
/// <param name="Since">Since when, at the earliest; null when unknown.</param>
/// <param name="Operation">The operation whose end it waits for; null for something else.</param>
/// <param name="Retry">The activity that failed and is tried again; null for something else.</param>
internal sealed record WaitingForView(
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("since")] DateTimeOffset? Since,
    [property: JsonPropertyName("operation")] string? Operation,
    [property: JsonPropertyName("retry")] RetryStatus? Retry);

/// <summary>What an operation left when it ended.</summary>
/// <param name="IsClean">Whether nothing is left that should not be.</param>
/// <param name="Placement">Where the tenant runs; null for nowhere.</param>
/// <param name="Leftovers">Where something may be left.</param>
/// <param name="Receipt">What a teardown found absent; null for other operations.</param>
/// <param name="Skipped">Steps that a person ended as accepted, each with what remains.</param>
/// <param name="Evidence">What Kubernetes showed about a failed rollout.</param>
/// <param name="IsEventPublished">Whether its event was published.</param>
internal sealed record OperationOutcomeView(
    [property: JsonPropertyName("clean")] bool IsClean,
    [property: JsonPropertyName("placement")] PlacementView? Placement,
    [property: JsonPropertyName("leftovers")] IReadOnlyList<LeftoverView> Leftovers,
    [property: JsonPropertyName("receipt")] TeardownReceipt? Receipt,
    [property: JsonPropertyName("skipped")] IReadOnlyList<string> Skipped,
    [property: JsonPropertyName("evidence")] IReadOnlyList<RolloutEvidence> Evidence,
    [property: JsonPropertyName("eventPublished")] bool IsEventPublished);

/// <summary>The statuses of an operation; a public contract.</summary>
internal static class OperationStatuses
{
    /// <summary>Accepted, not started.</summary>
    public const string Pending = "pending";

    public const string Running = "running";

    /// <summary>Its orchestration was suspended by an operator.</summary>
    public const string Suspended = "suspended";

    public const string Succeeded = "succeeded";
    public const string Failed = "failed";

    /// <summary>Canceled or terminated by an operator.</summary>
    public const string Canceled = "canceled";

    /// <summary>Replaced by a later request, or the operation before it failed, before it started.</summary>
    public const string Skipped = "skipped";
}
