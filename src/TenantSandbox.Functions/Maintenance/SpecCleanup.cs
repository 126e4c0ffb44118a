using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Specs;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Maintenance;

/// <summary>Deletes stored specs that nothing refers to any more.</summary>
internal sealed class SpecCleanup(IClusterResources resources, ISpecStore specs, IOptions<TenantSandboxOptions> options)
{
    /// <summary>
    /// The shortest time that an unused spec is kept. It is saved before it is submitted, and a submission is retried for a day, so a newer
    /// one may not be in its tenant's state yet.
    /// </summary>
    public static readonly TimeSpan MinRetention = TimeSpan.FromDays(2);

    private const int TenantsPerRead = 200;

    /// <summary>Deletions of one call, which keep it well below the host's function timeout.</summary>
    private const int MaxDeletions = 1_000;

    /// <summary>
    /// Deletes specs that were last saved before the retention period and that no tenant's state and no namespace names. Namespaces count
    /// because, while the task hub is lost, only they know what a rebuild needs.
    /// </summary>
    /// <returns>With a continuation while there are more.</returns>
    /// <exception cref="Core.Errors.SandboxException">A cluster or the store could not be read; nothing was deleted.</exception>
    [Function(ActivityNames.DeleteUnusedSpecs)]
    public async Task<PageResult> DeleteAsync(
        [ActivityTrigger] PageRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var savedBefore = request.Now - (request.Settings.SpecRetention ?? throw new InvalidOperationException("The run deletes no specs."));
        // Listed first: a spec that gets used again after this is saved again, too, and then its deletion fails.
        var unused = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var stored in specs.ListAsync(cancellationToken))
        {
            if (stored.SavedAt < savedBefore)
            {
                unused.Add(stored.Hash);
            }
        }

        if (unused.Count > 0)
        {
            await KeepNamedByNamespacesAsync(unused, cancellationToken);
            await KeepUsedByTenantsAsync(unused, client, cancellationToken);
        }

        var deleted = 0;
        foreach (var hash in unused.Take(MaxDeletions))
        {
            deleted += await specs.DeleteAsync(hash, savedBefore, cancellationToken) ? 1 : 0;
        }

        return PageResult.Of(unused.Count > MaxDeletions ? "more" : null, [("specsDeleted", deleted)], []);
    }

    private async Task KeepNamedByNamespacesAsync(SortedSet<string> unused, CancellationToken cancellationToken)
    {
        foreach (var cluster in options.Value.Clusters)
        {
            var found = await resources.ReadNamespacesAsync(cluster.Id, cancellationToken);
            unused.ExceptWith(found.Select(n => n.SpecHash).OfType<string>());
        }
    }

    private static async Task KeepUsedByTenantsAsync(SortedSet<string> unused, DurableTaskClient client, CancellationToken cancellationToken)
    {
        string? continuation = null;
        do
        {
            (var tenants, continuation) = await TenantStates.ReadPageAsync(client, TenantsPerRead, continuation, cancellationToken);
            unused.ExceptWith(tenants.SelectMany(UsedBy).OfType<SpecRef>().Select(s => s.Hash));
        }
        while (continuation is not null);
    }

    private static IEnumerable<SpecRef?> UsedBy(TenantState tenant) =>
        [tenant.Desired, tenant.Applied, .. tenant.WaitingCommands.Select(w => w.Spec)];
}
