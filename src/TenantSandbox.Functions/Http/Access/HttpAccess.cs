using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace TenantSandbox.Functions.Http.Access;

/// <summary>Decides whether a caller may run an HTTP function, and records what callers changed or tried to.</summary>
internal sealed partial class HttpAccess(ICallers callers, CallerLimits limits, IOptions<HttpOptions> options, ILogger<HttpAccess> log)
{
    private const string None = "-";

    /// <summary>Identifies the caller and compares its role with the required one; deny is the default.</summary>
    /// <returns>Null if the function may run, or the problem to return.</returns>
    public IResult? Refuse(string function, HttpRequest request)
    {
        if (!FunctionRoles.Required.TryGetValue(function, out var required))
        {
            return Problem.Forbidden(request, $"{function} has no required role, so nobody may call it. This is a defect of the app.");
        }

        if (required is not { } role)
        {
            return null;
        }

        if (callers.Identify(request) is not { } caller)
        {
            return Problem.Unauthenticated(request);
        }

        request.HttpContext.Features.Set(caller);
        return limits.Take(caller.Id) is { } seconds ? Problem.TooManyRequests(request, seconds)
            : caller.Role is null || caller.Role < role ? Problem.Forbidden(request, $"The role {role} is required, or a higher one. It is assigned at the app's enterprise application.")
            : HttpBody.Limit(request, options.Value.MaxRequestBytes);
    }

    /// <summary>Writes the audit record of a call that isn't only a read.</summary>
    /// <param name="function">The function.</param>
    /// <param name="request">The request.</param>
    /// <param name="target">The tenant, operation or maintenance task of the path; null if the body names the tenant.</param>
    /// <param name="isAdmitted">Whether the function ran.</param>
    /// <param name="status">The status of the answer; null if the function failed.</param>
    public void Audit(string function, HttpRequest request, string? target, bool isAdmitted, int? status)
    {
        if (HttpMethods.IsGet(request.Method))
        {
            return;
        }

        var caller = Caller.Of(request);
        var (id, name, tenant) = (caller?.Id ?? None, caller?.Name ?? None, target ?? AuditedTenant.Of(request) ?? None);
        using (log.BeginScope(new Dictionary<string, object> { ["CallerId"] = id, ["CallerName"] = name, ["Function"] = function, ["Target"] = tenant }))
        {
            LogCall(log, id, name, request.Method, function, tenant, isAdmitted ? "admitted" : "refused", status ?? StatusCodes.Status500InternalServerError);
        }
    }

    [LoggerMessage(1070, LogLevel.Information, "Audit: {CallerId} ({CallerName}) {Method} {Function} on {Target}: {Decision}, answered {Status}")]
    private static partial void LogCall(ILogger logger, string callerId, string callerName, string method, string function, string target, string decision, int status);
}
