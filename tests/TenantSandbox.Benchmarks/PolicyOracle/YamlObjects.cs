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
            .SelectMany(ReadFile),
    ];

    /// <summary>The objects of a file; those of lists one by one. What is no object is left out.</summary>
    /// <exception cref="YamlException">The file is not well-formed.</exception>
    public static IEnumerable<JsonObject> ReadFile(string file) => Documents(file).SelectMany(Items);

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
        YamlMappingNode map => new JsonObject(FieldsOf(map).Select(p => KeyValuePair.Create($"{p.Key}", Convert(p.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value ?? ""),
        YamlScalarNode scalar => scalar.Value,
        _ => throw new YamlException($"unexpected {node.NodeType}"),
    };

    /// <summary>With the fields of merged maps (<c>&lt;&lt;</c>) that the map doesn't have itself.</summary>
    private static IEnumerable<KeyValuePair<YamlNode, YamlNode>> FieldsOf(YamlMappingNode map)
    {
        var merged = from field in map
                     where $"{field.Key}" == "<<"
                     from source in field.Value is YamlSequenceNode several ? several : [field.Value]
                     from inherited in FieldsOf((YamlMappingNode)source)
                     select inherited;
        return map.Where(f => $"{f.Key}" != "<<").Concat(merged).DistinctBy(f => $"{f.Key}");
    }

    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => true,
        "false" => false,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => text,
    };
}
