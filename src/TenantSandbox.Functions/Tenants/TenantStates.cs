using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tenants;

/// <summary>Reads the states of tenant entities.</summary>
internal static class TenantStates
{
    /// <returns>The state in today's form; null when the tenant does not exist or the id is invalid.</returns>
    public static async Task<TenantState?> ReadAsync(DurableTaskClient client, string tenantId, CancellationToken cancellationToken)
    {
        if (TenantRequestParser.ParseOffboard(tenantId, null).Request is null)
        {
            return null;
        }

        var entity = await client.Entities.GetEntityAsync<TenantState>(TenantEntity.IdOf(tenantId), includeState: true, cancellationToken);
        return entity is { IncludesState: true } ? entity.State?.ToCurrentForm() : null;
    }

    /// <summary>One page of all tenants, in the backend's order.</summary>
    /// <returns>Their states in today's form, and where the next page begins; null on the last one.</returns>
    public static async Task<(IReadOnlyList<TenantState> Tenants, string? ContinuationToken)> ReadPageAsync(
        DurableTaskClient client, int pageSize, string? continuationToken, CancellationToken cancellationToken)
    {
        var query = new EntityQuery
        {
            // From an id, because ids lower-case the entity's name.
            InstanceIdStartsWith = $"@{TenantEntity.IdOf("x").Name}@",
            IncludeState = true,
            PageSize = pageSize,
            ContinuationToken = continuationToken,
        };
        await foreach (var page in client.Entities.GetAllEntitiesAsync<TenantState>(query).AsPages(continuationToken, pageSize).WithCancellation(cancellationToken))
        {
            return ([.. page.Values.Where(e => e.IncludesState).Select(e => e.State).OfType<TenantState>().Select(s => s.ToCurrentForm())], page.ContinuationToken);
        }

        return ([], null);
    }
}
