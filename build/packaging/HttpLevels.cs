using System.IO.Compression;
using System.Text.Json.Nodes;

namespace TenantSandbox.Packaging;

/// <summary>Checks who may call the HTTP functions of a zip: the levels are constants of the build, and the two builds look alike otherwise.</summary>
internal static class HttpLevels
{
    private const string Health = "GetHealth";

    /// <summary>One sentence for each HTTP function with another level than its build must have.</summary>
    /// <param name="archive">The zip.</param>
    /// <param name="isEntra">Whether App Service authentication stands before the app, so that no function asks for a key.</param>
    public static IEnumerable<string> Defects(ZipArchive archive, bool isEntra)
    {
        foreach (var function in archive.ReadJson("functions.metadata") as JsonArray ?? [])
        {
            var trigger = function!["bindings"]?.AsArray().FirstOrDefault(b => b?["type"]?.ToString() == "httpTrigger");
            var name = function["name"]?.ToString();
            var expected = isEntra || name == Health ? "Anonymous" : "Function";
            if (trigger is not null && trigger["authLevel"]?.ToString() is var level && !expected.Equals(level, StringComparison.OrdinalIgnoreCase))
            {
                yield return $"{name} has the authorization level {level ?? "of the host"}, not {expected}: build it with -p:HttpAuthentication={(isEntra ? "entra" : "keys")}.";
            }
        }
    }
}
