using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>One operation on a tenant.</summary>
/// <param name="Id">Instance id of its orchestration.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Revision">The revision it brings in place.</param>
/// <param name="Incarnation">The tenant's life it works on.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="EndedAt">When it reported its end; null while it runs.</param>
public sealed record TenantOperation(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("kind")] TenantRequestKind Kind,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("startedAt")] DateTimeOffset StartedAt,
    [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt = null)
{
    /// <summary>The instance id that an operation has: at most 100 printable characters, and never used twice.</summary>
    public static string IdOf(string tenantId, int incarnation, long revision, TenantRequestKind kind) =>
        $"{tenantId}.{incarnation}.{revision}.{kind.ToWireName()}";
}
