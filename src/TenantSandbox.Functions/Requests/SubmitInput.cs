using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Requests;

/// <summary>A request as a door took it in.</summary>
/// <param name="Identity">What makes two deliveries one request.</param>
/// <param name="Request">The request, validated.</param>
/// <param name="ReceivedAt">When the door took it in.</param>
public sealed record SubmitInput(
    [property: JsonPropertyName("identity")] RequestIdentity Identity,
    [property: JsonPropertyName("request")] TenantRequest Request,
    [property: JsonPropertyName("receivedAt")] DateTimeOffset ReceivedAt);
