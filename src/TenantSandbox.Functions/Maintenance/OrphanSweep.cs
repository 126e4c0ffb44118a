using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>The activities of the sweep.</summary>
internal sealed class OrphanSweep(OrphanInventory inventory, IClusterResources resources)
{
    /// <summary>One page of what nothing owns now.</summary>
    /// <exception cref="SandboxException">The cluster could not be read.</exception>
    [Function(ActivityNames.TakeInventory)]
    public async Task<InventoryPage> TakeAsync(
        [ActivityTrigger] InventoryRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var orphans = await inventory.TakeAsync(client, request.ClusterId, cancellationToken);
        string[] rest = [.. orphans.Select(o => o.Digest).Where(d => string.CompareOrdinal(d, request.After) > 0)];
        return new(request.ClusterId, [.. rest.Take(InventoryPage.MaxDigests)], rest.Length > InventoryPage.MaxDigests);
    }

    /// <summary>Reports, or deletes if asked to, what had no owner in the first inventory and still has none.</summary>
    /// <exception cref="SandboxException">The cluster could not be read.</exception>
    [Function(ActivityNames.SweepOrphans)]
    public async Task<PageResult> SweepAsync(
        [ActivityTrigger] SweepRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var earlier = request.Digests.ToHashSet(StringComparer.Ordinal);
        var confirmed = (await inventory.TakeAsync(client, request.ClusterId, cancellationToken)).Where(o => earlier.Contains(o.Digest)).ToArray();
        var findings = new List<MaintenanceFinding>();
        var deleted = 0;
        foreach (var orphan in confirmed)
        {
            if (!request.Delete)
            {
                findings.Add(orphan.ToFinding(orphan.Describe(), "Nothing owns it. Delete it, or set TenantSandbox__Maintenance__DeleteOrphans."));
                continue;
            }

            var (isDeleted, finding) = await DeleteAsync(orphan, request.Template, cancellationToken);
            deleted += isDeleted ? 1 : 0;
            findings.Add(finding);
        }

        return PageResult.Of(
            null,
            [
                ("orphanNamespaces", confirmed.Count(o => o.Namespace is not null)), ("orphanPools", confirmed.Count(o => o.Pool is not null)),
                ("deletionsRequested", deleted),
            ],
            findings);
    }

    private async Task<(bool IsDeleted, MaintenanceFinding Finding)> DeleteAsync(Orphan orphan, PoolTemplate template, CancellationToken cancellationToken)
    {
        try
        {
            if (orphan.Namespace is { } found)
            {
                if (found is not { TenantId: { } tenant, Incarnation: { } incarnation })
                {
                    return (false, orphan.ToFinding(orphan.Describe(), "Its marks are incomplete, so it is not deleted. Delete it yourself if nobody needs it."));
                }

                await resources.DeleteNamespaceAsync(new(tenant, incarnation, orphan.ClusterId), cancellationToken);
                return (true, orphan.ToFinding(orphan.Describe(), "Its deletion was requested."));
            }

            var pool = RefOf(orphan, template);
            var pods = await resources.ReadPodsAsync(pool, cancellationToken);
            if (pods.Count > 0)
            {
                return (false, orphan.ToFinding($"{pods.Count} pods of tenants run on its nodes: {string.Join(", ", pods.Names)}", "It is not deleted while they run."));
            }

            await resources.DeletePoolAsync(pool, cancellationToken);
            return (true, orphan.ToFinding(orphan.Describe(), "Its deletion was requested."));
        }
        catch (SandboxException e)
        {
            return (false, orphan.ToFinding(e.Message, "Deleting it failed; the next sweep tries again."));
        }
    }

    private static PoolRef RefOf(Orphan orphan, PoolTemplate template)
    {
        var (found, marks) = (orphan.Pool!, orphan.Pool!.Marks!);
        return new(
            orphan.ClusterId,
            orphan.Name,
            marks.GenerationNumber!.Value,
            marks.Tier == PoolMarks.TierName(TenantTier.Dedicated) ? TenantTier.Dedicated : TenantTier.Pooled,
            marks.Tenant,
            template,
            found.ResourceId);
    }
}
