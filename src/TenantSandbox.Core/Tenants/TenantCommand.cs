using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>A request as it is handed in to its tenant.</summary>
/// <param name="CommandId">The same for every delivery of one request; see <see cref="RequestIdentity"/>.</param>
/// <param name="Request">The validated request.</param>
/// <param name="At">Now, by the clock of who hands it in: the tenant itself reads none.</param>
public sealed record TenantCommand(
    [property: JsonPropertyName("commandId")] string CommandId,
    [property: JsonPropertyName("request")] TenantRequest Request,
    [property: JsonPropertyName("at")] DateTimeOffset At);
