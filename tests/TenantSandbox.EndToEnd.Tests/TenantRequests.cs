using System.Text.Json.Nodes;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>Requests as senders write them.</summary>
internal static class TenantRequests
{
    public static JsonObject Onboard(
        string tenantId, long revision = 1, string tier = "pooled", string image = "registry.example/app:1", string? region = null)
    {
        var request = new JsonObject
        {
            ["tenantId"] = tenantId,
            ["revision"] = revision,
            ["tier"] = tier,
            ["workloads"] = new JsonArray
            {
                new JsonObject
                {
                    ["name"] = "web", ["image"] = image, ["cpu"] = "250m", ["memory"] = "256Mi", ["ports"] = new JsonArray { new JsonObject { ["port"] = 8080 } },
                },
            },
        };
        if (region is not null)
        {
            request["region"] = region;
        }

        return request;
    }

    public static JsonObject CloudEvent(string kind, JsonObject data, string? id = null) => new()
    {
        ["specversion"] = "1.0",
        ["type"] = $"tenantsandbox.tenant.{kind}.requested",
        ["source"] = "/tests",
        ["id"] = id ?? $"{kind}-{data["tenantId"]}-{data["revision"]}",
        ["datacontenttype"] = "application/json",
        ["data"] = data.DeepClone(),
    };
}
