using System.Text.Json.Nodes;

namespace TenantSandbox.Functions.Tests.BuildOutput;

/// <summary>The files that the app's build writes for the Functions host.</summary>
internal static class AppOutput
{
    /// <summary>The app's output folder lies beside the one of these tests and has the same configuration.</summary>
    public static string Folder { get; } = Path.GetFullPath(
        Path.Combine("..", "..", "TenantSandbox.Functions", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))),
        AppContext.BaseDirectory);

    public static JsonNode Read(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name)))!;

    public static bool Has(string name) => File.Exists(Path.Combine(Folder, name));

    /// <summary>The functions in the order of their names, each in one line with its bindings and their settings. Parameter names are left out: nobody depends on them.</summary>
    public static IEnumerable<string> Functions() =>
        Read("functions.metadata").AsArray()
            .OrderBy(function => function!["name"]!.ToString(), StringComparer.Ordinal)
            .Select(function => $"{function!["name"]}: {string.Join("; ", function["bindings"]!.AsArray().Select(binding => Line(binding!.AsObject())))}");

    private static string Line(JsonObject binding)
    {
        var settings = binding.Where(setting => setting.Key is not ("name" or "type" or "direction" or "properties"))
            .Concat(binding["properties"] as JsonObject ?? [])
            .OrderBy(setting => setting.Key, StringComparer.Ordinal)
            .Select(setting => $" {setting.Key}={(setting.Value is JsonArray values ? string.Join(',', values) : setting.Value)}");
        return $"{(binding["direction"]!.ToString() == "In" ? "" : "out ")}{binding["type"]}{string.Concat(settings)}";
    }
}
