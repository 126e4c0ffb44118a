using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests.Kinds;

/// <summary>
/// The settings of a workload's kind, or its range of replicas, in the wording of the Kubernetes API as far as they are the sender's:
/// validated and in canonical form. Settings are equal when they say the same in any order.
/// </summary>
[JsonConverter(typeof(KindSettingsConverter))]
public sealed record KindSettings
{
    private KindSettings(string json) => Json = json;

    /// <summary>Canonical JSON: properties in ordinal order, no nulls, lists in the sender's order.</summary>
    [JsonIgnore]
    public string Json { get; }

    /// <summary>A copy of the content.</summary>
    public JsonObject ToNode() => JsonNode.Parse(Json)!.AsObject();

    /// <summary>An integer of the top level; null when it is absent.</summary>
    public int? Integer(string name) => (int?)ToNode()[name]?.GetValue<long>();

    /// <summary>A text of the top level; null when it is absent.</summary>
    public string? Text(string name) => ToNode()[name]?.GetValue<string>();

    /// <inheritdoc/>
    public override string ToString() => Json;

    /// <summary>Settings of content that was validated.</summary>
    /// <returns>Null for an empty object, which says nothing.</returns>
    internal static KindSettings? Of(JsonObject content) => CanonicalJson.Write(content, []) is var json and not "{}" ? new(json) : null;
}

/// <summary>Stores settings as the JSON object that they are.</summary>
internal sealed class KindSettingsConverter : JsonConverter<KindSettings>
{
    /// <inheritdoc/>
    public override KindSettings? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNode.Parse(ref reader) is JsonObject content ? KindSettings.Of(content) : throw new JsonException("Settings must be an object.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, KindSettings value, JsonSerializerOptions options) => writer.WriteRawValue(value.Json);
}
