using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace TenantSandbox.Functions.Pools;

/// <summary>Finds orchestrations that no longer run.</summary>
internal static class EndedInstanceSearch
{
    /// <summary>Of the given instances those that have ended, were purged or never existed.</summary>
    [Function(ActivityNames.FindEndedInstances)]
    public static async Task<EndedInstances> FindAsync(
        [ActivityTrigger] InstanceQuery query, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var ended = new List<string>();
        foreach (var id in query.InstanceIds)
        {
            if (await client.GetInstanceAsync(id, getInputsAndOutputs: false, cancellationToken) is not { IsCompleted: false })
            {
                ended.Add(id);
            }
        }

        return new(ended);
    }
}

/// <summary>Asks which orchestrations have ended.</summary>
/// <param name="InstanceIds">Their instance ids, at most 60.</param>
public sealed record InstanceQuery([property: JsonPropertyName("instanceIds")] IReadOnlyList<string> InstanceIds);

/// <summary>Orchestrations that have ended or don't exist.</summary>
/// <param name="InstanceIds">Their instance ids.</param>
public sealed record EndedInstances([property: JsonPropertyName("instanceIds")] IReadOnlyList<string> InstanceIds);
