using System.Text.RegularExpressions;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Baseline;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Baseline;

/// <summary>What is applied is what infra/policies says, for the installation's owner and settings.</summary>
public sealed partial class PolicyRenderingTests
{
    private static readonly object[] Files =
    [
        .. Directory.GetFiles(Path.Combine(Repository.Root, "infra", "policies"), "*.yaml")
            .Order(StringComparer.Ordinal).SelectMany(f => KubernetesYaml.LoadAllFromString(File.ReadAllText(f))),
    ];

    [Fact]
    public void Policies_OfTheDefaultOwner_AreThoseOfTheFiles()
    {
        var rendered = PolicyManifests.Policies("tenantsandbox");

        Assert.Equal(
            Files.Where(f => f is V1ValidatingAdmissionPolicy).Concat(Files.Where(f => f is V1ValidatingAdmissionPolicyBinding)).Select(Specification),
            rendered.Select(Specification));
        Assert.All(rendered, r => Assert.Equal(("tenantsandbox", "tenantsandbox"), (r.Metadata.Labels[Labels.ManagedBy], r.Metadata.Labels[Labels.PoliciesOf])));
    }

    [Fact]
    public void Policies_OfAnotherOwner_NameAndSelectNothingOfTheDefaultOne()
    {
        var rendered = PolicyManifests.Policies("blue");
        var bindings = rendered.OfType<V1ValidatingAdmissionPolicyBinding>().ToArray();

        Assert.All(rendered, r => Assert.StartsWith("blue-", r.Metadata.Name, StringComparison.Ordinal));
        Assert.Empty(bindings.Select(b => b.Spec.PolicyName).Except(rendered.OfType<V1ValidatingAdmissionPolicy>().Select(p => p.Metadata.Name)));
        Assert.All(bindings.Select(b => b.Spec.ParamRef).OfType<V1ParamRef>(), p => Assert.Equal("blue-policies", p.NamespaceProperty));
        // The product's name stays in the names of RuntimeClasses and in the label of what the product manages.
        Assert.All(bindings, b => Assert.Empty(OfTheDefaultOwner().Matches(KubernetesYaml.Serialize(b.Spec)).Select(m => m.Value)));
        Assert.Equal("blue-policies", PolicyManifests.Namespace("blue").Metadata.Name);
        Assert.Equal("blue", PolicyManifests.Namespace("blue").Metadata.Labels[Labels.PoliciesOf]);
    }

    [Fact]
    public void Settings_OfTheDefaults_AreThoseOfTheFileButForTheUser()
    {
        var settings = PolicyManifests.Settings("tenantsandbox", PolicySettings.Data(new TenantSandboxOptions(), "me"));
        var file = Assert.Single(Files.OfType<V1ConfigMap>());

        Assert.Equal((file.Metadata.Name, file.Metadata.NamespaceProperty), (settings.Metadata.Name, settings.Metadata.NamespaceProperty));
        Assert.Equal("me", settings.Data["user.app"]);
        // A key's part after the dot is any name.
        Assert.Equal(
            file.Data.Where(d => d.Key != "user.app").Select(d => (d.Key.Split('.')[0], d.Value)).Order(),
            settings.Data.Where(d => d.Key != "user.app").Select(d => (d.Key.Split('.')[0], d.Value)).Order());
    }

    [Theory]
    [InlineData(LoadBalancerRule.None, false, "ClusterIP", "true")]
    [InlineData(LoadBalancerRule.Internal, false, "ClusterIP LoadBalancer", "true")]
    [InlineData(LoadBalancerRule.Any, true, "ClusterIP LoadBalancer NodePort", "false")]
    public void Settings_ServiceTypes_AreThoseThatRequestsMayHave(LoadBalancerRule loadBalancers, bool nodePorts, string types, string internalOnly)
    {
        var options = new TenantSandboxOptions { Network = new NetworkOptions { LoadBalancers = loadBalancers, AllowNodePorts = nodePorts } };

        var data = PolicySettings.Data(options, "me");

        Assert.Equal(types, string.Join(' ', data.Where(d => d.Key.StartsWith("service-type.", StringComparison.Ordinal)).Select(d => d.Value).Order(StringComparer.Ordinal)));
        Assert.Equal(internalOnly, data["internal-load-balancers-only"]);
    }

    [Fact]
    public void Settings_UsersAndRegistries_HaveAKeyEach()
    {
        var options = new TenantSandboxOptions { Policies = new PolicyOptions { DigestsOnly = true, Users = { "ann", "bob" }, Registries = { "contoso.azurecr.io", "ghcr.io/contoso" } } };

        var data = PolicySettings.Data(options, null);

        Assert.Equal(["ann", "bob"], data.Where(d => d.Key.StartsWith("user.", StringComparison.Ordinal)).Select(d => d.Value));
        Assert.Equal(["contoso.azurecr.io", "ghcr.io/contoso"], data.Where(d => d.Key.StartsWith("registry.", StringComparison.Ordinal)).Select(d => d.Value));
        Assert.Equal("true", data["digests-only"]);
        Assert.All(data.Keys, k => Assert.Matches("^[-._a-zA-Z0-9]+$", k));
    }

    private static (string Name, string Spec) Specification(object manifest) => manifest switch
    {
        V1ValidatingAdmissionPolicy p => (p.Metadata.Name, KubernetesJson.Serialize(p.Spec)),
        V1ValidatingAdmissionPolicyBinding b => (b.Metadata.Name, KubernetesJson.Serialize(b.Spec)),
        _ => throw new ArgumentException($"{manifest.GetType().Name} is neither a policy nor a binding.", nameof(manifest)),
    };

    [GeneratedRegex(@"^.*(?<!managed-by: )(?<![-/\w])tenantsandbox(?!/|-kata-)\b.*$", RegexOptions.Multiline)]
    private static partial Regex OfTheDefaultOwner();
}
