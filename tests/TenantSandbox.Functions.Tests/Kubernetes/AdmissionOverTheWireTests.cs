using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

[Collection(ClusterCollection.Name)]
public sealed class AdmissionOverTheWireTests(ClusterFixture cluster)
{
    private const string DryRuns = "tenantsandbox-dry-runs";

    private TenantAdmission Admission => cluster.Services.Make<TenantAdmission>();

    [Fact]
    public async Task CheckAdmission_ValidTenant_IsAcceptedAndNothingIsStored()
    {
        var tenant = cluster.NewTenant();

        var first = await Admission.CheckAsync(Unplaced(tenant), default);
        var second = await Admission.CheckAsync(Unplaced(tenant), default);

        Assert.Empty(first.Refusals);
        Assert.Empty(second.Refusals);
        Assert.Empty((await cluster.Client.AppsV1.ListNamespacedDeploymentAsync(DryRuns)).Items);
        Assert.Empty((await cluster.Client.CoreV1.ListNamespacedPodAsync(DryRuns)).Items);
        Assert.Empty((await cluster.Client.CoreV1.ListNamespacedServiceAsync(DryRuns)).Items);
        Assert.Empty((await cluster.Client.CoreV1.ListNamespacedResourceQuotaAsync(DryRuns)).Items);
        var exception = await Assert.ThrowsAsync<k8s.Autorest.HttpOperationException>(
            () => cluster.Client.CoreV1.ReadNamespaceAsync(NamespaceManifest.NameOf(tenant.TenantId)));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, exception.Response.StatusCode);
    }

    [Fact]
    public async Task CheckAdmission_PodRefusedByAdmission_SaysSoInTheServersWords()
    {
        var tenant = cluster.NewTenant();
        await Admission.CheckAsync(Unplaced(tenant), default);
        var limits = new V1LimitRange
        {
            Metadata = new V1ObjectMeta { Name = "of-the-cluster" },
            Spec = new V1LimitRangeSpec { Limits = [new V1LimitRangeItem { Type = "Container", Max = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("10m") } }] },
        };
        await cluster.Client.CoreV1.CreateNamespacedLimitRangeAsync(limits, DryRuns);
        try
        {
            var answer = await Admission.CheckAsync(Unplaced(tenant), default);

            var refusal = Assert.Single(answer.Refusals);
            Assert.Contains("dry run of Pod web on cluster ", refusal, StringComparison.Ordinal);
            Assert.Contains("maximum cpu usage per Container is 10m", refusal, StringComparison.Ordinal);
        }
        finally
        {
            await cluster.Client.CoreV1.DeleteNamespacedLimitRangeAsync("of-the-cluster", DryRuns);
        }
    }

    [Fact]
    public async Task CheckAdmission_Namespace_IsNoTenants()
    {
        await Admission.CheckAsync(Unplaced(cluster.NewTenant()), default);

        var page = await cluster.Services.Make<NamespaceInventory>().ListAsync(new("west-1", null), default);

        Assert.DoesNotContain(page.Namespaces, found => found.Name == DryRuns);
        var labels = (await cluster.Client.CoreV1.ReadNamespaceAsync(DryRuns)).Metadata.Labels;
        Assert.Equal("restricted", labels["pod-security.kubernetes.io/enforce"]);
    }

    [Fact]
    public void Require_NamespaceOfSomeoneElse_IsRefused()
    {
        var options = new TenantSandboxOptions();
        var found = DryRunNamespace.Namespace(new TenantSandboxOptions { Owner = "other" });

        var refused = Assert.Throws<InvalidException>(() => DryRunNamespace.Require(found, options, "west-1"));

        Assert.Equal("NamespaceNotOwned", refused.Code);
    }

    [Fact]
    public void Require_NamespaceBeingDeleted_IsAConflictThatPasses()
    {
        var options = new TenantSandboxOptions();
        var found = DryRunNamespace.Namespace(options);
        found.Metadata.DeletionTimestamp = DateTime.UnixEpoch;

        Assert.Throws<ConflictException>(() => DryRunNamespace.Require(found, options, "west-1"));
    }

    private static PlacedTenant Unplaced(DesiredTenant tenant) => tenant.Placed() with { PoolName = null };
}
