using System.ComponentModel.DataAnnotations;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Http.Access;

/// <summary>Limits of each caller of the HTTP API, section <c>TenantSandbox:Http</c>.</summary>
internal sealed class HttpOptions
{
    public const string Section = "TenantSandbox:Http";

    /// <summary>The most requests of a caller in a minute, on each instance of the app; 0 for any number. With keys the default is 0, since callers share them.</summary>
    [Range(0, 1_000_000)]
    public int RequestsPerMinute { get; set; } = HttpAuthentication.IsEntra ? 1200 : 0;

    /// <summary>The most bytes of a request's body.</summary>
    [Range(1024, RequestLimits.MaxRequestBytes)]
    public int MaxRequestBytes { get; set; } = RequestLimits.MaxRequestBytes;
}
