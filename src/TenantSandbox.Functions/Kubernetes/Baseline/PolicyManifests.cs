using k8s;
using k8s.Models;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes.Baseline;

/// <summary>
/// The manifests of infra/policies, which are embedded in the app, for an installation's owner. In the files the owner is
/// <c>tenantsandbox</c>; the product's name in rules, labels and RuntimeClasses is the same in every installation.
/// </summary>
internal static class PolicyManifests
{
    private const string ResourcePrefix = "policies/";
    private const string OwnerInFiles = "tenantsandbox";
    private const string SettingsFile = ResourcePrefix + "settings.yaml";

    // Parsed for each rendering, because callers change what they get; texts are read once.
    private static readonly Lazy<SortedDictionary<string, string>> Files = new(ReadFiles);

    /// <summary>The policies, then their bindings, each in the order of the files.</summary>
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Policies(string owner)
    {
        var manifests = Files.Value.Where(f => f.Key != SettingsFile).SelectMany(f => Parse(f.Value, owner)).ToArray();
        return [.. manifests.OfType<V1ValidatingAdmissionPolicy>(), .. manifests.OfType<V1ValidatingAdmissionPolicyBinding>()];
    }

    /// <summary>The namespace of the policies' settings.</summary>
    public static V1Namespace Namespace(string owner) => Parse(Files.Value[SettingsFile], owner).OfType<V1Namespace>().Single();

    /// <summary>The settings, with the data of an installation instead of that in the file.</summary>
    public static V1ConfigMap Settings(string owner, IDictionary<string, string> data)
    {
        var settings = Parse(Files.Value[SettingsFile], owner).OfType<V1ConfigMap>().Single();
        settings.Data = data;
        return settings;
    }

    private static SortedDictionary<string, string> ReadFiles()
    {
        var assembly = typeof(PolicyManifests).Assembly;
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            texts[name] = reader.ReadToEnd();
        }

        return texts;
    }

    private static IEnumerable<IKubernetesObject<V1ObjectMeta>> Parse(string yaml, string owner)
    {
        foreach (var manifest in KubernetesYaml.LoadAllFromString(yaml).Cast<IKubernetesObject<V1ObjectMeta>>())
        {
            SetOwner(manifest.Metadata, owner);
            if (manifest is V1ValidatingAdmissionPolicyBinding binding)
            {
                SetOwner(binding.Spec, owner);
            }

            yield return manifest;
        }
    }

    private static void SetOwner(V1ObjectMeta metadata, string owner)
    {
        metadata.Name = Rename(metadata.Name, owner);
        metadata.NamespaceProperty = Rename(metadata.NamespaceProperty, owner);
        metadata.Labels ??= new Dictionary<string, string>();
        metadata.Labels[Labels.ManagedBy] = Labels.Product;
        metadata.Labels[Labels.PoliciesOf] = owner;
    }

    private static void SetOwner(V1ValidatingAdmissionPolicyBindingSpec spec, string owner)
    {
        spec.PolicyName = Rename(spec.PolicyName, owner);
        if (spec.ParamRef is { } settings)
        {
            settings.NamespaceProperty = Rename(settings.NamespaceProperty, owner);
        }

        foreach (var selector in new[] { spec.MatchResources?.NamespaceSelector, spec.MatchResources?.ObjectSelector })
        {
            foreach (var (label, value) in selector?.MatchLabels?.ToArray() ?? [])
            {
                selector!.MatchLabels[label] = label switch
                {
                    Labels.Owner or Labels.DryRunsOf or Labels.PoliciesOf => owner,
                    Labels.NamespaceName => Rename(value, owner),
                    _ => value,
                };
            }
        }
    }

    private static string Rename(string name, string owner) =>
        name?.StartsWith(OwnerInFiles + "-", StringComparison.Ordinal) == true ? owner + name[OwnerInFiles.Length..] : name!;
}
