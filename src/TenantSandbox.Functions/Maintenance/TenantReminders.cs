using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Scans that only remind tenants of what they do by themselves.</summary>
internal static class TenantReminders
{
    /// <summary>Tells each tenant that is past its expiry. Its own delayed signal does so to the minute; this is for lost ones.</summary>
    [Function(ActivityNames.ExpireTenantPage)]
    public static async Task<PageResult> ExpireAsync(
        [ActivityTrigger] PageRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var (tenants, continuation) = await TenantStates.ReadPageAsync(
            client, request.Settings.TenantsPerPage, request.Continuation, cancellationToken);
        var due = tenants.Where(t => t.Operation is null && t.Phase != TenantPhase.Offboarded && t.Expiry?.ExpiresAt <= request.Now).ToArray();
        foreach (var tenant in due)
        {
            await client.Entities.SignalEntityAsync(
                TenantEntity.IdOf(tenant.TenantId), nameof(TenantEntity.ExpireIfDue), request.Now, cancellation: cancellationToken);
        }

        return PageResult.Of(continuation, [("tenants", tenants.Count), ("expired", due.Length)], []);
    }

    /// <summary>Reduces the state of each tenant that was offboarded before the retention period to what recognizes late requests.</summary>
    [Function(ActivityNames.TrimTenantPage)]
    public static async Task<PageResult> TrimAsync(
        [ActivityTrigger] PageRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var (tenants, continuation) = await TenantStates.ReadPageAsync(
            client, request.Settings.TenantsPerPage, request.Continuation, cancellationToken);
        var before = request.Now - request.Settings.HistoryRetention;
        var old = tenants
            .Where(t => t is { Phase: TenantPhase.Offboarded, Operation: null } && t.UpdatedAt < before && (t.Commands.Count > 0 || t.Audit.Count > 0))
            .ToArray();
        foreach (var tenant in old)
        {
            await client.Entities.SignalEntityAsync(
                TenantEntity.IdOf(tenant.TenantId), nameof(TenantEntity.Compact), cancellation: cancellationToken);
        }

        return PageResult.Of(continuation, [("tenants", tenants.Count), ("tombstonesReduced", old.Length)], []);
    }
}
