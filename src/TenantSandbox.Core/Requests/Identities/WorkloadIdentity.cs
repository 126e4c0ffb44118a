using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Core.Requests.Identities;

/// <summary>
/// The Microsoft Entra identity that a workload signs in as (workload identity). Its pods get a token of their own service account for that
/// purpose only; which account may use an identity is a federated credential of the identity.
/// </summary>
/// <param name="ClientId">The identity's client id, as a GUID in lower case.</param>
public sealed record WorkloadIdentity([property: JsonPropertyName("clientId")] string ClientId);

/// <summary>Which identities an installation lets its tenants use.</summary>
public sealed class IdentityAssignments
{
    private readonly IReadOnlyList<IdentityRule> _rules;
    private readonly HashSet<string> _own;
    private readonly bool _isUnchecked;

    /// <param name="rules">The assignments, without faults.</param>
    /// <param name="own">Client ids of the app and the cluster, which no rule opens.</param>
    public IdentityAssignments(IEnumerable<IdentityRule> rules, IEnumerable<string> own)
        : this([.. rules], own, isUnchecked: false)
    {
    }

    private IdentityAssignments(IReadOnlyList<IdentityRule> rules, IEnumerable<string> own, bool isUnchecked) =>
        (_rules, _own, _isUnchecked) = (rules, own.ToHashSet(StringComparer.OrdinalIgnoreCase), isUnchecked);

    /// <summary>No identity for any tenant.</summary>
    public static IdentityAssignments None { get; } = new([], []);

    /// <summary>Every identity for every tenant: only for tools that look at a request's form, without an installation.</summary>
    public static IdentityAssignments Unchecked { get; } = new([], [], isUnchecked: true);

    /// <summary>Whether a tenant may use an identity.</summary>
    public bool Allows(string tenantId, WorkloadIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return _isUnchecked || (!_own.Contains(identity.ClientId) && _rules.Any(r => r.Assigns(tenantId, identity.ClientId)));
    }
}

/// <summary>Lets tenants use an identity.</summary>
/// <param name="ClientId">Its client id.</param>
/// <param name="Tenants">The tenants: ids, or beginnings of ids followed by <c>*</c>; at least one.</param>
public sealed record IdentityRule(string ClientId, IReadOnlyList<string> Tenants)
{
    /// <summary>What is wrong with a rule; each sentence begins with the property.</summary>
    public IEnumerable<string> Faults()
    {
        if (!IdentityReader.ClientId.Accepts(ClientId))
        {
            yield return $"ClientId: '{ClientId}' must be {IdentityReader.ClientId.Expectation}.";
        }

        if (Tenants.Count == 0)
        {
            yield return "Tenants: none is listed. An identity that every tenant may use would be nobody's.";
        }

        foreach (var tenant in Tenants.Where(t => !TenantIds.IsPattern(t)))
        {
            yield return $"Tenants: '{tenant}' must be a tenant's id, or the beginning of ids and *.";
        }
    }

    internal bool Assigns(string tenantId, string clientId) =>
        string.Equals(ClientId, clientId, StringComparison.OrdinalIgnoreCase) && Tenants.Count > 0 && TenantIds.IsListed(Tenants, tenantId);
}

/// <summary>Reads the identity of a workload.</summary>
internal static partial class IdentityReader
{
    /// <summary>The rule that refuses identities that aren't the tenant's.</summary>
    public const string AssignmentRule = "identityAssignments";

    public static readonly TextRule ClientId = new("a client id, like \"00000000-0000-0000-0000-000000000000\"", 36, Guid());

    public static WorkloadIdentity? Read(ObjectReader workload, string? tenantId, InstallationRules rules, ValidationFaultList faults)
    {
        if (workload.Child("identity", "clientId") is not { } reader || reader.Text("clientId", ClientId, required: true) is not { } clientId)
        {
            return null;
        }

        var identity = new WorkloadIdentity(clientId.ToLowerInvariant());
        if (tenantId is not null && !rules.Identities.Allows(tenantId, identity))
        {
            faults.Add(
                reader.PointerTo("clientId"),
                ValidationFaultCodes.Forbidden,
                "This installation doesn't let the tenant use this identity. Ask its operators which client ids are the tenant's.",
                AssignmentRule);
        }

        return identity;
    }

    [GeneratedRegex(@"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Guid();
}

/// <summary>What the app adds to the pods of a workload with an identity, in the form in which AKS's webhook would add it.</summary>
public static class IdentityNames
{
    /// <summary>The rule that refuses what has the name of an addition.</summary>
    public const string Rule = "workloadIdentity";

    /// <summary>The volume with the token.</summary>
    public const string Volume = "azure-identity-token";

    /// <summary>Where it is mounted.</summary>
    public const string MountPath = "/var/run/secrets/azure/tokens";

    /// <summary>The environment variables.</summary>
    public static IReadOnlyList<string> Variables { get; } = ["AZURE_AUTHORITY_HOST", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID"];

    /// <summary>Why a mount is refused that <see cref="Hides"/>.</summary>
    internal const string Hidden = "Hides the token that the app mounts, because the workload has an identity. Mount it elsewhere.";

    /// <summary>Whether a mount hides the token, or is hidden by it.</summary>
    internal static bool Hides(string mountPath) => $"{MountPath}/".StartsWith($"{mountPath.TrimEnd('/')}/", StringComparison.Ordinal);

    /// <summary>Adds a fault for a variable that the app sets.</summary>
    internal static void CheckVariable(string name, string pointer, ValidationFaultList faults)
    {
        if (Variables.Contains(name))
        {
            faults.Add(pointer, ValidationFaultCodes.Forbidden, "The app sets it, because the workload has an identity. Leave it out.", Rule);
        }
    }
}
