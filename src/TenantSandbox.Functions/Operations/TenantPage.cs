using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Operations;

/// <summary>One page of <c>GET /api/tenants</c>.</summary>
/// <param name="Tenants">May be fewer than the page size, or none, although there are more pages: the filter applies within a page.</param>
/// <param name="ContinuationToken">For the next page; null on the last one.</param>
internal sealed record TenantPage(
    [property: JsonPropertyName("tenants")] IReadOnlyList<TenantSummary> Tenants,
    [property: JsonPropertyName("continuationToken")] string? ContinuationToken);

/// <summary>A tenant in a list.</summary>
internal sealed record TenantSummary(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("phase")] TenantPhase Phase,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("tier")] TenantTier? Tier,
    [property: JsonPropertyName("placement")] PlacementView? Placement,
    [property: JsonPropertyName("operationId")] string? OperationId,
    [property: JsonPropertyName("updatedAt")] DateTimeOffset UpdatedAt,
    [property: JsonPropertyName("href")] string Href)
{
    public static TenantSummary Of(TenantState state, HttpRequest request) => new(
        state.TenantId,
        state.Phase,
        state.Incarnation,
        state.Revision,
        state.Desired?.Tier ?? state.InlineSpec?.Tier,
        PlacementView.Of(state.Placement),
        state.Operation?.Id,
        state.UpdatedAt,
        ApiLinks.Tenant(request, state.TenantId));
}
