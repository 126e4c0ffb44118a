using System.Text.Json.Nodes;
using Azure.Core;
using Azure.ResourceManager.ContainerService.Models;
using Azure.ResourceManager.ContainerService.Wire;

namespace Azure.ResourceManager.ContainerService;

/// <summary>One managed cluster, with or without its data.</summary>
public partial class ContainerServiceManagedClusterResource : ArmResource
{
    public static readonly ResourceType ResourceType = "Microsoft.ContainerService/managedClusters";

    private readonly ArmCaller _caller;
    private readonly ContainerServiceManagedClusterData _data;

    protected ContainerServiceManagedClusterResource()
    {
    }

    internal ContainerServiceManagedClusterResource(ArmClient client, ResourceIdentifier id)
        : base(client, id)
    {
        TryGetApiVersion(ResourceType, out var apiVersion);
        _caller = new(Pipeline, Diagnostics, Endpoint, apiVersion ?? ArmCaller.DefaultApiVersion);
    }

    internal ContainerServiceManagedClusterResource(ArmClient client, ContainerServiceManagedClusterData data)
        : this(client, data.Id) => _data = data;

    public virtual ContainerServiceManagedClusterData Data =>
        _data ?? throw new InvalidOperationException("The current instance does not have data, you must call Get first.");

    public virtual bool HasData => _data is not null;

    public static ResourceIdentifier CreateResourceIdentifier(string subscriptionId, string resourceGroupName, string resourceName) =>
        new($"/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ContainerService/managedClusters/{resourceName}");

    public virtual async Task<Response<ContainerServiceManagedClusterResource>> GetAsync(CancellationToken cancellationToken = default)
    {
        using var message = _caller.Create(RequestMethod.Get, Id.ToString());
        var (body, response) = await _caller.ReadAsync(message, cancellationToken);
        return Response.FromValue(new ContainerServiceManagedClusterResource(Client, Read(body)), response);
    }

    public virtual ContainerServiceAgentPoolCollection GetContainerServiceAgentPools() =>
        GetCachedClient(client => new ContainerServiceAgentPoolCollection(client, Id));

    public virtual Task<Response<ContainerServiceAgentPoolResource>> GetContainerServiceAgentPoolAsync(
        string agentPoolName, CancellationToken cancellationToken = default) =>
        GetContainerServiceAgentPools().GetAsync(agentPoolName, cancellationToken);

    public virtual async Task<Response<ManagedClusterCredentials>> GetClusterUserCredentialsAsync(
        string serverFqdn = null, KubeConfigFormat? format = null, CancellationToken cancellationToken = default)
    {
        using var message = _caller.Create(
            RequestMethod.Post, $"{Id}/listClusterUserCredential", ("server-fqdn", serverFqdn), ("format", format?.ToString()));
        var (body, response) = await _caller.ReadAsync(message, cancellationToken);
        var kubeconfigs = body["kubeconfigs"]?.AsArray().Select(k =>
            new ManagedClusterCredential(k["name"]?.GetValue<string>(), Convert.FromBase64String(k["value"].GetValue<string>())));
        return Response.FromValue(new ManagedClusterCredentials([.. kubeconfigs ?? []]), response);
    }

    private static ContainerServiceManagedClusterData Read(JsonNode json) => new(
        new ResourceIdentifier(json["id"].GetValue<string>()),
        json["name"]?.GetValue<string>(),
        json["type"]?.GetValue<string>() ?? ResourceType,
        json["tags"] is JsonObject tags ? tags.ToDictionary(t => t.Key, t => t.Value?.GetValue<string>()) : [],
        new AzureLocation(json["location"].GetValue<string>()),
        json["properties"]);
}
