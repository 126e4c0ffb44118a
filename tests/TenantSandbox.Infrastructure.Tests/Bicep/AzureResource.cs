using System.Globalization;
using System.Text.Json.Nodes;

namespace TenantSandbox.Infrastructure.Tests.Bicep;

/// <summary>A resource that a deployment makes.</summary>
/// <param name="Body">The request, with <c>id</c>, <c>type</c> and <c>name</c>.</param>
internal sealed record AzureResource(JsonObject Body)
{
    public string Id => Text("id")!;

    public string Type => Text("type")!;

    public string Name => Text("name")!;

    /// <summary>The resource that an extension resource, such as a diagnostic setting, belongs to.</summary>
    public string Scope => Id[..Id.LastIndexOf("/providers/", StringComparison.Ordinal)];

    /// <summary>A value below the resource; null if it isn't there.</summary>
    /// <param name="path">Names and array indexes, separated by dots.</param>
    public JsonNode? Find(string path) => path.Split('.').Aggregate((JsonNode?)Body, (node, name) => node switch
    {
        JsonObject map => map[name],
        JsonArray list when int.TryParse(name, CultureInfo.InvariantCulture, out var index) && index < list.Count => list[index],
        _ => null,
    });

    /// <summary>A text, or the JSON of another value; null if it isn't there.</summary>
    public string? Text(string path) => Find(path) switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        var node => node.ToJsonString(),
    };

    /// <summary>The elements of an array; none if it isn't there.</summary>
    public IEnumerable<JsonNode> List(string path) => (Find(path) as JsonArray ?? []).OfType<JsonNode>();

    /// <summary>Replaces a value, or removes it for null.</summary>
    public void Set(string path, JsonNode? value)
    {
        var parent = path.Contains('.', StringComparison.Ordinal) ? Find(path[..path.LastIndexOf('.')]) : Body;
        var name = path[(path.LastIndexOf('.') + 1)..];
        switch (parent)
        {
            case JsonObject map when value is null:
                Assert.True(map.Remove(name), $"{Id} has no {path} to remove");
                break;
            case JsonObject map:
                map[name] = value;
                break;
            case JsonArray list:
                list[int.Parse(name, CultureInfo.InvariantCulture)] = value;
                break;
            default:
                Assert.Fail($"{Id} has no {path}");
                break;
        }
    }

    public override string ToString() => $"{Type} {Name}";
}
