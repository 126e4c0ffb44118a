using System.Runtime.CompilerServices;

namespace TenantSandbox.AksTwin;

/// <summary>JSON text whose holes are filled with values, each written as JSON: text with quotes, null as <c>null</c>.</summary>
[InterpolatedStringHandler]
internal readonly ref struct JsonTemplate(int literalLength, int formattedCount)
{
    private readonly StringBuilder _text = new(literalLength + 32 * formattedCount);

    public void AppendLiteral(string json) => _text.Append(json);

    public void AppendFormatted<T>(T value) => _text.Append(JsonSerializer.Serialize(value));

    public override string ToString() => _text.ToString();
}
