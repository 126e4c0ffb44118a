using System.Text.Json;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Placement;

/// <summary>Placement by the nodes' disks, and by the zones of volumes that exist.</summary>
public sealed class VolumePlacementTests
{
    private static readonly PoolTemplate Zonal = Templates.Template() with { Zones = ["1", "2"] };

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public void Fits_PodsThatTakeDisk_AreCountedByIt(int pods, bool fits)
    {
        var template = Templates.Template(maxNodes: 3) with { NodeEphemeralMiB = 100_000 };
        var (footprint, _) = CapacityModel.Measure(template, [new("web", pods, 100, 256, 30_000)]);

        Assert.Equal(fits, CapacityModel.Fits(PoolShape.Of(template), footprint!));
    }

    [Fact]
    public void Measure_PoolWithoutKnownDisk_IsNotPlannedByIt()
    {
        var (footprint, _) = CapacityModel.Measure(Templates.Template(), [new("web", 2, 100, 256, 30_000)]);

        Assert.True(CapacityModel.Fits(PoolShape.Of(Templates.Template()), footprint!));
        Assert.Equal(CapacityModel.Measure(Templates.Template(), [new("web", 2, 100, 256)]).Footprint!.Share, footprint!.Share);
    }

    [Fact]
    public void Measure_MoreDiskThanANodeHas_ExplainsRefusal()
    {
        var (footprint, refusal) = CapacityModel.Measure(Templates.Template() with { NodeEphemeralMiB = 1_000 }, [new("web", 1, 100, 256, 1_001)]);

        Assert.Null(footprint);
        Assert.Equal("Workload 'web': a pod's limit of 1001 MiB of ephemeral storage does not fit a Standard_D4s_v5 node, which offers 1000 MiB", refusal);
    }

    [Theory]
    [InlineData("Standard_D4s_v5", null, 114_032)]
    [InlineData("Standard_D16s_v5", null, 456_130)]
    [InlineData("Standard_D16s_v5", 128, 114_032)]
    public void Of_Node_KnowsItsDisk(string size, int? diskGiB, int expected) =>
        Assert.Equal(expected, NodeCapacity.Of(VmSizes.Find(size)!, 110, diskGiB).EphemeralMiB);

    [Fact]
    public void Json_WithoutDisk_IsThatOfEarlierVersions()
    {
        Assert.DoesNotContain("phemeral", JsonSerializer.Serialize(Templates.Template()), StringComparison.Ordinal);
        Assert.DoesNotContain("phemeral", JsonSerializer.Serialize(new PodGroup("web", 1, 100, 256)), StringComparison.Ordinal);
        Assert.DoesNotContain("Disk", JsonSerializer.Serialize(new Footprint(1, 2, 3, 4)), StringComparison.Ordinal);
        Assert.DoesNotContain("olume", JsonSerializer.Serialize(Templates.Reserve("acme")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", null)]
    [InlineData("3,2", null)]
    [InlineData("3", "a volume of the tenant is in zone 3, and pools here are in 1, 2")]
    [InlineData("", "a volume of the tenant is in zone none, and pools here are in 1, 2")]
    public void FindRefusal_ZonesOfVolume_MustMeetThePools(string zones, string? expected) =>
        Assert.Equal(expected, VolumeZones.FindRefusal(Zonal, [["1", "2", "3", ""], zones.Split(',')]));

    [Fact]
    public void FindRefusal_PoolWithoutZones_TakesVolumesWithoutZones()
    {
        Assert.Null(VolumeZones.FindRefusal(Templates.Template(), [[""]]));
        Assert.NotNull(VolumeZones.FindRefusal(Templates.Template(), [["1"]]));
        Assert.Null(VolumeZones.FindRefusal(Templates.Template(), null));
    }

    [Fact]
    public void Reserve_VolumeInAnotherZone_PassesOverPoolsAndIsRefusedWithoutANewOne()
    {
        var state = PlacementLedger.Reserve(Templates.EmptyLedger, Templates.Reserve("other", template: Zonal)).State;
        var request = Templates.Reserve("acme", template: Zonal with { Zones = ["3"] });

        var reachable = PlacementLedger.Reserve(state, request with { VolumeZones = [["3"]] }).Answer;
        var refused = PlacementLedger.Reserve(state, request with { VolumeZones = [["3"], ["2"]] }).Answer;

        Assert.Equal("kata2", reachable.Pool!.Name);
        Assert.Equal((ReserveOutcome.Refused, "VolumeUnreachable", ErrorClass.Invalid), (refused.Outcome, refused.Error!.Code, refused.Error.ErrorClass));
        Assert.Equal("kata1", PlacementLedger.Reserve(state, request with { VolumeZones = [["2"]] }).Answer.Pool!.Name);
    }

    [Fact]
    public void Merge_Volumes_KeepsTheLaterOutcomeAndRetainedOnesFirst()
    {
        ReleasedVolume[] before = [new("a", "pv-1", VolumeOutcome.Deleted), new("b", "pv-2", VolumeOutcome.Deleted)];
        ReleasedVolume[] after = [new("b", "pv-2", VolumeOutcome.Retained, "disk.csi.azure.com", "/disks/2", "10Gi")];

        Assert.Equal([after[0], before[0]], ReleasedVolumes.Merge(before, after));
        Assert.Null(ReleasedVolumes.Merge(null, []));
        var many = Enumerable.Range(0, 50).Select(i => new ReleasedVolume($"c{i:00}", $"pv-{i}", i == 49 ? VolumeOutcome.Retained : VolumeOutcome.Deleted));
        var merged = ReleasedVolumes.Merge([.. many], null)!;
        Assert.Equal((ReleasedVolumes.MaxListed, "c49"), (merged.Count, merged[0].Claim));
    }
}
