using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Http;

/// <summary>Reads a request's body up to the size limit, without a byte order mark.</summary>
internal static class HttpBody
{
    /// <summary>Sets the most bytes that the body of a request may have.</summary>
    /// <returns>Null, or the problem to return if more are announced.</returns>
    public static IResult? Limit(HttpRequest request, int maxBytes)
    {
        request.HttpContext.Features.Set(new SizeLimit(maxBytes));
        return request.ContentLength > maxBytes ? Problem.TooLarge(request, maxBytes) : null;
    }

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

        var maxBytes = request.HttpContext.Features.Get<SizeLimit>()?.Bytes ?? RequestLimits.MaxRequestBytes;
        if (request.ContentLength > maxBytes)
        {
            return (default, Problem.TooLarge(request, maxBytes));
        }

        // One byte more than what is announced or allowed shows that there is more.
        var buffer = new byte[(request.ContentLength ?? maxBytes) + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length == buffer.Length ? (default, Problem.TooLarge(request, maxBytes)) : (ByteOrderMark.Strip(buffer.AsMemory(0, length)), null);
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));

    private sealed record SizeLimit(int Bytes);
}
