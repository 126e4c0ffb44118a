using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>What an operator or a timer asks of a tenant. It takes no revision: those belong to the senders of requests.</summary>
/// <param name="CommandId">Equal for every delivery of one command.</param>
/// <param name="TenantId">The tenant.</param>
/// <param name="Verb">What is asked.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="Reason">Why.</param>
/// <param name="RequestedAt">When it was received; the tenant never reads a clock.</param>
/// <param name="Source">Through what it came, such as <c>http</c> or the name of a timer.</param>
/// <param name="OperationId">The operation that is meant by cancel, skip, retry and compensate; null otherwise, and for "the last one".</param>
/// <param name="Expiry">The new expiry of a renewal; null otherwise.</param>
/// <param name="Finalizers">The finalizers that a forced offboarding may remove; null otherwise.</param>
/// <param name="ContentHash">Hash of the sender's request, which tells its repeats from others with the same id; null for timers.</param>
public sealed record OperatorCommand(
    [property: JsonPropertyName("commandId")] string CommandId,
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("verb")] TenantVerb Verb,
    [property: JsonPropertyName("actor")] string Actor,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("at")] DateTimeOffset RequestedAt,
    [property: JsonPropertyName("source")] string Source = "http",
    [property: JsonPropertyName("operationId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? OperationId = null,
    [property: JsonPropertyName("expiry"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TenantExpiry? Expiry = null,
    [property: JsonPropertyName("finalizers"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Finalizers = null,
    [property: JsonPropertyName("contentHash"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ContentHash = null)
{
    /// <summary>Name of the external event that cancels the running operation; its data is the command.</summary>
    public const string CancelEvent = "operation:cancel";

    /// <summary>Name of the external event that skips the blocked step of the running operation; its data is the command.</summary>
    public const string SkipEvent = "operation:skip";
}

/// <summary>One entry of a tenant's audit trail.</summary>
/// <param name="At">When.</param>
/// <param name="Actor">Who, as stated.</param>
/// <param name="IsVerified">Whether the actor was authenticated; always false: of a caller who signed in, the actor has the name and object id.</param>
/// <param name="Source">Through what it came.</param>
/// <param name="Verb">What was asked.</param>
/// <param name="Reason">Why, as stated; null if no reason was given.</param>
/// <param name="OperationId">The operation that it led to, or that it was about; null for none.</param>
/// <param name="Revision">The revision of a request; null for none.</param>
public sealed record AuditEntry(
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("actor")] string Actor,
    [property: JsonPropertyName("isVerified")] bool IsVerified,
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("verb")] TenantVerb Verb,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("operation")] string? OperationId,
    [property: JsonPropertyName("revision")] long? Revision);
