using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Net.Http.Headers;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>
/// The header If-Match with a tenant's revision. It also gives the request its revision, the next one: if another request is accepted in
/// between, the tenant refuses this one as stale.
/// </summary>
internal static class RevisionCondition
{
    /// <summary>Reads the header.</summary>
    /// <param name="expected">The revision that the tenant must have; null when the header is absent.</param>
    /// <returns>Null, or the problem to return when the header is invalid.</returns>
    public static IResult? TryRead(HttpRequest request, out long? expected)
    {
        expected = null;
        if (!request.Headers.TryGetValue(HeaderNames.IfMatch, out var condition))
        {
            return null;
        }

        expected = Parse(condition.ToString());
        return expected is null ? Problem.BadParameter(request, HeaderNames.IfMatch, "must be one strong ETag of this tenant, like \"7\".") : null;
    }

    /// <summary>Compares the tenant's revision with the expected one, unless the request is a repeat that was compared before.</summary>
    /// <returns>Null, or the problem to return.</returns>
    public static async Task<IResult?> CheckAsync(
        HttpRequest request, DurableTaskClient client, string tenantId, long expected, RequestIdentity identity, bool isKeyed, CancellationToken cancellationToken)
    {
        if (isKeyed && await client.GetInstanceAsync(identity.ToInstanceId(), getInputsAndOutputs: false, cancellationToken) is not null)
        {
            return null;
        }

        var state = await TenantStates.ReadAsync(client, tenantId, cancellationToken);
        return state is null ? Problem.NotFound(request, "The tenant does not exist.")
            : state.Revision != expected ? Problem.PreconditionFailed(request, state.Revision)
            : null;
    }

    private static long? Parse(string condition) =>
        condition.Length > 2 && condition[0] == '"' && condition[^1] == '"'
        && long.TryParse(condition.AsSpan(1, condition.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
        && revision is >= 0 and < RequestLimits.MaxRevision
            ? revision
            : null;
}
