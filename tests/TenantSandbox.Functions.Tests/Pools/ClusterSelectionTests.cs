using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tests.Pools;

public sealed class ClusterSelectionTests
{
    [Fact]
    public void Select_AnyCluster_KeepsTheConfiguredOrder() =>
        Assert.Equal(["b", "a", "c"], Ids(new ClusterQuery(null, null)));

    [Theory]
    [InlineData("westeurope", "b c")]
    [InlineData("West Europe", "b c")]
    [InlineData("northeurope", "a")]
    public void Select_Region_ReturnsItsClusters(string region, string expected) =>
        Assert.Equal(expected.Split(' '), Ids(new ClusterQuery(null, region)));

    [Fact]
    public void Select_Cluster_ReturnsIt() => Assert.Equal(["c"], Ids(new ClusterQuery("c", null)));

    [Theory]
    [InlineData("x", null, "ClusterUnknown")]
    [InlineData(null, "eastus", "NoClusterInRegion")]
    [InlineData("a", "westeurope", "RegionMismatch")]
    public void Select_NoMatch_IsRefused(string? cluster, string? region, string code) =>
        Assert.Equal(code, Assert.Throws<InvalidException>(() => Selection(Options()).Select(new ClusterQuery(cluster, region))).Code);

    [Fact]
    public void Select_Target_CarriesTheSettings()
    {
        var template = Selection(Options()).Select(new ClusterQuery("a", null)).Clusters[0].PoolTemplate;

        Assert.Equal("KataVmIsolation", template.WorkloadRuntime);
        Assert.Equal("AzureLinux", template.OsSku);
        Assert.Equal("Standard_D4s_v5", template.VmSize);
        Assert.InRange(template.NodeAllocatableMemoryMiB, 8 * 1024, 16 * 1024);
        // The largest guest of a node has a class, and no class is larger than needed for it.
        Assert.Equal("tenantsandbox-kata-32gi", template.SizeClasses[^1].RuntimeClassName);
    }

    [Fact]
    public void Select_VmSizeFromSettings_IsUsed()
    {
        var options = Options();
        options.Clusters[0].VmSize = "Standard_Own";
        options.Clusters[0].NodeVCpus = 64;
        options.Clusters[0].NodeMemoryMiB = 512 * 1024;

        var template = Selection(options).Select(new ClusterQuery("b", null)).Clusters[0].PoolTemplate;

        Assert.Equal(("Standard_Own", 64000 - 740 - 400), (template.VmSize, template.NodeAllocatableCpuMillis));
    }

    private static IEnumerable<string> Ids(ClusterQuery query) => Selection(Options()).Select(query).Clusters.Select(c => c.ClusterId);

    private static ClusterSelection Selection(TenantSandboxOptions options)
    {
        var settings = Microsoft.Extensions.Options.Options.Create(options);
        return new ClusterSelection(new ClusterDirectory(settings), settings);
    }

    private static TenantSandboxOptions Options() => new()
    {
        Clusters =
        {
            new ClusterOptions { Id = "b", Region = "westeurope" },
            new ClusterOptions { Id = "a", Region = "northeurope" },
            new ClusterOptions { Id = "c", Region = "West Europe" },
        },
    };
}
