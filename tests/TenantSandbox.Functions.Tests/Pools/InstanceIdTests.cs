using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Tests.Pools;

/// <summary>The longest ids that can occur. Backends store them in keys, and 100 characters is what all of them take.</summary>
public sealed class InstanceIdTests
{
    private const int MaxLength = 99;

    // The longest cluster id that the configuration accepts, and the longest pool name that AKS does.
    private static readonly string ClusterId = new('c', 63);
    private static readonly OperationTiming Timing = new(5, 60, 1200, 1200, 600, 600);

    private static readonly PoolTemplate Template = new(
        "Standard_D4s_v5", "KataVmIsolation", "AzureLinux", 1, 3, 30, 12_000, 4_000, [new KataSizeClass("kata-1gi", 1024, 128)], []);

    [Fact]
    public void PoolOperations_LongestIds_StayBelowOneHundredCharacters()
    {
        var state = new LedgerState { ClusterId = ClusterId, Sequence = 99_999_998 };
        var (created, answer, creations) = PlacementLedger.Reserve(state, new(
            "acme", 1, TenantTier.Pooled, [new PodGroup("web", 1, 500, 512)], Template, Timing, "w", DateTimeOffset.UnixEpoch));
        Assert.Equal(12, answer.Pool!.Name.Length);

        var old = created with
        {
            Pools = [.. created.Pools.Select(p => p with { Phase = PoolPhase.Ready, Deletions = int.MaxValue - 1 })],
        };
        var (_, _, deletions) = PlacementLedger.Release(old, new("acme", 1, answer.Pool.Name, Timing, "w", DateTimeOffset.UnixEpoch));

        Assert.InRange(creations[0].InstanceId.Length, 1, MaxLength);
        Assert.InRange(deletions[0].InstanceId.Length, 1, MaxLength);
        Assert.InRange(ClusterEntity.IdOf(ClusterId).ToString().Length, 1, MaxLength);
    }

    [Fact]
    public void TenantOperations_LongestIds_StayBelowOneHundredCharacters() => Assert.All(
        Enum.GetValues<TenantOperationKind>(),
        kind => Assert.InRange(TenantOperation.IdOf(new string('t', 40), int.MaxValue, RequestLimits.MaxRevision, kind).Length, 1, MaxLength));

    [Fact]
    public void Submissions_AnyIdentity_HaveShortIds() =>
        Assert.InRange(new RequestIdentity(new string('s', 4096), new string('i', 4096)).ToInstanceId().Length, 1, MaxLength);
}
