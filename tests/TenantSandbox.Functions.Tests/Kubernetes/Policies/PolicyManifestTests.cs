using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Capacity;

namespace TenantSandbox.Functions.Tests.Kubernetes.Policies;

/// <summary>What all policies of infra/policies have in common. Their verdicts are tested by <c>./dev policies</c>.</summary>
public sealed partial class PolicyManifestTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "infra", "policies");
    private static readonly object[] Manifests =
        [.. Directory.GetFiles(Folder, "*.yaml").Order(StringComparer.Ordinal).SelectMany(f => KubernetesYaml.LoadAllFromString(File.ReadAllText(f)))];

    private static readonly V1ValidatingAdmissionPolicy[] Policies = [.. Manifests.OfType<V1ValidatingAdmissionPolicy>()];
    private static readonly V1ValidatingAdmissionPolicyBinding[] Bindings = [.. Manifests.OfType<V1ValidatingAdmissionPolicyBinding>()];

    [Fact]
    public void Policies_All_FailClosedAndDeny()
    {
        Assert.NotEmpty(Policies);
        Assert.All(Policies, p => Assert.Equal("Fail", p.Spec.FailurePolicy));
        Assert.All(Bindings, b => Assert.Equal(["Deny"], b.Spec.ValidationActions));
        Assert.Equal(
            Policies.Select(p => p.Metadata.Name).Order(StringComparer.Ordinal),
            Bindings.Select(b => b.Spec.PolicyName).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Bindings_OfPoliciesWithParameters_NameTheSettings()
    {
        var withParameters = Policies.Where(p => p.Spec.ParamKind is not null).Select(p => p.Metadata.Name).ToHashSet(StringComparer.Ordinal);
        var settings = Assert.Single(Manifests.OfType<V1ConfigMap>()).Metadata;

        Assert.All(Bindings, b => Assert.Equal(
            withParameters.Contains(b.Spec.PolicyName) ? (settings.NamespaceProperty, settings.Name) : (null, null),
            (b.Spec.ParamRef?.NamespaceProperty, b.Spec.ParamRef?.Name)));
    }

    [Fact]
    public void Rules_All_HaveANameAndACaseOfTheirOwn()
    {
        var cases = string.Concat(Directory.GetFiles(Path.Combine(Repository.Root, "tests", "policies"), "*.yaml", SearchOption.AllDirectories).Select(File.ReadAllText));
        var messages = Policies.SelectMany(p => p.Spec.Validations).Select(v => v.Message).ToArray();

        Assert.All(messages, m => Assert.Matches("^tenantsandbox/[a-z-]+: .", m));
        Assert.All(messages, m => Assert.Contains($"message: \"{m[..(m.IndexOf(':', StringComparison.Ordinal) + 1)]}\"", cases, StringComparison.Ordinal));
        Assert.Distinct(messages);
    }

    [Theory]
    [InlineData("pod-runtime.yaml")]
    [InlineData("runtime-classes.yaml")]
    public void SizeClasses_InPolicies_AreThoseOfTheApp(string file)
    {
        var named = SizeClassName().Matches(File.ReadAllText(Path.Combine(Folder, file))).Select(m => m.Value).Distinct();

        Assert.Equal(KataSizing.Documented.Select(c => c.RuntimeClassName), named);
    }

    [GeneratedRegex("tenantsandbox-kata-[0-9]+[gm]i")]
    private static partial Regex SizeClassName();
}
