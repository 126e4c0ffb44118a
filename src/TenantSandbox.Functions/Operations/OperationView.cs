using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>An operation as <c>GET /api/operations/{id}</c> shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>onboard</c>, <c>offboard</c>, or <c>submit</c> for a submission.</param>
/// <param name="TenantId">The tenant; null when the submission's input can't be read.</param>
/// <param name="Status">One of <see cref="OperationStatuses"/>.</param>
/// <param name="Step">The current step; null before the first and after the last.</param>
/// <param name="WaitingFor">What the step waits for; null if it isn't waiting.</param>
/// <param name="Since">When the step began.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="UpdatedAt">When its state last changed.</param>
/// <param name="Error">Why it failed or was skipped; null otherwise.</param>
/// <param name="Result">URL of the operation that a submission led to.</param>
internal sealed record OperationView(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("tenantId")] string? TenantId,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("step")] string? Step,
    [property: JsonPropertyName("waitingFor")] string? WaitingFor,
    [property: JsonPropertyName("since")] DateTimeOffset? Since,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("updatedAt")] DateTimeOffset UpdatedAt,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("result"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Result = null)
{
    [JsonIgnore]
    public bool IsOver => Status is OperationStatuses.Succeeded or OperationStatuses.Failed or OperationStatuses.Canceled or OperationStatuses.Skipped;
}

/// <summary>The statuses of an operation; a public contract.</summary>
internal static class OperationStatuses
{
    /// <summary>Accepted, not started.</summary>
    public const string Pending = "pending";

    public const string Running = "running";

    /// <summary>Suspended by an operator.</summary>
    public const string Suspended = "suspended";

    public const string Succeeded = "succeeded";
    public const string Failed = "failed";

    /// <summary>Terminated by an operator.</summary>
    public const string Canceled = "canceled";

    /// <summary>Replaced by a later request, or the operation before it failed, before it started.</summary>
    public const string Skipped = "skipped";
}
