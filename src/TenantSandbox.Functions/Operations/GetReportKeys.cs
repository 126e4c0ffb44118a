using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Core.Isolation.Evidence;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Isolation.Evidence;

namespace TenantSandbox.Functions.Operations;

/// <summary>Shows the public keys that verify isolation reports, as a JWK set: the one that signs now first, then earlier ones.</summary>
internal sealed class GetReportKeys(IReportSigner signer)
{
    [Function(nameof(GetReportKeys))]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "get", Route = "isolation-report-keys")] HttpRequest request, CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, async () =>
            ApiResults.Ok(request, new ReportJwkSet([.. (await signer.ListKeysAsync(cancellationToken)).Select(k => k.Jwk)])));
}
