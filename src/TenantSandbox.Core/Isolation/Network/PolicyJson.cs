using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Isolation.Network;

/// <summary>Reads fields of Kubernetes objects. Null counts as absent, as in the API; a value of another type is an error.</summary>
internal static class PolicyJson
{
    public static JsonObject? Child(this JsonObject item, string name) => item[name] switch
    {
        null => null,
        JsonObject child => child,
        _ => throw new FormatException($"{name} is no object"),
    };

    /// <summary>The objects of a list; none when it is absent.</summary>
    public static IEnumerable<JsonObject> Items(this JsonObject item, string name) => item[name] switch
    {
        null => [],
        JsonArray items => items.Select(i => i as JsonObject ?? throw new FormatException($"an item of {name} is no object")),
        _ => throw new FormatException($"{name} is no list"),
    };

    public static IReadOnlyList<string> Texts(this JsonObject item, string name) => item[name] switch
    {
        null => [],
        JsonArray items => [.. items.Select(i => TextOf(i, name))],
        _ => throw new FormatException($"{name} is no list"),
    };

    public static string? Text(this JsonObject item, string name) => item[name] is { } value ? TextOf(value, name) : null;

    public static IReadOnlyDictionary<string, string> Labels(this JsonObject metadata, string name = "labels") =>
        (metadata.Child(name) ?? []).ToDictionary(l => l.Key, l => TextOf(l.Value, l.Key), StringComparer.Ordinal);

    /// <summary>A port's number, 1 to 65535.</summary>
    public static int Port(this JsonObject item, string name) =>
        int.TryParse($"{item[name]}", NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= ushort.MaxValue
            ? number
            : throw new FormatException($"{name} is no port number");

    /// <summary>TCP when it is absent.</summary>
    public static TransportProtocol Protocol(string? name) => name switch
    {
        null or "TCP" => TransportProtocol.Tcp,
        "UDP" => TransportProtocol.Udp,
        "SCTP" => TransportProtocol.Sctp,
        _ => throw new FormatException($"{name} is no protocol of network policies"),
    };

    private static string TextOf(JsonNode? value, string name) => value is JsonValue text && text.GetValueKind() == JsonValueKind.String
        ? text.GetValue<string>()
        : throw new FormatException($"{name} is no text");
}
