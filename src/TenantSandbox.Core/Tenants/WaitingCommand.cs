using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>An accepted request that waits for the running operation to end.</summary>
/// <param name="CommandId">The id it was handed in under.</param>
/// <param name="Kind">What it asks for.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Spec">The desired state, for an onboarding.</param>
/// <param name="AcceptedAt">When it was accepted.</param>
public sealed record WaitingCommand(
    [property: JsonPropertyName("commandId")] string CommandId,
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("spec")] TenantSpec? Spec,
    [property: JsonPropertyName("acceptedAt")] DateTimeOffset AcceptedAt);
