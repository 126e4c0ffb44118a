using System.Security.Cryptography;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tenants;

/// <summary>
/// One host name of the installation, which belongs to one tenant at most, whatever cluster it runs on. Operations run one at a time, so
/// of two tenants that claim a name at once one is refused. All operations are idempotent: callers retry.
/// </summary>
public sealed class HostNameEntity : TaskEntity<HostNameClaim?>
{
    // Ids of entities have at most 100 characters in all (Durable Functions documentation, "Instance IDs").
    private const int MaxKeyLength = 80;

    [Function(nameof(HostNameEntity))]
    public static Task DispatchAsync([EntityTrigger] TaskEntityDispatcher dispatcher)
    {
        ArgumentNullException.ThrowIfNull(dispatcher);
        return dispatcher.DispatchAsync<HostNameEntity>();
    }

    /// <summary>The entity's id for a host name: the name, or its hash where it is too long.</summary>
    public static EntityInstanceId IdOf(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return new(nameof(HostNameEntity), host.Length <= MaxKeyLength ? host : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(host))));
    }

    /// <summary>Claims the name for a tenant.</summary>
    /// <returns>Who has it then: the claim, or that of another tenant, by which it is refused.</returns>
    public HostNameClaim Claim(HostNameRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        State = HostNameRules.Claim(State, request);
        return State;
    }

    /// <summary>Releases the name if the tenant's incarnation, or an earlier one, has it.</summary>
    public void Release(HostNameClaim claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        State = HostNameRules.Release(State, claim);
    }

    /// <summary>Null: a name that nobody has needs no state.</summary>
    protected override HostNameClaim? InitializeState(TaskEntityOperation entityOperation) => null;
}
