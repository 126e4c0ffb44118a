using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Tenants;

/// <summary>What an onboarding needs.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">The life that begins.</param>
/// <param name="Revision">The revision to put in place.</param>
/// <param name="Spec">The desired state.</param>
/// <param name="StartedAt">When the tenant started it.</param>
public sealed record OnboardInput(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("spec")] TenantSpec Spec,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt);
