using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// Submits one request to its tenant and returns the tenant's answer. The instance id is made from the request's identity, so
/// a request that is delivered twice is submitted once.
/// </summary>
public static class SubmitRequestOrchestration
{
    [Function(nameof(SubmitRequestOrchestration))]
    public static Task<SubmitAnswer> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, SubmitInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        return context.SubmitAsync(new(context.InstanceId, input.Request, context.Now(), input.Identity.Source));
    }
}

/// <summary>A request as a door received it.</summary>
/// <param name="Identity">Two deliveries with the same identity are the same request.</param>
/// <param name="Request">The validated request.</param>
/// <param name="ReceivedAt">When the door received it.</param>
public sealed record SubmitInput(
    [property: JsonPropertyName("identity")] RequestIdentity Identity,
    [property: JsonPropertyName("request")] TenantRequest Request,
    [property: JsonPropertyName("receivedAt")] DateTimeOffset ReceivedAt);
