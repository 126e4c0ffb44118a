using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TenantSandbox.EndToEnd.Tests.Lifecycle;

/// <summary>Looks for a value in bytes, in every form in which something could have written it.</summary>
internal sealed class Canary(string value)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly (string Form, byte[] Bytes)[] _forms = [.. FormsOf(value)];

    /// <summary>The forms that occur in some bytes.</summary>
    public IEnumerable<string> FindIn(byte[] bytes) => _forms.Where(f => bytes.AsSpan().IndexOf(f.Bytes) >= 0).Select(f => f.Form);

    private static IEnumerable<(string Form, byte[] Bytes)> FormsOf(string value)
    {
        var plain = Encoding.UTF8.GetBytes(value);
        var base64 = Convert.ToBase64String(plain);
        var texts = new Dictionary<string, string>
        {
            ["plain"] = value,
            ["base64"] = base64.TrimEnd('='),
            ["base64 of base64"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(base64)).TrimEnd('='),
            ["base64url"] = base64.TrimEnd('=').Replace('+', '-').Replace('/', '_'),
            ["JSON"] = Inner(JsonSerializer.Serialize(value)),
            ["relaxed JSON"] = Inner(JsonSerializer.Serialize(value, Relaxed)),
            ["JSON in JSON"] = Inner(JsonSerializer.Serialize(Inner(JsonSerializer.Serialize(value)))),
            ["URL"] = Uri.EscapeDataString(value),
            ["form"] = System.Net.WebUtility.UrlEncode(value),
            ["hexadecimal"] = Convert.ToHexStringLower(plain),
        };
        foreach (var (form, text) in texts.DistinctBy(t => t.Value))
        {
            yield return (form, Encoding.UTF8.GetBytes(text));
            yield return ($"{form}, UTF-16", Encoding.Unicode.GetBytes(text));
        }

        // Base64 of a text that has the value in it, such as a whole object: the bytes before it shift its characters.
        for (var shift = 1; shift < 3; shift++)
        {
            var shifted = Convert.ToBase64String([.. new byte[shift], .. plain]);
            yield return ($"base64 after {shift} bytes", Encoding.UTF8.GetBytes(shifted[4..(shifted.Length - 4)]));
        }
    }

    private static string Inner(string json) => json[1..^1];
}
