using Azure.Core;
using Azure.ResourceManager.ContainerService.Wire;

namespace Azure.ResourceManager.ContainerService;

/// <summary>One agent pool, with or without its data.</summary>
public partial class ContainerServiceAgentPoolResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.ContainerService/managedClusters/agentPools";

    private readonly ArmCaller _caller;
    private readonly ContainerServiceAgentPoolData _data;

    protected ContainerServiceAgentPoolResource()
    {
    }

    internal ContainerServiceAgentPoolResource(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ResourceType, out var apiVersion);
        _caller = new(Pipeline, Diagnostics, Endpoint, apiVersion ?? ArmCaller.DefaultApiVersion);
    }

    internal ContainerServiceAgentPoolResource(ArmClient client, ContainerServiceAgentPoolData data)
        : this(client, data.Id) => _data = data;

    public virtual ContainerServiceAgentPoolData Data =>
        _data ?? throw new InvalidOperationException("The current instance does not have data, you must call Get first.");

    public virtual bool HasData => _data is not null;

    public static ResourceIdentifier CreateResourceIdentifier(
        string subscriptionId, string resourceGroupName, string resourceName, string agentPoolName) =>
        new($"{ContainerServiceManagedClusterResource.CreateResourceIdentifier(subscriptionId, resourceGroupName, resourceName)}/agentPools/{agentPoolName}");

    public virtual async Task<Response<ContainerServiceAgentPoolResource>> GetAsync(CancellationToken cancellationToken = default)
    {
        using var message = _caller.Create(RequestMethod.Get, Id.ToString());
        var (body, response) = await _caller.ReadAsync(message, cancellationToken);
        return Response.FromValue(new ContainerServiceAgentPoolResource(Client, AgentPoolWire.Read(body)), response);
    }

    public virtual Task<ArmOperation<ContainerServiceAgentPoolResource>> UpdateAsync(
        WaitUntil waitUntil,
        ContainerServiceAgentPoolData data,
        MatchConditions matchConditions = null,
        CancellationToken cancellationToken = default) =>
        UpdateAsync(waitUntil, data, matchConditions?.IfMatch?.ToString("H"), matchConditions?.IfNoneMatch?.ToString("H"), cancellationToken);

    public virtual async Task<ArmOperation<ContainerServiceAgentPoolResource>> UpdateAsync(
        WaitUntil waitUntil,
        ContainerServiceAgentPoolData data,
        string ifMatch,
        string ifNoneMatch = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var message = _caller.Create(RequestMethod.Put, Id.ToString());
        AddConditions(message.Request, ifMatch, ifNoneMatch);
        message.Request.Headers.Add("Content-Type", "application/json");
        message.Request.Content = RequestContent.Create(AgentPoolWire.Write(data));
        var response = await _caller.SendAsync(message, cancellationToken);
        var operation = new ContainerServiceArmOperation<ContainerServiceAgentPoolResource>(
            new LongRunning(_caller, message.Request, response),
            json => new ContainerServiceAgentPoolResource(Client, AgentPoolWire.Read(json)));
        if (waitUntil == WaitUntil.Completed)
        {
            await operation.WaitForCompletionAsync(cancellationToken);
        }

        return operation;
    }

    public virtual Task<ArmOperation<ContainerServiceAgentPoolResource>> UpdateAsync(
        WaitUntil waitUntil, ContainerServiceAgentPoolData data, CancellationToken cancellationToken) =>
        UpdateAsync(waitUntil, data, null, null, cancellationToken);

    public virtual Task<ArmOperation> DeleteAsync(
        WaitUntil waitUntil, bool? ignorePodDisruptionBudget = null, ETag? ifMatch = null, CancellationToken cancellationToken = default) =>
        DeleteAsync(waitUntil, ignorePodDisruptionBudget, ifMatch?.ToString("H"), cancellationToken);

    public virtual Task<ArmOperation> DeleteAsync(
        WaitUntil waitUntil, bool? ignorePodDisruptionBudget, string ifMatch, CancellationToken cancellationToken)
    {
        var message = _caller.Create(
            RequestMethod.Delete,
            Id.ToString(),
            ("ignore-pod-disruption-budget", ignorePodDisruptionBudget switch { null => null, true => "true", false => "false" }));
        AddConditions(message.Request, ifMatch, null);
        return StartAsync(message, waitUntil, cancellationToken);
    }

    public virtual Task<ArmOperation> DeleteAsync(
        WaitUntil waitUntil, bool? ignorePodDisruptionBudget, CancellationToken cancellationToken) =>
        DeleteAsync(waitUntil, ignorePodDisruptionBudget, (string)null, cancellationToken);

    public virtual Task<ArmOperation> DeleteAsync(WaitUntil waitUntil, CancellationToken cancellationToken) =>
        DeleteAsync(waitUntil, null, (string)null, cancellationToken);

    public virtual Task<ArmOperation> AbortLatestOperationAsync(WaitUntil waitUntil, CancellationToken cancellationToken = default) =>
        StartAsync(_caller.Create(RequestMethod.Post, $"{Id}/abort"), waitUntil, cancellationToken);

    public virtual Task<ArmOperation> UpgradeNodeImageVersionAsync(WaitUntil waitUntil, CancellationToken cancellationToken = default) =>
        StartAsync(_caller.Create(RequestMethod.Post, $"{Id}/upgradeNodeImageVersion"), waitUntil, cancellationToken);

    private async Task<ArmOperation> StartAsync(HttpMessage message, WaitUntil waitUntil, CancellationToken cancellationToken)
    {
        using (message)
        {
            var response = await _caller.SendAsync(message, cancellationToken);
            var operation = new ContainerServiceArmOperation(new LongRunning(_caller, message.Request, response));
            if (waitUntil == WaitUntil.Completed)
            {
                await operation.WaitForCompletionResponseAsync(cancellationToken);
            }

            return operation;
        }
    }

    private static void AddConditions(Request request, string ifMatch, string ifNoneMatch)
    {
        if (ifMatch is not null)
        {
            request.Headers.Add("If-Match", ifMatch);
        }

        if (ifNoneMatch is not null)
        {
            request.Headers.Add("If-None-Match", ifNoneMatch);
        }
    }
}
