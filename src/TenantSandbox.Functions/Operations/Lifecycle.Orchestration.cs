using System.Globalization;
using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>
/// Events out, as the last step of an operation: what they tell is settled by then. Their id is made of the operation's
/// instance id, so that a retry, which can't know whether the first try got through, publishes the same event.
/// </summary>
internal static class Lifecycle
{
    /// <summary>Publishes what became of a tenant.</summary>
    /// <returns>False when the topic refused it for half a day; the operation's result says so.</returns>
    public static Task<bool> PublishTenantAsync(
        this TaskOrchestrationContext context, string type, string tenantId, int incarnation, long revision, params (string Name, string? Value)[] more) =>
        context.PublishAsync(type, $"tenants/{tenantId}", [
            ("tenantId", tenantId),
            ("incarnation", incarnation.ToString(CultureInfo.InvariantCulture)),
            ("revision", revision.ToString(CultureInfo.InvariantCulture)),
            ("operationId", context.InstanceId),
            .. more]);

    /// <summary>Publishes what became of an agent pool.</summary>
    /// <inheritdoc cref="PublishTenantAsync" path="/returns"/>
    public static Task<bool> PublishPoolAsync(
        this TaskOrchestrationContext context, string type, PoolRef pool, params (string Name, string? Value)[] more) =>
        context.PublishAsync(type, $"clusters/{pool.ClusterId}/pools/{pool.Name}", [
            ("clusterId", pool.ClusterId),
            ("pool", pool.Name),
            ("generation", pool.Generation.ToString(CultureInfo.InvariantCulture)),
            ("tier", pool.Tier == TenantTier.Dedicated ? "dedicated" : "pooled"),
            ("dedicatedTo", pool.DedicatedTo),
            ("vmSize", pool.Template.VmSize),
            .. more]);

    /// <summary>An error as event data.</summary>
    public static (string Name, string? Value)[] Describe(TenantError? error) =>
        error is null ? [] : [("errorClass", NameOf(error.ErrorClass)), ("code", error.Code), ("message", error.Message)];

    private static async Task<bool> PublishAsync(
        this TaskOrchestrationContext context, string type, string subject, (string Name, string? Value)[] data)
    {
        var known = data.Where(d => d.Value is not null).ToDictionary(d => d.Name, d => d.Value!, StringComparer.Ordinal);
        var lifecycleEvent = new LifecycleEvent($"{context.InstanceId}:{type}", type, subject, context.Now(), known);
        try
        {
            await context.CallActivityAsync(ActivityNames.PublishEvent, lifecycleEvent, Retries.Publish);
            return true;
        }
        catch (TaskFailedException)
        {
            return false;
        }
    }

    /// <summary>As in JSON: the names of the taxonomy begin with a small letter.</summary>
    private static string? NameOf(ErrorClass? errorClass) =>
        errorClass?.ToString() is { } name ? $"{char.ToLowerInvariant(name[0])}{name[1..]}" : null;
}
