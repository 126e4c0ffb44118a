using Microsoft.AspNetCore.Http;

namespace TenantSandbox.Functions.Http.Access;

/// <summary>The tenant that a request's body names, for the audit record.</summary>
internal sealed record AuditedTenant(string Id)
{
    public static string? Of(HttpRequest request) => request.HttpContext.Features.Get<AuditedTenant>()?.Id;

    public static void Set(HttpRequest request, string tenantId) => request.HttpContext.Features.Set(new AuditedTenant(tenantId));
}
