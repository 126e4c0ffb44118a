using Microsoft.AspNetCore.Builder;
using TenantSandbox.AksTwin.Arm;

namespace TenantSandbox.AksTwin;

/// <summary>
/// The twin's control endpoint for scripts: <c>/twin</c> on the ARM port, without authentication. Injected faults: <c>faults</c> GET,
/// POST (one or an array), DELETE. Call counts: <c>calls</c> GET, DELETE. Cluster operations: <c>clusters/{name}/busy?seconds=</c> POST.
/// Node images: <c>clusters/{name}/pools/{pool}/node-image?version=</c> POST.
/// </summary>
internal static class TwinAdminApi
{
    public static void Map(WebApplication app, TwinHost twin, List<ArmCluster> clusters)
    {
        app.MapGet("/twin", () => new { Twin = "not Azure", Clusters = clusters.Select(c => c.Name), Timing = twin.Options.Timing.Name });
        app.MapGet("/twin/faults", () => twin.InjectedFaults.Pending);
        app.MapPost("/twin/faults", (HttpRequest request) => AddFaultsAsync(twin.InjectedFaults, request.Body));
        app.MapDelete("/twin/faults", () => NoContent(twin.InjectedFaults.Clear));
        app.MapGet("/twin/calls", twin.Calls.Snapshot);
        app.MapDelete("/twin/calls", () => NoContent(twin.Calls.Reset));
        app.MapPost("/twin/clusters/{name}/busy", (string name, double seconds) =>
            clusters.Find(c => c.Name == name) is { } cluster && seconds is > 0 and < 86_400
                ? NoContent(() => cluster.StartClusterOperation(TimeSpan.FromSeconds(seconds)))
                : Results.NotFound());
        app.MapPost("/twin/clusters/{name}/pools/{pool}/node-image", (string name, string pool, string version) =>
            clusters.Find(c => c.Name == name) is { } cluster && cluster.SetNodeImage(pool, version) ? Results.NoContent() : Results.NotFound());
    }

    private static async Task<IResult> AddFaultsAsync(InjectedFaults injectedFaults, Stream body)
    {
        try
        {
            var json = await JsonSerializer.DeserializeAsync<JsonNode>(body);
            var faults = (json as JsonArray ?? [json]).Select(f => f.Deserialize<InjectedFault>(JsonSerializerOptions.Web));
            return NoContent(() => injectedFaults.Add([.. faults.Select(f => f ?? throw new JsonException("null is not a fault."))]));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return Results.BadRequest(
                $$"""Invalid fault; expected for example {"call":"arm.agentPools.put","kind":"Refuse","status":409}. {{e.Message}}""");
        }
    }

    private static IResult NoContent(Action action)
    {
        action();
        return Results.NoContent();
    }
}
