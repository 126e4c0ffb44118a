using System.Text.Json.Serialization;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>An operation as <c>GET /api/operations/{id}</c> shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind"><c>onboard</c>, <c>offboard</c>, or <c>submit</c> for a request whose tenant had not answered in time.</param>
/// <param name="TenantId">The tenant; null when a submission's input can't be read.</param>
/// <param name="Status">One of <see cref="OperationStatuses"/>.</param>
/// <param name="Step">What it is doing; null before the first step and after the last.</param>
/// <param name="WaitingFor">What that step waits for; null when it waits for nothing.</param>
/// <param name="Since">Since when it is at that step.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="UpdatedAt">When it last moved.</param>
/// <param name="Error">Why it failed or was skipped; null otherwise.</param>
/// <param name="Result">Where a submission led: the operation that carries the request out.</param>
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

/// <summary>Where an operation can stand. They are a public contract.</summary>
internal static class OperationStatuses
{
    /// <summary>Accepted; waits for its turn.</summary>
    public const string Pending = "pending";

    public const string Running = "running";

    /// <summary>Held by an operator.</summary>
    public const string Suspended = "suspended";

    public const string Succeeded = "succeeded";
    public const string Failed = "failed";

    /// <summary>Ended by an operator.</summary>
    public const string Canceled = "canceled";

    /// <summary>A later request made it pointless, or what it waited for failed, before its turn came.</summary>
    public const string Skipped = "skipped";
}
