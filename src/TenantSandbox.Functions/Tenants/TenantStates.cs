using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tenants;

/// <summary>Reads tenants as their entities keep them.</summary>
internal static class TenantStates
{
    /// <returns>Null when there never was such a tenant, or <paramref name="tenantId"/> can't be one's id.</returns>
    public static async Task<TenantState?> ReadAsync(DurableTaskClient client, string tenantId, CancellationToken cancellationToken)
    {
        if (TenantRequestParser.ParseOffboard(tenantId, null).Request is null)
        {
            return null;
        }

        var entity = await client.Entities.GetEntityAsync<TenantState>(TenantEntity.IdOf(tenantId), includeState: true, cancellationToken);
        return entity is { IncludesState: true } ? entity.State : null;
    }

    /// <summary>One page of all tenants, in the backend's order.</summary>
    public static async Task<Page<EntityMetadata<TenantState>>?> ReadPageAsync(DurableTaskClient client, int pageSize, string? continuationToken, CancellationToken cancellationToken)
    {
        var query = new EntityQuery
        {
            // The id's own form of the name: entity names are lower-cased by it.
            InstanceIdStartsWith = $"@{TenantEntity.IdOf("x").Name}@",
            IncludeState = true,
            PageSize = pageSize,
            ContinuationToken = continuationToken,
        };
        await foreach (var page in client.Entities.GetAllEntitiesAsync<TenantState>(query).AsPages(continuationToken, pageSize).WithCancellation(cancellationToken))
        {
            return page;
        }

        return null;
    }
}
