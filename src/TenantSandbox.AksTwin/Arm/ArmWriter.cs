using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>An answer to be written; with an operation, its URLs and Retry-After go along.</summary>
internal sealed record ArmAnswer(int Status, JsonNode? Body, PoolOperation? Operation = null, string? Location = null)
{
    /// <summary>Whether the answer carries Location beside Azure-AsyncOperation.</summary>
    public bool WithLocation { get; init; }

    /// <summary>Whether the caller is told when to ask again.</summary>
    public bool PollAgain { get; init; }
}

/// <summary>Resources and answers in ARM's form.</summary>
internal sealed class ArmWriter(TwinOptions options)
{
    private string Base => $"/subscriptions/{options.SubscriptionId}/resourceGroups/{options.ResourceGroup}/providers/Microsoft.ContainerService/managedClusters";

    public JsonObject Pool(ArmCluster cluster, string name, JsonObject properties) => new()
    {
        ["id"] = $"{Base}/{cluster.Cluster.Name}/agentPools/{name}",
        ["name"] = name,
        ["type"] = "Microsoft.ContainerService/managedClusters/agentPools",
        ["properties"] = properties,
    };

    public JsonObject Cluster(ArmCluster cluster)
    {
        var c = cluster.Cluster;
        var profiles = cluster.List().Select(p =>
        {
            p.Properties["name"] = p.Name;
            return (JsonNode)p.Properties;
        });
        return new()
        {
            ["id"] = $"{Base}/{c.Name}",
            ["name"] = c.Name,
            ["type"] = "Microsoft.ContainerService/managedClusters",
            ["location"] = c.Location,
            ["tags"] = new JsonObject(c.Tags.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value)).Append(new("twin", "true"))),
            ["sku"] = new JsonObject { ["name"] = "Base", ["tier"] = "Standard" },
            ["properties"] = new JsonObject
            {
                ["provisioningState"] = cluster.IsBusy ? "Updating" : "Succeeded",
                ["powerState"] = new JsonObject { ["code"] = "Running" },
                ["kubernetesVersion"] = c.KubernetesVersion,
                ["currentKubernetesVersion"] = c.KubernetesVersion,
                ["dnsPrefix"] = c.Name,
                ["fqdn"] = $"{c.Name}.hcp.{c.Location}.twin.invalid",
                ["agentPoolProfiles"] = new JsonArray([.. profiles]),
                ["nodeResourceGroup"] = $"MC_{options.ResourceGroup}_{c.Name}_{c.Location}",
                ["enableRBAC"] = true,
                ["maxAgentPools"] = AgentPoolRules.MaxPools,
                ["networkProfile"] = new JsonObject { ["networkPlugin"] = "azure", ["networkPluginMode"] = "overlay", ["networkPolicy"] = "cilium" },
                ["aadProfile"] = new JsonObject { ["managed"] = true, ["enableAzureRBAC"] = true },
            },
        };
    }

    public static JsonObject Status(PoolOperation operation)
    {
        var status = new JsonObject { ["name"] = operation.Id, ["status"] = operation.Status, ["startTime"] = operation.StartedAt.ToString("O", CultureInfo.InvariantCulture) };
        if (operation.EndedAt is { } end)
            status["endTime"] = end.ToString("O", CultureInfo.InvariantCulture);
        if (operation.Status is "Failed" or "Canceled" && operation.Error is not null)
            status["error"] = operation.Error.DeepClone();
        return status;
    }

    public async Task WriteAsync(HttpContext http, ArmAnswer answer)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        if (answer.Operation is { } operation)
        {
            var at = $"{http.Request.Scheme}://{http.Request.Host}/subscriptions/{options.SubscriptionId}/providers/Microsoft.ContainerService/locations/{answer.Location}";
            response.Headers["Azure-AsyncOperation"] = $"{at}/operations/{operation.Id}?api-version=2016-03-30";
            if (answer.WithLocation)
                response.Headers.Location = $"{at}/operationresults/{operation.Id}?api-version=2016-03-30";
        }

        if (answer.Operation is not null || answer.PollAgain)
            response.Headers.RetryAfter = ((int)Math.Ceiling(options.Timing.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (answer.Body is not null)
            await WriteJsonAsync(http, answer.Body).ConfigureAwait(false);
    }

    public static async Task WriteErrorAsync(HttpContext http, ArmException error)
    {
        if (http.Response.HasStarted)
            return;
        http.Response.StatusCode = error.Status;
        http.Response.Headers["x-ms-error-code"] = error.Code;
        if (error.RetryAfter is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await WriteJsonAsync(http, error.ToJson()).ConfigureAwait(false);
    }

    private static async Task WriteJsonAsync(HttpContext http, JsonNode body)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.WriteAsync(body.ToJsonString(), http.RequestAborted).ConfigureAwait(false);
    }
}
