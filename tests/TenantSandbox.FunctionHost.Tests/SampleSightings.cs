using System.Text.Json;

namespace TenantSandbox.Hosting.Tests;

/// <summary>Reads what the sample app's triggered functions got.</summary>
internal static class SampleSightings
{
    /// <summary>Waits until a function has been called that often, and returns what it got in its last call.</summary>
    public static async Task<JsonElement> SightingAsync(this SampleHost sample, string function, int calls = 1)
    {
        var path = Path.Combine(sample.Directory, $"{function}.seen");
        string[] lines = [];
        await SampleHost.EventuallyAsync(
            () => File.Exists(path) && (lines = File.ReadAllText(path).Split('\n'))[..^1].Length >= calls, $"{function} got its {calls}. value");
        return JsonElement.Parse(lines[calls - 1]);
    }

    /// <summary>The value that a function got, as JSON text.</summary>
    public static async Task<string> ValueAsync(this SampleHost sample, string function, int calls = 1) =>
        (await sample.SightingAsync(function, calls)).GetProperty("Value").GetRawText();
}
