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
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!.Trim('/').Split('/');
        switch (http.Request.Method, path)
        {
            case ("GET", ["twin"]):
                await http.Response.WriteAsJsonAsync(
                    new { twin = "This is a twin of AKS, not Azure.", arm = twin.ArmEndpoint, clusters = clusters.Select(c => c.Cluster.Name), timing = twin.Options.Timing.Name }, Json).ConfigureAwait(false);
                break;
            case ("GET", ["twin", "faults"]):
                await http.Response.WriteAsJsonAsync(twin.Faults.Pending, Json).ConfigureAwait(false);
                break;
            case ("POST", ["twin", "faults"]):
                await AddFaultsAsync(http).ConfigureAwait(false);
                break;
            case ("DELETE", ["twin", "faults"]):
                twin.Faults.Clear();
                http.Response.StatusCode = 204;
                break;
            case ("GET", ["twin", "calls"]):
                await http.Response.WriteAsJsonAsync(twin.Calls.Snapshot(), Json).ConfigureAwait(false);
                break;
            case ("DELETE", ["twin", "calls"]):
                twin.Calls.Reset();
                http.Response.StatusCode = 204;
                break;
            case ("POST", ["twin", "clusters", var name, "busy"]) when clusters.FirstOrDefault(c => c.Cluster.Name == name) is { } cluster
                && double.TryParse(http.Request.Query["seconds"], out var seconds) && seconds is > 0 and < 86_400:
                cluster.Occupy(TimeSpan.FromSeconds(seconds));
                http.Response.StatusCode = 204;
                break;
            default:
                http.Response.StatusCode = 404;
                break;
        }
    }

    private async Task AddFaultsAsync(HttpContext http)
    {
        try
        {
            var body = await JsonSerializer.DeserializeAsync<JsonElement>(http.Request.Body, Json).ConfigureAwait(false);
            var faults = body.ValueKind == JsonValueKind.Array ? body.Deserialize<Fault[]>(Json)! : [body.Deserialize<Fault>(Json)!];
            twin.Faults.Add(faults);
            http.Response.StatusCode = 204;
        }
        catch (JsonException e)
        {
            http.Response.StatusCode = 400;
            await http.Response.WriteAsync($"A fault is like {{\"call\":\"arm.agentPools.put\",\"kind\":\"Refuse\",\"status\":409}}: {e.Message}").ConfigureAwait(false);
        }
    }
}
