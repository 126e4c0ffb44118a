using System.Text.RegularExpressions;

namespace TenantSandbox.Functions.Configuration;

/// <summary>What the admission policies of tenants' namespaces allow, and whether a cluster must have them.</summary>
internal sealed partial class PolicyOptions
{
    /// <summary>
    /// Whether clusters without ValidatingAdmissionPolicies (before Kubernetes 1.30) are refused. If not, tenants run there without the
    /// policies, and each check of the cluster's baseline says so.
    /// </summary>
    public bool Required { get; set; } = true;

    /// <summary>Users who may change what the policies guard, in addition to the app's own identity.</summary>
    public IList<string> Users { get; } = [];

    /// <summary>Registries that images may come from, or paths in them, such as <c>contoso.azurecr.io/shop</c>; none for all.</summary>
    public IList<string> Registries { get; } = [];

    /// <summary>Whether images must be named by digest.</summary>
    public bool DigestsOnly { get; set; }

    /// <summary>The faults, each with the name of the setting.</summary>
    internal IEnumerable<string> Faults()
    {
        for (var i = 0; i < Users.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(Users[i]))
            {
                yield return $"Policies__Users__{i}: must be a user name, as `kubectl auth whoami` shows it.";
            }
        }

        for (var i = 0; i < Registries.Count; i++)
        {
            if (!Registry().IsMatch(Registries[i]))
            {
                yield return $"Policies__Registries__{i}: '{Registries[i]}' must be a registry such as contoso.azurecr.io, or a path in one, "
                    + "without a scheme, a tag or a slash at the end.";
            }
        }
    }

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*\z")]
    private static partial Regex Registry();
}
