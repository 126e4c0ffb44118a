using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>The identity of an HTTP request.</summary>
internal static partial class IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    /// <summary>Reads the header. Without it every call is a new request, and the tenant recognizes repeats by revision and content.</summary>
    /// <returns>False when the header is present but invalid.</returns>
    public static bool TryRead(HttpRequest request, out RequestIdentity identity, out bool isGiven)
    {
        isGiven = request.Headers.TryGetValue(Header, out var values);
        var key = isGiven ? values.ToString() : "";
        identity = new RequestIdentity(RequestIdentity.HttpSource, isGiven ? $"key:{key}" : $"call:{Guid.CreateVersion7():N}");
        return !isGiven || (values.Count == 1 && Form().IsMatch(key));
    }

    [GeneratedRegex(@"^[\x21-\x7e]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
