using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tests.Configuration;

public sealed class ClusterDirectoryTests
{
    [Fact]
    public void Select_NoWish_KeepsTheOperatorsOrder() =>
        Assert.Equal(["b", "a", "c"], Ids(new ClusterQuery(null, null)));

    [Theory]
    [InlineData("westeurope", "b c")]
    [InlineData("West Europe", "b c")]
    [InlineData("northeurope", "a")]
    public void Select_Region_KeepsThatRegionsClusters(string region, string expected) =>
        Assert.Equal(expected.Split(' '), Ids(new ClusterQuery(null, region)));

    [Fact]
    public void Select_Cluster_IsThatOne() => Assert.Equal(["c"], Ids(new ClusterQuery("c", null)));

    [Theory]
    [InlineData("x", null, "ClusterUnknown")]
    [InlineData(null, "eastus", "NoClusterInRegion")]
    [InlineData("a", "westeurope", "RegionMismatch")]
    public void Select_NothingFits_IsRefused(string? cluster, string? region, string code) =>
        Assert.Equal(code, Assert.Throws<InvalidException>(() => Directory().Select(new ClusterQuery(cluster, region))).Code);

    [Fact]
    public void Select_Target_CarriesWhatOrchestrationsNeed()
    {
        var template = Directory().Select(new ClusterQuery("a", null))[0].PoolTemplate;

        Assert.Equal("KataVmIsolation", template.WorkloadRuntime);
        Assert.Equal("AzureLinux", template.OsSku);
        Assert.Equal("Standard_D4s_v5", template.VmSize);
        Assert.InRange(template.NodeAllocatableMemoryMiB, 8 * 1024, 16 * 1024);
        // The node's largest guest has a class, and no class is there that none could use.
        Assert.Equal("tenantsandbox-kata-32gi", template.SizeClasses[^1].RuntimeClassName);
    }

    [Fact]
    public void Select_SizeGivenByNumbers_IsUsed()
    {
        var options = Options();
        options.Clusters[0].VmSize = "Standard_Own";
        options.Clusters[0].NodeVCpus = 64;
        options.Clusters[0].NodeMemoryMiB = 512 * 1024;

        var template = new ClusterDirectory(Microsoft.Extensions.Options.Options.Create(options)).Select(new ClusterQuery("b", null))[0].PoolTemplate;

        Assert.Equal(("Standard_Own", 64000 - 740 - 400), (template.VmSize, template.NodeAllocatableCpuMillis));
    }

    private static IEnumerable<string> Ids(ClusterQuery query) => Directory().Select(query).Select(c => c.ClusterId);

    private static ClusterDirectory Directory() => new(Microsoft.Extensions.Options.Options.Create(Options()));

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
