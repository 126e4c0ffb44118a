using Microsoft.DurableTask.Client;

namespace TenantSandbox.Functions.Operations;

/// <summary>Reads the orchestrations of a tenant: operations and notices, whose instance ids begin with the tenant's.</summary>
internal static class TenantInstances
{
    /// <summary>Most instances that are read.</summary>
    public const int MaxCount = 500;

    private const int PageSize = 100;

    /// <summary>The instances, in the backend's order, with inputs and outputs; at most <see cref="MaxCount"/>.</summary>
    public static async Task<IReadOnlyList<OrchestrationMetadata>> ReadAsync(DurableTaskClient client, string tenantId, CancellationToken cancellationToken)
    {
        // The dot ends the tenant's id: 'a.' doesn't begin the ids of tenant 'a-b'.
        var query = new OrchestrationQuery { InstanceIdPrefix = $"{tenantId}.", FetchInputsAndOutputs = true, PageSize = PageSize };
        var instances = new List<OrchestrationMetadata>();
        await foreach (var instance in client.GetAllInstancesAsync(query).WithCancellation(cancellationToken))
        {
            instances.Add(instance);
            if (instances.Count == MaxCount)
            {
                break;
            }
        }

        return instances;
    }
}
