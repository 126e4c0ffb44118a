using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Reads the tenants of one page.</summary>
internal static class TenantPages
{
    /// <returns>The tenants' states in today's form, and where the next page begins; null on the last.</returns>
    public static async Task<(IReadOnlyList<TenantState> Tenants, string? Continuation)> ReadAsync(
        DurableTaskClient client, PageRequest request, CancellationToken cancellationToken)
    {
        var page = await TenantStates.ReadPageAsync(client, request.Settings.TenantsPerPage, request.Continuation, cancellationToken);
        return page is null
            ? ([], null)
            : ([.. page.Values.Where(e => e.IncludesState).Select(e => e.State).OfType<TenantState>()], page.ContinuationToken);
    }
}
