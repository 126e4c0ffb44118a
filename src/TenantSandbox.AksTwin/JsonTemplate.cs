using System.Runtime.CompilerServices;

namespace TenantSandbox.AksTwin;

/// <summary>Builds JSON objects from interpolated JSON text.</summary>
internal static class JsonTemplate
{
    /// <summary>
    /// Builds an object from JSON text whose interpolated values are written as JSON: <c>JsonTemplate.Fill($$"""{"name":{{name}}}""")</c>.
    /// Properties that are null are left out.
    /// </summary>
    public static JsonObject Fill(JsonInterpolationHandler template) => Parse(template.ToString());

    /// <summary>Parses an object without interpolated values. Properties that are null are left out.</summary>
    public static JsonObject Parse(string json) => (JsonObject)JsonParser.Parse(Encoding.UTF8.GetBytes(json), keepNulls: false)!;
}

/// <summary>Writes interpolated values as JSON: strings quoted and escaped, null as <c>null</c>.</summary>
[InterpolatedStringHandler]
internal readonly ref struct JsonInterpolationHandler(int literalLength, int formattedCount)
{
    private readonly StringBuilder _json = new(literalLength + 32 * formattedCount);

    public void AppendLiteral(string json) => _json.Append(json);

    public void AppendFormatted<T>(T value) => _json.Append(JsonSerializer.Serialize(value));

    public override string ToString() => _json.ToString();
}
