using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantSandbox.Packaging;

/// <summary>One library of the app's deps.json.</summary>
/// <param name="IsBuiltHere">Whether it was built from a project and not taken from a package.</param>
/// <param name="Files">Paths below the zip's root of what the runtime loads of it.</param>
internal sealed record Dependency(string Name, bool IsBuiltHere, IReadOnlyList<string> Files);

/// <summary>
/// Reads deps.json files, whose form is documented in https://github.com/dotnet/cli/blob/main/Documentation/specs/runtime-configuration-file.md.
/// </summary>
internal static class Dependencies
{
    /// <summary>The libraries in the deps.json files at the zip's root. None if there is no such file.</summary>
    public static IEnumerable<Dependency> Of(ZipArchive archive)
    {
        foreach (var entry in archive.Entries.Where(e => e.FullName == e.Name && e.Name.EndsWith(".deps.json", StringComparison.Ordinal)))
        {
            var file = archive.ReadJson(entry.FullName);
            var target = file?["runtimeTarget"]?["name"]?.ToString() ?? "";
            foreach (var (library, assets) in file?["targets"]?[target] as JsonObject ?? [])
            {
                yield return new(library.Split('/')[0], file!["libraries"]?[library]?["type"]?.ToString() == "project", [.. Files(assets!)]);
            }
        }
    }

    /// <summary>The file's JSON; null if it is missing or not JSON.</summary>
    public static JsonNode? ReadJson(this ZipArchive archive, string name)
    {
        if (archive.GetEntry(name) is not { } entry)
        {
            return null;
        }

        using var content = entry.Open();
        try
        {
            return JsonNode.Parse(content);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Publishing puts assemblies and native libraries at the root, resources into their culture's folder.</summary>
    private static IEnumerable<string> Files(JsonNode assets) =>
    [
        .. Keys(assets, "runtime").Concat(Keys(assets, "native")).Select(path => Path.GetFileName(path)).Where(name => name != "_._"),
        .. Keys(assets, "resources").Select(path => $"{assets["resources"]![path]!["locale"]}/{Path.GetFileName(path)}"),
        .. Keys(assets, "runtimeTargets"),
    ];

    private static IEnumerable<string> Keys(JsonNode assets, string kind) => (assets[kind] as JsonObject ?? []).Select(asset => asset.Key);
}
