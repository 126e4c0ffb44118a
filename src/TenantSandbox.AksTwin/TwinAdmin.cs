using Microsoft.AspNetCore.Builder;
using TenantSandbox.AksTwin.Arm;

namespace TenantSandbox.AksTwin;

/// <summary>
/// The twin's own endpoint, <c>/twin</c> on the ARM port; loopback only and without a token, for scripts:
/// <c>faults</c> GET, POST (one or an array), DELETE; <c>calls</c> GET, DELETE; <c>clusters/{name}/busy?seconds=</c> POST.
/// </summary>
internal static class TwinAdmin
{
    public static void Map(WebApplication app, TwinHost twin, List<ArmCluster> clusters)
    {
        app.MapGet("/twin", () => new { Twin = "not Azure", Clusters = clusters.Select(c => c.Name), Timing = twin.Options.Timing.Name });
        app.MapGet("/twin/faults", () => twin.Faults.Pending);
        app.MapPost("/twin/faults", (HttpRequest request) => AddFaultsAsync(twin.Faults, request.Body));
        app.MapDelete("/twin/faults", () => Done(twin.Faults.Clear));
        app.MapGet("/twin/calls", twin.Calls.Snapshot);
        app.MapDelete("/twin/calls", () => Done(twin.Calls.Reset));
        app.MapPost("/twin/clusters/{name}/busy", (string name, double seconds) =>
            clusters.Find(c => c.Name == name) is { } cluster && seconds is > 0 and < 86_400
                ? Done(() => cluster.Occupy(TimeSpan.FromSeconds(seconds)))
                : Results.NotFound());
    }

    private static async Task<IResult> AddFaultsAsync(FaultScript script, Stream body)
    {
        try
        {
            var json = await JsonSerializer.DeserializeAsync<JsonNode>(body);
            var faults = (json as JsonArray ?? [json]).Select(f => f.Deserialize<Fault>(JsonSerializerOptions.Web));
            return Done(() => script.Add([.. faults.Select(f => f ?? throw new JsonException("null is none."))]));
        }
        catch (JsonException e)
        {
            return Results.BadRequest($$"""A fault is like {"call":"arm.agentPools.put","kind":"Refuse","status":409}: {{e.Message}}""");
        }
    }

    private static IResult Done(Action action)
    {
        action();
        return Results.NoContent();
    }
}
