using TenantSandbox.Core.Requests.Identities;

namespace TenantSandbox.Functions.Configuration;

/// <summary>Which Microsoft Entra identities the tenants' workloads may use. Without rules there are none.</summary>
internal sealed class IdentityOptions
{
    /// <summary>The Microsoft Entra tenant of the identities, a GUID. Needed with rules.</summary>
    public string? TenantId { get; set; }

    /// <summary>Where workloads sign in; another one for a sovereign cloud.</summary>
    public Uri AuthorityHost { get; set; } = new("https://login.microsoftonline.com/");

    /// <summary>The assignments.</summary>
    public IList<IdentityRuleOptions> Rules { get; } = [];

    /// <summary>Client ids that no rule opens, such as that of the clusters' kubelets, in addition to those that the app's settings name.</summary>
    public IList<string> OwnClientIds { get; } = [];

    internal IEnumerable<IdentityRule> ToRules() => Rules.Select(r => new IdentityRule(r.ClientId, [.. r.Tenants]));
}

/// <summary>Lets tenants use one identity.</summary>
internal sealed class IdentityRuleOptions
{
    /// <summary>The client id of a user-assigned identity or an application, a GUID.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The tenants: ids, or beginnings of ids and <c>*</c>.</summary>
    public IList<string> Tenants { get; } = [];
}
