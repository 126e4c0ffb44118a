using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Operations;

/// <summary>Liveness check; needs no key.</summary>
internal sealed class GetHealth
{
    [Function(nameof(GetHealth))]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) =>
        ApiResults.Ok(request, new Dictionary<string, string> { ["status"] = "ok" });
}
