using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Requests;

/// <summary>Hands one request in to its tenant and keeps the answer. Its instance id is made of the request's identity, so each request has one.</summary>
public static class SubmitRequestOrchestration
{
    [Function(nameof(SubmitRequestOrchestration))]
    public static Task<SubmitAnswer> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, SubmitInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        return context.SubmitAsync(new(context.InstanceId, input.Request, context.Now()));
    }
}
