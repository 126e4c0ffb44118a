using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Http;

/// <summary>Reads a request's body up to the size limit, without a byte order mark.</summary>
internal static class HttpBody
{
    /// <returns>The bytes, or the problem to return.</returns>
    public static async Task<(ReadOnlyMemory<byte> Utf8, IResult? Problem)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && !encoding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return (default, Problem.UnsupportedEncoding(request));
        }

        if (!IsJson(request.ContentType))
        {
            return (default, Problem.UnsupportedMediaType(request));
        }

        if (request.ContentLength > RequestLimits.MaxRequestBytes)
        {
            return (default, Problem.TooLarge(request));
        }

        // One byte more than what is announced or allowed shows that there is more.
        var buffer = new byte[(request.ContentLength ?? RequestLimits.MaxRequestBytes) + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length == buffer.Length ? (default, Problem.TooLarge(request)) : (ByteOrderMark.Strip(buffer.AsMemory(0, length)), null);
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
}
