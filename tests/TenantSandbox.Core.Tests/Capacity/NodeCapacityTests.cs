using CsCheck;
using TenantSandbox.Core.Capacity;

namespace TenantSandbox.Core.Tests.Capacity;

public sealed class NodeCapacityTests
{
    [Fact]
    public void Of_D4sV5With110Pods_SubtractsReservations()
    {
        var capacity = NodeCapacity.Of(VmSizes.Find("Standard_D4s_v5")!, maxPods: 110);

        // 97 % of 16 GiB, less 20 x 110 + 50, less 100 for eviction, less 600 for the cluster's own pods.
        Assert.Equal(15892 - 2250 - 100 - 600, capacity.MemoryMiB);
        Assert.Equal(4000 - 140 - 400, capacity.CpuMillis);
    }

    [Fact]
    public void Of_ManyPodsOnSmallNode_ReservesAtMostAQuarter() =>
        Assert.Equal(7946 - 1986 - 100 - 600, NodeCapacity.Of(VmSizes.Find("Standard_D2s_v5")!, maxPods: 250).MemoryMiB);

    [Fact]
    public void Of_AnyKnownSize_IsBelowNominalAndFitsAGuest() =>
        Gen.Select(Gen.OneOfConst([.. VmSizes.All]), Gen.Int[10, 250]).Sample((size, maxPods) =>
        {
            var capacity = NodeCapacity.Of(size, maxPods);
            return capacity.MemoryMiB < size.MemoryMiB && capacity.MemoryMiB > 1024 && capacity.CpuMillis < size.VCpus * 1000 && capacity.CpuMillis > 0;
        });
}
