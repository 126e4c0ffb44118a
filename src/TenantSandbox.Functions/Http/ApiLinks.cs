using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace TenantSandbox.Functions.Http;

/// <summary>Paths of this API for Location headers and bodies, with the host's route prefix.</summary>
internal static class ApiLinks
{
    public static string Operation(HttpRequest request, string id) => $"{Prefix(request)}/operations/{Uri.EscapeDataString(id)}";

    public static string Tenant(HttpRequest request, string id) => $"{Prefix(request)}/tenants/{Uri.EscapeDataString(id)}";

    public static string IsolationReport(HttpRequest request, string tenantId, int incarnation, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Tenant(request, tenantId)}/isolation-report?incarnation={incarnation}&number={number}");

    public static string Maintenance(HttpRequest request) => $"{Prefix(request)}/maintenance";

    // The prefix is the host's setting (routePrefix in host.json); the app only sees it in the request's path.
    private static string Prefix(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        foreach (var resource in (ReadOnlySpan<string>)["/tenants", "/operations", "/maintenance"])
        {
            var at = path.IndexOf(resource, StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
            {
                return $"{request.PathBase}{path[..at]}";
            }
        }

        return $"{request.PathBase}/api";
    }
}
