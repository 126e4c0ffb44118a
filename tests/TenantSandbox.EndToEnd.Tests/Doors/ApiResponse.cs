using System.Text.Json;

namespace TenantSandbox.EndToEnd.Tests.Doors;

/// <summary>A response of the HTTP API.</summary>
public sealed record ApiResponse(int Status, string? ContentType, string? Location, string? RetryAfter, string? ETag, JsonElement Body)
{
    /// <summary>The problem's type without its URN prefix.</summary>
    public string ProblemType => Text("type")!["urn:tenantsandbox:problem:".Length..];

    /// <summary>The validation faults of a problem, each "pointer code".</summary>
    public IEnumerable<string> Errors =>
        Body.GetProperty("errors").EnumerateArray().Select(error => $"{error.GetProperty("pointer").GetString()} {error.GetProperty("code").GetString()}");

    public string? Text(string name) => Body.GetProperty(name).GetString();
}
