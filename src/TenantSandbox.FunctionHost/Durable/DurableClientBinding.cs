using System.Text.Json;
using TenantSandbox.Hosting.Configuration;
using TenantSandbox.Hosting.Worker;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Durable;

/// <summary>The value of a <c>durableClient</c> parameter: where the worker's client finds the task hub's sidecar service.</summary>
internal sealed class DurableClientBinding(HostSettings settings, Uri rpcAddress) : IInputBinding
{
    public string Type => "durableClient";

    public TypedData Bind(JsonElement binding) => new()
    {
        // The names are case-sensitive for the worker. No HTTP management API is served, so the base URL answers 404.
        String = JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["taskHubName"] = TextOf(binding, "taskHub") ?? settings.Durable.HubName,
            ["connectionName"] = TextOf(binding, "connectionName"),
            ["rpcBaseUrl"] = rpcAddress.ToString(),
            ["requiredQueryStringParameters"] = "",
            ["httpBaseUrl"] = new Uri(rpcAddress, "/runtime/webhooks/durabletask").ToString(),
            ["maxGrpcMessageSizeInBytes"] = int.MaxValue,
            ["grpcHttpClientTimeout"] = "\"00:01:40\"",
        }),
    };

    private static string? TextOf(JsonElement binding, string name) =>
        binding.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : null;
}
