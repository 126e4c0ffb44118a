using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TenantSandbox.AksTwin.Arm;

namespace TenantSandbox.AksTwin;

/// <summary>
/// The twin's own endpoint, <c>/twin</c> on the ARM port; loopback only and without a token, for scripts:
/// <c>faults</c> GET, POST (one or an array), DELETE; <c>calls</c> GET, DELETE; <c>clusters/{name}/busy?seconds=</c> POST.
/// </summary>
internal sealed class TwinAdmin(TwinHost twin, IReadOnlyList<ArmCluster> clusters)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!.Trim('/').Split('/');
        var answer = (http.Request.Method, path) switch
        {
            ("GET", ["twin"]) => Results.Json(About(), Web),
            ("GET", ["twin", "faults"]) => Results.Json(twin.Faults.Pending, Web),
            ("POST", ["twin", "faults"]) => await AddFaultsAsync(http.Request.Body).ConfigureAwait(false),
            ("DELETE", ["twin", "faults"]) => Done(twin.Faults.Clear),
            ("GET", ["twin", "calls"]) => Results.Json(twin.Calls.Snapshot(), Web),
            ("DELETE", ["twin", "calls"]) => Done(twin.Calls.Reset),
            ("POST", ["twin", "clusters", var name, "busy"]) => Occupy(name, http.Request.Query["seconds"]),
            _ => Results.NotFound(),
        };
        await answer.ExecuteAsync(http).ConfigureAwait(false);
    }

    private object About() => new
    {
        twin = "This is a twin of AKS, not Azure.",
        arm = twin.ArmEndpoint,
        clusters = clusters.Select(c => c.Name),
        timing = twin.Options.Timing.Name,
    };

    private async Task<IResult> AddFaultsAsync(Stream body)
    {
        try
        {
            var json = await JsonSerializer.DeserializeAsync<JsonElement>(body, Web).ConfigureAwait(false);
            Fault?[] faults = json.ValueKind == JsonValueKind.Array ? json.Deserialize<Fault?[]>(Web)! : [json.Deserialize<Fault>(Web)];
            return Done(() => twin.Faults.Add([.. faults.Select(f => f ?? throw new JsonException("null is none"))]));
        }
        catch (JsonException e)
        {
            return Results.BadRequest($$"""A fault is like {"call":"arm.agentPools.put","kind":"Refuse","status":409}: {{e.Message}}""");
        }
    }

    private IResult Occupy(string name, string? text)
    {
        if (clusters.FirstOrDefault(c => c.Name == name) is not { } cluster || !double.TryParse(text, out var seconds) || seconds is <= 0 or > 86_400)
            return Results.NotFound();
        return Done(() => cluster.Occupy(TimeSpan.FromSeconds(seconds)));
    }

    private static IResult Done(Action action)
    {
        action();
        return Results.NoContent();
    }
}
