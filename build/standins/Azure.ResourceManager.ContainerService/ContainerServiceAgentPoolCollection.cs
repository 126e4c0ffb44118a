using System.Text.Json.Nodes;
using Azure.Core;
using Azure.ResourceManager.ContainerService.Wire;

namespace Azure.ResourceManager.ContainerService;

/// <summary>The agent pools of one managed cluster.</summary>
public partial class ContainerServiceAgentPoolCollection : ArmCollection, IAsyncEnumerable<ContainerServiceAgentPoolResource>
{
    private readonly ArmCaller _caller;

    protected ContainerServiceAgentPoolCollection()
    {
    }

    internal ContainerServiceAgentPoolCollection(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ContainerServiceAgentPoolResource.ResourceType, out var apiVersion);
        _caller = new(Pipeline, Diagnostics, Endpoint, apiVersion ?? ArmCaller.DefaultApiVersion);
    }

    public virtual Task<ArmOperation<ContainerServiceAgentPoolResource>> CreateOrUpdateAsync(
        WaitUntil waitUntil,
        string agentPoolName,
        ContainerServiceAgentPoolData data,
        MatchConditions matchConditions = null,
        CancellationToken cancellationToken = default) =>
        CreateOrUpdateAsync(
            waitUntil, agentPoolName, data, matchConditions?.IfMatch?.ToString("H"), matchConditions?.IfNoneMatch?.ToString("H"), cancellationToken);

    public virtual Task<ArmOperation<ContainerServiceAgentPoolResource>> CreateOrUpdateAsync(
        WaitUntil waitUntil,
        string agentPoolName,
        ContainerServiceAgentPoolData data,
        string ifMatch,
        string ifNoneMatch = null,
        CancellationToken cancellationToken = default) =>
        Pool(agentPoolName).UpdateAsync(waitUntil, data, ifMatch, ifNoneMatch, cancellationToken);

    public virtual Task<ArmOperation<ContainerServiceAgentPoolResource>> CreateOrUpdateAsync(
        WaitUntil waitUntil, string agentPoolName, ContainerServiceAgentPoolData data, CancellationToken cancellationToken) =>
        CreateOrUpdateAsync(waitUntil, agentPoolName, data, null, null, cancellationToken);

    public virtual async Task<Response<bool>> ExistsAsync(string agentPoolName, CancellationToken cancellationToken = default)
    {
        var found = await GetIfExistsAsync(agentPoolName, cancellationToken);
        return Response.FromValue(found.HasValue, found.GetRawResponse());
    }

    public virtual Task<Response<ContainerServiceAgentPoolResource>> GetAsync(
        string agentPoolName, CancellationToken cancellationToken = default) =>
        Pool(agentPoolName).GetAsync(cancellationToken);

    public virtual async Task<NullableResponse<ContainerServiceAgentPoolResource>> GetIfExistsAsync(
        string agentPoolName, CancellationToken cancellationToken = default)
    {
        // The caller gets the response, so the message must not be disposed here.
        var message = _caller.Create(RequestMethod.Get, Pool(agentPoolName).Id.ToString());
        await _caller.Pipeline.SendAsync(message, cancellationToken);
        return message.Response.Status switch
        {
            404 => new Absent<ContainerServiceAgentPoolResource>(message.Response),
            >= 400 => throw new RequestFailedException(message.Response),
            _ => Response.FromValue(Read(JsonNode.Parse(message.Response.Content.ToMemory().Span)), message.Response),
        };
    }

    public virtual AsyncPageable<ContainerServiceAgentPoolResource> GetAllAsync(CancellationToken cancellationToken = default) =>
        new AgentPoolPages(_caller, $"{Id}/agentPools", Read, cancellationToken);

    IAsyncEnumerator<ContainerServiceAgentPoolResource> IAsyncEnumerable<ContainerServiceAgentPoolResource>.GetAsyncEnumerator(
        CancellationToken cancellationToken) =>
        GetAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    private ContainerServiceAgentPoolResource Read(JsonNode json) => new(Client, AgentPoolWire.Read(json));

    private ContainerServiceAgentPoolResource Pool(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, "agentPoolName");
        return new(Client, ContainerServiceAgentPoolResource.CreateResourceIdentifier(Id.SubscriptionId, Id.ResourceGroupName, Id.Name, Uri.EscapeDataString(name)));
    }
}
