using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Requests.PodTemplates;

/// <summary>
/// A pod template in the wording of apps/v1, as far as it is the sender's: validated, without what the app sets, and in canonical form.
/// Templates are equal when they mean the same: the order of properties, nulls, defaults that are part of the form and the spelling of
/// quantities make no difference.
/// </summary>
[JsonConverter(typeof(PodTemplateConverter))]
public sealed record PodTemplate
{
    // Objects that say nothing when they are empty, as when all they had is what the app sets. An empty label selector selects everything.
    private static readonly string[] NothingWhenEmpty =
        ["affinity", "capabilities", "dnsConfig", "lifecycle", "metadata", "podAffinity", "podAntiAffinity", "securityContext"];

    private PodTemplate(string json) => Json = json;

    /// <summary>Canonical JSON: properties in ordinal order, no nulls, lists in the sender's order.</summary>
    [JsonIgnore]
    public string Json { get; }

    /// <summary>A copy of the content: <c>metadata</c> and <c>spec</c>.</summary>
    public JsonObject ToNode() => JsonNode.Parse(Json)!.AsObject();

    /// <summary>Only the length: variables may be confidential.</summary>
    public override string ToString() => $"{nameof(PodTemplate)} of {Json.Length} characters";

    /// <summary>A template of content that was validated, or made from a validated short form.</summary>
    internal static PodTemplate Of(JsonObject content) => new(CanonicalJson.Write(content, NothingWhenEmpty));
}

/// <summary>Stores a template as the JSON object that it is.</summary>
internal sealed class PodTemplateConverter : JsonConverter<PodTemplate>
{
    /// <inheritdoc/>
    public override PodTemplate? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNode.Parse(ref reader) is JsonObject content ? PodTemplate.Of(content) : throw new JsonException("A pod template must be an object.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PodTemplate value, JsonSerializerOptions options) => writer.WriteRawValue(value.Json);
}
