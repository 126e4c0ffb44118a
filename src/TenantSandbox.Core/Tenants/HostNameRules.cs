using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tenants;

/// <summary>A tenant's claim to a host name.</summary>
/// <param name="TenantId">The tenant.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="Sequence">The operation that claimed the name last.</param>
public sealed record HostNameClaim(
    [property: JsonPropertyName("tenantId")] string TenantId,
    [property: JsonPropertyName("incarnation")] int Incarnation,
    [property: JsonPropertyName("sequence")] long Sequence);

/// <summary>Asks for a host name.</summary>
/// <param name="Claim">For whom.</param>
/// <param name="Instead">A claim that was found to be void, which this one replaces; null for none.</param>
public sealed record HostNameRequest(
    [property: JsonPropertyName("claim")] HostNameClaim Claim,
    [property: JsonPropertyName("instead"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] HostNameClaim? Instead = null);

/// <summary>The rules of host names. Pure.</summary>
public static class HostNameRules
{
    /// <summary>Who has the name after a request: the requester, unless another tenant has it.</summary>
    /// <param name="holder">Who has it; null for nobody.</param>
    /// <param name="request">The request.</param>
    public static HostNameClaim Claim(HostNameClaim? holder, HostNameRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        // A claim that was renewed since it was found to be void is another one, so that it isn't replaced.
        return holder is null || holder.TenantId == request.Claim.TenantId || holder == request.Instead ? request.Claim : holder;
    }

    /// <summary>Who has the name after a release.</summary>
    public static HostNameClaim? Release(HostNameClaim? holder, HostNameClaim released)
    {
        ArgumentNullException.ThrowIfNull(released);
        return holder is not null && holder.TenantId == released.TenantId && holder.Incarnation <= released.Incarnation ? null : holder;
    }

    /// <summary>
    /// Whether a tenant's claim counts. A claim that outlived its release doesn't: the tenant neither runs with the name nor has an
    /// operation or a leftover that could.
    /// </summary>
    /// <param name="tenant">The tenant; null when it is unknown.</param>
    /// <param name="host">The host name.</param>
    public static bool IsUsed(TenantState? tenant, string host) => tenant switch
    {
        null => false,
        { Operation: not null } or { Leftovers.Count: > 0 } or { Phase: TenantPhase.Quarantined } => true,
        // Of a failed onboarding nothing is left.
        { Phase: TenantPhase.Failed or TenantPhase.Offboarded } => false,
        // A suspended tenant gets its desired spec when it is resumed.
        _ => Has(tenant.Applied, host) || Has(tenant.Desired, host),
    };

    /// <summary>The code of the refusal of a host name that another tenant has.</summary>
    public const string TakenCode = "HostNameTaken";

    /// <summary>The refusal in words.</summary>
    public static string DescribeTaken(string host, string holder) =>
        $"Host name {host} belongs to tenant '{holder}'. It becomes free when that tenant gives it up or is offboarded.";

    private static bool Has(SpecRef? spec, string host) => spec?.Hosts?.Contains(host, StringComparer.Ordinal) == true;
}
