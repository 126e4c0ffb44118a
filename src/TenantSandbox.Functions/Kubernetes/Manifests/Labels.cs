using System.Globalization;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The labels that identify this system's objects.</summary>
internal static class Labels
{
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string Product = "tenantsandbox";
    public const string Owner = "tenantsandbox/owner";
    public const string Tenant = "tenantsandbox/tenant";
    public const string Incarnation = "tenantsandbox/incarnation";

    /// <summary>The label that every namespace has with its own name, set by the API server.</summary>
    public const string NamespaceName = "kubernetes.io/metadata.name";

    public const string Workload = "tenantsandbox/workload";

    /// <summary>On probe pods: which verification started them.</summary>
    public const string Probe = "tenantsandbox/probe";

    /// <summary>On the namespace of dry runs: the installation's owner. Not <see cref="Owner"/>, which marks what tenants have.</summary>
    public const string DryRunsOf = "tenantsandbox/dry-runs-of";

    /// <summary>On the admission policies, their bindings and their settings: the installation's owner.</summary>
    public const string PoliciesOf = "tenantsandbox/policies-of";

    /// <summary>An annotation of the policies' settings: the hash of the cluster baseline that was applied completely.</summary>
    public const string Baseline = "tenantsandbox/baseline";

    /// <summary>The tenant's agent pool, on its namespace. It can change, so it is no part of the identity.</summary>
    public const string Pool = "tenantsandbox/pool";

    /// <summary>An annotation of the namespace: the hash of the spec that was applied last. Too long for a label.</summary>
    public const string SpecHash = "tenantsandbox/spec-hash";

    /// <summary>An annotation of the namespace, <c>true</c> while the tenant is suspended.</summary>
    public const string Suspended = "tenantsandbox/suspended";

    /// <summary>An annotation of the namespace, <c>true</c> while the tenant is quarantined.</summary>
    public const string Quarantined = "tenantsandbox/quarantined";

    /// <summary>An annotation of the namespace: when the tenant expires, in UTC; absent for never.</summary>
    public const string ExpiresAt = "tenantsandbox/expires-at";

    /// <summary>An annotation of the namespace: what happens then, <c>offboard</c> or <c>suspend</c>.</summary>
    public const string OnExpiry = "tenantsandbox/on-expiry";

    /// <summary>An annotation of a claim of the spec: what becomes of its volume with the tenant, <c>delete</c> or <c>retain</c>.</summary>
    public const string OnOffboard = "tenantsandbox/on-offboard";

    /// <summary>An annotation of pods: the hash of the ConfigMaps that they use, so that a change of the data replaces them.</summary>
    public const string ConfigHash = "tenantsandbox/config-hash";

    /// <summary>An annotation, and not part of pod templates: a new revision alone must not restart pods.</summary>
    public const string Revision = "tenantsandbox/revision";

    /// <summary>An annotation of a Job: the hash of what makes it another Job, see <see cref="Core.Requests.Kinds.JobContent"/>.</summary>
    public const string JobContent = "tenantsandbox/job-content";

    /// <summary>An annotation of a Job: the hash of its pod template as it was applied, which can't be changed.</summary>
    public const string JobTemplate = "tenantsandbox/job-template";

    /// <summary>An annotation of a Secret: for each key the address of the secret and the version that its value is of, as JSON.</summary>
    public const string SecretVersions = "tenantsandbox/secret-versions";

    /// <summary>An annotation of pod templates: changes with the versions of the Secrets that roll out.</summary>
    public const string SecretMark = "tenantsandbox/secret-mark";

    /// <summary>The labels of every object of one incarnation of a tenant.</summary>
    public static Dictionary<string, string> Of(string owner, string tenantId, int incarnation) => new()
    {
        [ManagedBy] = Product,
        [Owner] = owner,
        [Tenant] = tenantId,
        [Incarnation] = incarnation.ToString(CultureInfo.InvariantCulture),
    };

    public static Dictionary<string, string> Of(string owner, DesiredTenant tenant) => Of(owner, tenant.TenantId, tenant.Incarnation);

    /// <summary>The label selector that matches exactly what <see cref="Of(string, string, int)"/> marks.</summary>
    public static string Selector(string owner, TenantNamespaceRef tenant) =>
        string.Join(',', Of(owner, tenant.TenantId, tenant.Incarnation).Select(l => $"{l.Key}={l.Value}"));
}
