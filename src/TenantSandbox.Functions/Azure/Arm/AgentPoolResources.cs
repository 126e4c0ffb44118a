using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>Reads agent pools with every property that ARM has of them, also those that the client doesn't know.</summary>
internal sealed class AgentPoolResources(PoolAddresses addresses)
{
    /// <summary>The resource of the agent pool of this name, whoever made it.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    /// <exception cref="SandboxException">The call failed.</exception>
    public async Task<JsonObject> ReadAsync(string clusterId, string poolName, CancellationToken cancellationToken)
    {
        var what = $"read agent pool {poolName} on cluster {clusterId}";
        try
        {
            var answer = await addresses.Cluster(clusterId).GetContainerServiceAgentPools().GetAsync(poolName, cancellationToken);
            return JsonNode.Parse(answer.GetRawResponse().Content.ToMemory().Span) as JsonObject ?? throw new JsonException("The answer is no object.");
        }
        catch (JsonException e)
        {
            throw new TransientException("AnswerUnreadable", $"{what}: the answer is not the expected JSON", e);
        }
        catch (Exception e) when (AzureFailures.IsFailure(e, cancellationToken))
        {
            throw AzureFailures.Translate(e, what);
        }
    }
}
