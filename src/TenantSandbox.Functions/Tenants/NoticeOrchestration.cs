using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>Publishes an event about a tenant that isn't the end of an operation: entities can't call activities.</summary>
public static class NoticeOrchestration
{
    [Function(nameof(NoticeOrchestration))]
    public static async Task<bool> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, NoticeInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var progress = new OperationProgress(context);
        progress.BeginStep("publish the event");
        return await context.PublishTenantAsync(
            progress, input.EventType, input.TenantId, input.Incarnation, input.Revision, [.. input.Data.Select(d => (d.Name, (string?)d.Value))]);
    }

    /// <summary>The instance id of a notice; the same notice has the same.</summary>
    internal static string IdOf(TenantState tenant, TenantNotice notice)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(notice.Key)))[..16];
        return $"{tenant.TenantId}.{tenant.Incarnation}.notice.{key}";
    }
}

/// <summary>Input of a notice.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="EventType">The type of the event.</param>
/// <param name="Data">What it says.</param>
public sealed record NoticeInput(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("eventType")] string EventType,
    [property: JsonPropertyName("data")] IReadOnlyList<NoticeData> Data);

/// <summary>One thing that an event says.</summary>
public sealed record NoticeData(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("value")] string Value);
