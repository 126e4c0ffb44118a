using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TenantSandbox.Benchmarks.PolicyOracle;

/// <summary>Reads Kubernetes objects from YAML and JSON files, as JSON with all their fields.</summary>
internal static class YamlObjects
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    /// <summary>The objects of all files of a folder; those of lists one by one. What is no object is left out.</summary>
    /// <exception cref="YamlException">A file is not well-formed.</exception>
    public static IReadOnlyList<JsonObject> Read(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(f => Extensions.Contains(Path.GetExtension(f)))
            .Order(StringComparer.Ordinal)
            .SelectMany(Documents)
            .SelectMany(Items),
    ];

    private static IEnumerable<JsonObject> Documents(string file)
    {
        using var text = File.OpenText(file);
        var stream = new YamlStream();
        stream.Load(text);
        return [.. stream.Documents.Select(d => Convert(d.RootNode)).OfType<JsonObject>()];
    }

    private static IEnumerable<JsonObject> Items(JsonObject item)
    {
        if (item["items"] is not JsonArray items || $"{item["kind"]}" is not { } kind || !kind.EndsWith("List", StringComparison.Ordinal))
        {
            return [item];
        }

        // Items of a typed list can lack their kind.
        return items.OfType<JsonObject>().Select(i =>
        {
            i["kind"] ??= kind[..^"List".Length];
            i["apiVersion"] ??= $"{item["apiVersion"]}";
            return i;
        });
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Select(p => KeyValuePair.Create($"{p.Key}", Convert(p.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value ?? ""),
        YamlScalarNode scalar => scalar.Value,
        _ => throw new YamlException($"unexpected {node.NodeType}"),
    };

    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => true,
        "false" => false,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => text,
    };
}
