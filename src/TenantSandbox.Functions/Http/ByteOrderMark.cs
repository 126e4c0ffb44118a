using System.Text;

namespace TenantSandbox.Functions.Http;

/// <summary>
/// Removes the byte order mark that some senders write in front of JSON. RFC 8259 allows to ignore it; a second one is malformed.
/// </summary>
internal static class ByteOrderMark
{
    public static ReadOnlyMemory<byte> Strip(ReadOnlyMemory<byte> utf8) => utf8.Span.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8;

    public static string Strip(string text) => text.StartsWith('\ufeff') ? text[1..] : text;
}
