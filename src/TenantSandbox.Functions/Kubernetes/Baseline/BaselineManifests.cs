using System.Security.Cryptography;
using System.Text;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Baseline;

/// <summary>What every cluster with tenants must have, rendered from this installation's settings.</summary>
internal sealed class BaselineManifests(IOptions<TenantSandboxOptions> options)
{
    /// <summary>Marks a baseline without policies, which only an installation accepts that doesn't require them.</summary>
    private const string WithoutPolicies = "without-policies-";

    private readonly Lazy<string> _hash = new(() => HashOf(options.Value));

    /// <summary>The namespace of the settings. The app applies it first: nothing that depends on settings is admitted without them.</summary>
    public V1Namespace Namespace() => PolicyManifests.Namespace(options.Value.Owner);

    /// <summary>The settings of the policies.</summary>
    /// <param name="appUser">The user that the cluster takes the app for; null where that isn't known.</param>
    public V1ConfigMap Settings(string? appUser) => PolicyManifests.Settings(options.Value.Owner, PolicySettings.Data(options.Value, appUser));

    /// <summary>The objects without a namespace, in the order in which they are applied.</summary>
    /// <param name="hasPolicies">Whether the cluster serves admission policies.</param>
    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects(bool hasPolicies) =>
    [
        .. RuntimeClasses(options.Value),
        .. PriorityClasses(options.Value),
        .. hasPolicies ? PolicyManifests.Policies(options.Value.Owner) : [],
    ];

    /// <summary>The namespace of the app's own pods and what is in it, in the order in which it is applied; nothing in an installation without probes.</summary>
    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> SystemObjects() => SystemObjects(options.Value);

    /// <summary>The name of that namespace.</summary>
    public string SystemNamespace => SystemNamespaceManifest.NameOf(options.Value);

    /// <summary>The annotation of the settings once all of the baseline is in place.</summary>
    public string Mark(bool hasPolicies) => hasPolicies ? _hash.Value : WithoutPolicies + _hash.Value;

    /// <summary>Whether the settings of a cluster say that this baseline was applied completely. It is a belief: somebody can have changed objects since.</summary>
    public bool IsCurrent(V1ConfigMap? settings)
    {
        if (settings?.Metadata.Annotations?.TryGetValue(Labels.Baseline, out var mark) != true
            || !(mark == Mark(hasPolicies: true) || (!options.Value.Policies.Required && mark == Mark(hasPolicies: false))))
        {
            return false;
        }

        var data = settings.Data ?? new Dictionary<string, string>();
        var wanted = PolicySettings.Data(options.Value, data.TryGetValue(PolicySettings.AppUser, out var user) ? user : null);
        return data.Count == wanted.Count && wanted.All(w => data.TryGetValue(w.Key, out var value) && value == w.Value);
    }

    private static IEnumerable<V1RuntimeClass> RuntimeClasses(TenantSandboxOptions options) =>
        KataSizing.Documented.Select(c => RuntimeClassManifest.RuntimeClass(c, KataNames.Of(options.KataNames)));

    private static IEnumerable<V1PriorityClass> PriorityClasses(TenantSandboxOptions options) =>
        [PriorityClassManifest.PriorityClass(), .. options.Verification.HasProbe ? PriorityClassManifest.OfProbes() : []];

    private static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> SystemObjects(TenantSandboxOptions options) => options.Verification.HasProbe
        ? [SystemNamespaceManifest.Namespace(options), .. ListenerManifest.Objects(options), PlaceholderManifest.DaemonSet(options)]
        : [];

    // Of all that a new version of the app or other settings can change. The settings' data is compared itself.
    private static string HashOf(TenantSandboxOptions options)
    {
        IKubernetesObject<V1ObjectMeta>[] all =
        [
            PolicyManifests.Namespace(options.Owner), .. RuntimeClasses(options), .. PriorityClasses(options), .. PolicyManifests.Policies(options.Owner),
            .. SystemObjects(options),
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', all.Select(m => KubernetesJson.Serialize((object)m))))));
    }
}
