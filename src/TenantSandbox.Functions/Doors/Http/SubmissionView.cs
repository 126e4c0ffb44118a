using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>The body of successful writes.</summary>
/// <param name="Outcome">The tenant's answer; <c>pending</c> if it has not answered yet.</param>
/// <param name="Operation">URL of the operation; null if there is none.</param>
/// <param name="Notes">What was changed in the request, such as requests of resources that were raised to the limits; null for nothing.</param>
internal sealed record SubmissionView(
    [property: JsonPropertyName("outcome")] string Outcome,
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("kind")] TenantVerb Kind,
    [property: JsonPropertyName("revision")] long? Revision,
    [property: JsonPropertyName("incarnation")] int? Incarnation,
    [property: JsonPropertyName("phase")] TenantPhase? Phase,
    [property: JsonPropertyName("waiting")] bool Waiting,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("operationId")] string? OperationId,
    [property: JsonPropertyName("operation")] string? Operation,
    [property: JsonPropertyName("tenant")] string Tenant,
    [property: JsonPropertyName("error")] TenantError? Error,
    [property: JsonPropertyName("notes"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RequestNote>? Notes = null)
{
    public static SubmissionView Of(SubmitAnswer answer, HttpRequest http) => new(
        System.Text.Json.JsonSerializer.SerializeToElement(answer.Outcome).GetString()!,
        answer.TenantId,
        answer.Kind,
        answer.Revision,
        answer.Incarnation,
        answer.Phase,
        answer.IsWaiting,
        answer.Message,
        answer.OperationId,
        answer.OperationId is null ? null : ApiLinks.Operation(http, answer.OperationId),
        ApiLinks.Tenant(http, answer.TenantId),
        answer.Error);

    public static SubmissionView Pending(string submissionId, string tenantId, TenantVerb kind, long? revision, HttpRequest http) => new(
        "pending",
        tenantId,
        kind,
        revision,
        null,
        null,
        true,
        "Submitted; the tenant has not answered yet.",
        submissionId,
        ApiLinks.Operation(http, submissionId),
        ApiLinks.Tenant(http, tenantId),
        null);
}
