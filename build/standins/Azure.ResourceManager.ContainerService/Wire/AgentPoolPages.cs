using System.Text.Json.Nodes;
using Azure.Core;

namespace Azure.ResourceManager.ContainerService.Wire;

/// <summary>A list of agent pools, read page by page through <c>nextLink</c>.</summary>
internal sealed class AgentPoolPages(
    ArmCaller caller, string path, Func<JsonNode, ContainerServiceAgentPoolResource> read, CancellationToken cancellation)
    : AsyncPageable<ContainerServiceAgentPoolResource>(cancellation)
{
    public override async IAsyncEnumerable<Page<ContainerServiceAgentPoolResource>> AsPages(
        string continuationToken = null, int? pageSizeHint = null)
    {
        var next = continuationToken;
        do
        {
            Response response;
            if (next is null)
            {
                using var message = caller.Create(RequestMethod.Get, path);
                response = await caller.SendAsync(message, CancellationToken);
            }
            else
            {
                response = await caller.GetNextAsync(new Uri(next), CancellationToken);
                if (response.Status >= 400)
                {
                    throw new RequestFailedException(response);
                }
            }

            var body = JsonNode.Parse(response.Content.ToMemory().Span);
            next = body["nextLink"]?.GetValue<string>();
            yield return Page<ContainerServiceAgentPoolResource>.FromValues(
                [.. body["value"].AsArray().Select(read)], next, response);
        }
        while (!string.IsNullOrEmpty(next));
    }
}
