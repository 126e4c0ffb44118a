using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Specs;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>
/// Finds changes in an update that Kubernetes never makes, where what the update starts from is known. Elsewhere, as with a queue message or
/// while another update runs, the operation finds them before it changes anything.
/// </summary>
internal sealed class ImmutableChanges(ISpecStore specs)
{
    /// <param name="client">Reads the tenant's state.</param>
    /// <param name="update">The update.</param>
    /// <param name="spec">Its desired state.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>Validation faults with pointers into the request; empty for none, and when what runs isn't known.</returns>
    public async Task<IReadOnlyList<ValidationFault>> FindAsync(
        DurableTaskClient client, TenantRequest update, TenantSpec? spec, CancellationToken cancellationToken)
    {
        if (spec is null || spec.Workloads.All(w => w.Kind != WorkloadKind.StatefulSet))
        {
            return [];
        }

        var state = await TenantStates.ReadAsync(client, update.TenantId, cancellationToken);
        if (state?.Applied is not { } applied || state.Operation is not null || update.Revision <= state.Revision)
        {
            // The tenant itself answers about a revision that isn't a higher one.
            return [];
        }

        try
        {
            return ImmutableFields.Between(await specs.ReadAsync(applied.Hash, cancellationToken), spec);
        }
        catch (NotFoundException)
        {
            return [];
        }
    }
}
