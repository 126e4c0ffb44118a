using System.Text.Json;

namespace TenantSandbox.Doors.Tests;

/// <summary>What an HTTP function answered.</summary>
public sealed record Answer(int Status, string? ContentType, string? Location, string? RetryAfter, string? ETag, JsonElement Body)
{
    public string? Text(string name) => Body.GetProperty(name).GetString();

    public string ProblemType => Text("type")!["urn:tenantsandbox:problem:".Length..];

    public IEnumerable<string> Errors => Body.GetProperty("errors").EnumerateArray().Select(x => $"{x.GetProperty("pointer").GetString()} {x.GetProperty("code").GetString()}");
}
