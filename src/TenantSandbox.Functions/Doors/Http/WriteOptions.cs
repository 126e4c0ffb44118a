using Microsoft.AspNetCore.Http;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>What every write over HTTP can be given besides its body.</summary>
/// <param name="Identity">The request's identity.</param>
/// <param name="IsKeyed">Whether the sender gave an Idempotency-Key.</param>
/// <param name="IsDryRun">Whether nothing may be changed.</param>
internal sealed record WriteOptions(RequestIdentity Identity, bool IsKeyed, bool IsDryRun)
{
    private const string DryRunParameter = "dryRun";

    /// <returns>Null, or the problem to return.</returns>
    public static IResult? TryRead(HttpRequest request, out WriteOptions options)
    {
        var isKeyValid = IdempotencyKey.TryRead(request, out var identity, out var isKeyed);
        var isDryRun = false;
        var isDryRunValid = !request.Query.TryGetValue(DryRunParameter, out var dryRun) || bool.TryParse(dryRun, out isDryRun);
        options = new(identity, isKeyed, isDryRun);
        return !isKeyValid ? Problem.BadParameter(request, IdempotencyKey.Header, "must be given once, with 1 to 128 printable ASCII characters and no space.")
            : !isDryRunValid ? Problem.BadParameter(request, DryRunParameter, "must be true or false.")
            : null;
    }
}
