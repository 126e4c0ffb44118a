using Microsoft.AspNetCore.Http;

namespace TenantSandbox.Functions.Http.Access;

/// <summary>Identifies callers.</summary>
internal interface ICallers
{
    /// <returns>The caller; null if the request doesn't say who calls in a way that can be trusted.</returns>
    Caller? Identify(HttpRequest request);
}
