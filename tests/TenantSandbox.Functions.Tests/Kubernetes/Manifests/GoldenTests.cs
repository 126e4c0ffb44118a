using k8s;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

/// <summary>What is sent for a sample tenant, in full, so that a change of any field shows up in review.</summary>
public sealed class GoldenTests
{
    [Theory]
    [InlineData("runtimeclasses.yaml")]
    [InlineData("namespace.yaml")]
    [InlineData("quota.yaml")]
    [InlineData("network.yaml")]
    [InlineData("workloads.yaml")]
    public void Render_SampleTenant_MatchesGoldenFile(string file)
    {
        var tenant = Sample.Tenant;
        var options = Sample.Options;
        object[] rendered = file switch
        {
            "runtimeclasses.yaml" =>
                [.. SizeClass.AllOf(tenant).Select(c => RuntimeClassManifest.RuntimeClass(c, KataNames.Of(KataNameSet.Current)))],
            "namespace.yaml" => [NamespaceManifest.Namespace(tenant, options), NamespaceManifest.ServiceAccount(tenant, options)],
            "quota.yaml" => [QuotaManifest.Quota(tenant, options), QuotaManifest.Limits(tenant, options)],
            "network.yaml" => [NetworkPolicyManifest.Policy(tenant, options, new([]))],
            _ =>
            [
                .. tenant.Spec.Workloads.Select(w => DeploymentManifest.Deployment(w, tenant, options)),
                .. tenant.Spec.Workloads.SelectMany(w => ServiceManifest.Services(w, tenant, options)),
            ],
        };

        Golden.Compare(file, KubernetesYaml.SerializeAll(rendered));
    }
}
