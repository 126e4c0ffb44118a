using System.Globalization;
using Microsoft.DurableTask;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Azure.EventGrid;

namespace TenantSandbox.Functions.Orchestration;

/// <summary>
/// Publishes events as the last step of an operation, after its outcome is stored. An event's id is made from the operation's
/// instance id, so a retry, which can't know whether the first attempt was delivered, publishes the same event.
/// </summary>
internal static class EventPublishing
{
    /// <summary>Publishes an event about a tenant.</summary>
    /// <returns>False when publishing failed through all retries; the operation's result records it.</returns>
    public static Task<bool> PublishTenantAsync(
        this TaskOrchestrationContext context,
        OperationProgress progress,
        string type,
        string tenantId,
        int incarnation,
        long revision,
        params (string Name, string? Value)[] data) =>
        context.PublishAsync(
            type,
            $"tenants/{tenantId}",
            [
                ("tenantId", tenantId),
                ("incarnation", incarnation.ToString(CultureInfo.InvariantCulture)),
                ("revision", revision.ToString(CultureInfo.InvariantCulture)),
                ("operationId", context.InstanceId),
                .. data,
            ],
            progress: progress);

    /// <summary>Publishes an event about an agent pool.</summary>
    /// <inheritdoc cref="PublishTenantAsync" path="/returns"/>
    public static Task<bool> PublishPoolAsync(
        this TaskOrchestrationContext context, string type, PoolRef pool, params (string Name, string? Value)[] data) =>
        context.PublishAsync(type, $"clusters/{pool.ClusterId}/pools/{pool.Name}", [
            ("clusterId", pool.ClusterId),
            ("pool", pool.Name),
            ("generation", pool.Generation.ToString(CultureInfo.InvariantCulture)),
            ("tier", pool.Tier == TenantTier.Dedicated ? "dedicated" : "pooled"),
            ("dedicatedTo", pool.DedicatedTo),
            ("vmSize", pool.Template.VmSize),
            .. data]);

    /// <summary>Publishes an event about a run of a maintenance task. Its instance id is reused, so the start time tells runs apart.</summary>
    /// <inheritdoc cref="PublishTenantAsync" path="/returns"/>
    public static Task<bool> PublishMaintenanceAsync(
        this TaskOrchestrationContext context, string type, DateTimeOffset startedAt, params (string Name, string? Value)[] data) =>
        context.PublishAsync(type, "maintenance", [("startedAt", startedAt.ToString("O", CultureInfo.InvariantCulture)), .. data], $":{startedAt.UtcTicks}");

    /// <summary>An error as event data.</summary>
    public static (string Name, string? Value)[] Describe(TenantError? error) =>
        error is null ? [] : [("errorClass", WireName(error.ErrorClass)), ("code", error.Code), ("message", error.Message)];

    /// <summary>A number as event data.</summary>
    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<bool> PublishAsync(
        this TaskOrchestrationContext context, string type, string subject, (string Name, string? Value)[] data, string run = "", OperationProgress? progress = null)
    {
        var payload = data.Where(d => d.Value is not null).ToDictionary(d => d.Name, d => d.Value!, StringComparer.Ordinal);
        var lifecycleEvent = new LifecycleEvent($"{context.InstanceId}:{type}{run}", type, subject, context.Now(), payload);
        try
        {
            await context.CallAsync(ActivityNames.PublishEvent, lifecycleEvent, progress ?? new(context), ActivityRetry.Publish);
            return true;
        }
        catch (Exception e) when (e is TaskFailedException or StepSkippedException)
        {
            return false;
        }
    }

    // As in JSON: error classes are camel-cased.
    private static string? WireName(ErrorClass? errorClass) =>
        errorClass?.ToString() is { } name ? $"{char.ToLowerInvariant(name[0])}{name[1..]}" : null;
}
