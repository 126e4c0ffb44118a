using TenantSandbox.Core.Capacity;

namespace TenantSandbox.Core.Tests.Capacity;

public sealed class VmSizesTests
{
    [Theory]
    [InlineData("Standard_D4s_v3", 4, 16384)]
    [InlineData("standard_d8AS_V5", 8, 32768)]
    [InlineData("Standard_D2ads_v7", 2, 8192)]
    public void Find_KnownSize_ReturnsVCpusAndMemory(string name, int vcpus, int memoryMiB)
    {
        var size = VmSizes.Find(name);

        Assert.Equal((vcpus, memoryMiB), (size?.VCpus, size?.MemoryMiB));
    }

    [Theory]
    [InlineData("Standard_D2ls_v5")]
    [InlineData("Standard_D4ps_v6")]
    [InlineData("Standard_D4pls_v6")]
    public void UnsupportedReason_ArmOrLowMemory_IsGiven(string name) => Assert.NotNull(VmSizes.UnsupportedReason(name));

    [Theory]
    [InlineData("Standard_D4s_v5")]
    [InlineData("Standard_E8bds_v5")]
    [InlineData("nonsense")]
    public void UnsupportedReason_OtherName_IsNull(string name) => Assert.Null(VmSizes.UnsupportedReason(name));
}
