using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Isolation.Evidence;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Deletes isolation reports that are older than their retention, but never a living tenant's newest one.</summary>
internal sealed class ReportCleanup(ReportStore reports)
{
    /// <summary>Deletions of one call, which keep it well below the host's function timeout.</summary>
    private const int MaxDeletions = 1_000;

    /// <summary>
    /// Deletes from each tenant's oldest report on, so that what stays is one chain without a gap. All reports of a tenant are deleted only
    /// if it was offboarded before the retention period too; one that the task hub doesn't know counts as living.
    /// </summary>
    /// <returns>With a continuation, the last tenant that was looked at, while there are more.</returns>
    /// <exception cref="Core.Errors.SandboxException">The storage failed.</exception>
    [Function(ActivityNames.DeleteOldReports)]
    public async Task<PageResult> DeleteAsync(
        [ActivityTrigger] PageRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var savedBefore = request.Now - (request.Settings.ReportRetention ?? throw new InvalidOperationException("The run deletes no reports."));
        var deleted = 0;
        var tenants = await ReadTenantsAsync(request.Continuation, cancellationToken);
        foreach (var tenant in tenants.Take(request.Settings.TenantsPerPage))
        {
            var (count, isComplete) = await DeleteOfTenantAsync(tenant, savedBefore, MaxDeletions - deleted, client, cancellationToken);
            deleted += count;
            if (!isComplete)
            {
                return PageResult.Of(request.Continuation ?? "", [("reportsDeleted", deleted)], []);
            }

            request = request with { Continuation = tenant };
        }

        return PageResult.Of(tenants.Count > request.Settings.TenantsPerPage ? request.Continuation : null, [("reportsDeleted", deleted)], []);
    }

    private async Task<List<string>> ReadTenantsAsync(string? after, CancellationToken cancellationToken)
    {
        List<string> tenants = [];
        await foreach (var tenant in reports.ListTenantsAsync(cancellationToken))
        {
            if (string.CompareOrdinal(tenant, after) > 0)
            {
                tenants.Add(tenant);
            }
        }

        tenants.Sort(StringComparer.Ordinal);
        return tenants;
    }

    private async Task<(int Deleted, bool IsComplete)> DeleteOfTenantAsync(
        string tenantId, DateTimeOffset savedBefore, int most, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var stored = await reports.ListAsync(tenantId, cancellationToken);
        var old = stored.TakeWhile(r => r.SavedAt < savedBefore).ToList();
        if (old.Count > 0 && old.Count == stored.Count)
        {
            var tenant = await TenantStates.ReadAsync(client, tenantId, cancellationToken);
            if (tenant is not { Phase: TenantPhase.Offboarded, Operation: null } || tenant.UpdatedAt >= savedBefore)
            {
                old.RemoveAt(old.Count - 1);
            }
        }

        var deleted = 0;
        foreach (var report in old.Take(most))
        {
            if (!await reports.DeleteAsync(report.Name, savedBefore, cancellationToken))
            {
                return (deleted, true);
            }

            deleted++;
        }

        return (deleted, old.Count <= most);
    }
}
