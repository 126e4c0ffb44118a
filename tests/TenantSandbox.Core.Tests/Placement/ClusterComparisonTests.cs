using System.Text.Json;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Placement;

public sealed class ClusterComparisonTests
{
    private static readonly DateTimeOffset Later = DateTimeOffset.UnixEpoch.AddHours(1);

    private LedgerState _state = Templates.EmptyLedger;

    [Fact]
    public void Reserve_LedgerThatHasSeenNothing_AsksForTheListFirst()
    {
        _state = new() { ClusterId = "aks1" };

        Assert.Equal(ReserveOutcome.Observe, Reserve("acme").Outcome);
        Assert.Empty(_state.Pools);
        Observe();
        Assert.Equal((ReserveOutcome.Wait, "kata1"), Reserve("acme") is var a ? (a.Outcome, a.Pool?.Name) : default);
    }

    [Fact]
    public void Reserve_LedgerOfAnOlderVersion_NeedsNoList()
    {
        _state = new() { ClusterId = "aks1", Sequence = 4 };

        Assert.Equal("kata5", Reserve("acme").Pool?.Name);
    }

    /// <summary>The task hub was lost, the cloud wasn't: another tenant's dedicated pool must not be used, whatever its name.</summary>
    [Fact]
    public void Reserve_OwnedPoolsThatTheLedgerLost_AreNeverUsed()
    {
        _state = new() { ClusterId = "aks1" };
        Observe(Found("kata1", 1, "acme"), Found("kata7", 7, null), Other("kata8"), Other("zzz"));

        var (first, second) = (Reserve("beta", TenantTier.Dedicated), Reserve("gamma"));

        Assert.Equal(("kata9", "kata10"), (first.Pool?.Name, second.Pool?.Name));
        Assert.Equal(["kata1", "kata7"], _state.Unknown.Select(u => u.Name));
        Assert.Equal(["kata8", "zzz"], _state.OtherNames);
    }

    [Fact]
    public void Observe_InPages_IsCompleteAfterTheLast()
    {
        _state = new() { ClusterId = "aks1" };
        Observe(new PoolPage("aks1", null, "kata5", [Found("kata1", 1, null), Found("kata5", 5, null)]));
        Assert.False(_state.ObservedAt is not null);
        Observe(new PoolPage("aks1", "kata5", null, [Found("kata6", 6, null)]));

        Assert.Equal(["kata1", "kata5", "kata6"], _state.Unknown.Select(u => u.Name));
        Observe(new PoolPage("aks1", null, "kata5", [Found("kata5", 5, null)]));
        Assert.Equal(["kata5", "kata6"], _state.Unknown.Select(u => u.Name));
        Assert.Equal(6, _state.Sequence);
    }

    [Theory]
    [InlineData("99999999")]
    [InlineData("-4")]
    [InlineData("007")]
    [InlineData("many")]
    public void CompareOrigin_StrangeGeneration_IsNotOurs(string generation)
    {
        var marks = Found("kata1", 1, null).Marks! with { Generation = generation };

        Assert.Equal(PoolMatch.Other, marks.CompareOrigin("me", "here", "aks1"));
    }

    [Fact]
    public void Observe_PoolNotListed_IsFoundMissingButKept()
    {
        ReserveReady("acme");

        var finding = Assert.Single(Observe().Findings);

        Assert.Equal((PoolFindingKind.Missing, "kata1"), (finding.Kind, finding.PoolName));
        Assert.Equal(PoolPhase.Ready, _state.Find("kata1")!.Phase);
    }

    [Fact]
    public void Report_Missing_DropsThePoolAndItsReservations()
    {
        ReserveReady("acme");

        Assert.True(Report(isMissing: true));
        Assert.False(Report(isMissing: true));
        Assert.Equal("kata2", Reserve("acme").Pool?.Name);
    }

    [Fact]
    public void Report_Unusable_ClosesThePoolAndMovesTheReservation()
    {
        ReserveReady("acme");
        Reserve("beta");

        Assert.True(Report(isMissing: false));
        Assert.Equal((ReserveOutcome.Wait, "kata2"), Reserve("acme") is var a ? (a.Outcome, a.Pool?.Name) : default);
        Assert.Equal("beta", Assert.Single(_state.Find("kata1")!.Reservations).TenantId);
        Assert.Equal(PoolPhase.Unusable, _state.Find("kata1")!.Phase);
    }

    [Fact]
    public void Report_PoolBeingCreated_ChangesNothing()
    {
        Reserve("acme");

        Assert.False(Report(isMissing: true));
        Assert.Equal(PoolPhase.Creating, _state.Find("kata1")!.Phase);
    }

    [Theory]
    [InlineData("Failed", PoolFindingKind.Failed)]
    [InlineData("Canceled", PoolFindingKind.Failed)]
    [InlineData("Deleting", PoolFindingKind.BeingDeleted)]
    public void Observe_PoolUnusable_IsClosedUntilItRecovers(string state, PoolFindingKind kind)
    {
        ReserveReady("acme");

        Assert.Equal(kind, Assert.Single(Observe(Found("kata1", 1, null) with { State = state }).Findings).Kind);
        Assert.Equal("kata2", Reserve("beta").Pool?.Name);
        Assert.Equal(PoolFindingKind.Recovered, Assert.Single(Observe(Found("kata1", 1, null)).Findings).Kind);
        Assert.Equal("kata1", Reserve("gamma").Pool?.Name);
    }

    [Theory]
    [InlineData("Succeeded")]
    [InlineData("Updating")]
    [InlineData("Scaling")]
    [InlineData("Upgrading")]
    public void Observe_PoolInUse_IsFine(string state)
    {
        ReserveReady("acme");

        Assert.Empty(Observe(Found("kata1", 1, null) with { State = state }).Findings);
        Assert.Equal("/pools/kata1", _state.Find("kata1")!.ResourceId);
    }

    [Fact]
    public void Observe_SameNameWithOtherTags_IsALookAlikeAndClosed()
    {
        ReserveReady("acme");

        Assert.Equal(PoolFindingKind.LookAlike, Assert.Single(Observe(Found("kata1", 1, "beta")).Findings).Kind);
        Assert.Equal(PoolFindingKind.LookAlike, Assert.Single(Observe(Found("kata1", 1, null) with { ResourceId = "/elsewhere/kata1" }).Findings).Kind);
        Assert.Equal(PoolPhase.Unusable, _state.Find("kata1")!.Phase);
        Assert.Equal("PoolTagsDiffer", _state.Find("kata1")!.Error!.Code);
    }

    [Fact]
    public void Observe_OlderVersionsPool_IsOursAndToBeTagged()
    {
        ReserveReady("acme");
        var older = Found("kata1", 1, null) is var f ? f with { Origin = PoolMatch.SameWithoutInstallation, Marks = f.Marks! with { Installation = null } } : null!;

        Assert.Equal(PoolFindingKind.Untagged, Assert.Single(Observe(older).Findings).Kind);
        Assert.Equal(PoolPhase.Ready, _state.Find("kata1")!.Phase);
    }

    [Fact]
    public void Observe_RangeChangedByAPerson_IsReported()
    {
        ReserveReady("acme");

        Assert.Equal(PoolFindingKind.Resized, Assert.Single(Observe(Found("kata1", 1, null) with { MaxCount = 1 }).Findings).Kind);
    }

    [Fact]
    public void Observe_UnknownPool_KeepsWhenItWasFirstSeen()
    {
        Observe(Found("kata3", 3, "acme"));
        Observe(new PoolPage("aks1", null, null, [Found("kata3", 3, "acme")]), Later);
        Assert.Equal((DateTimeOffset.UnixEpoch, Later), (_state.Unknown[0].FirstSeenAt, _state.Unknown[0].LastSeenAt));

        Observe(new PoolPage("aks1", null, null, [Found("kata3", 3, "beta")]), Later.AddHours(1));
        Assert.Equal(Later.AddHours(1), _state.Unknown[0].FirstSeenAt);
    }

    [Fact]
    public void Observe_ManyFindings_StaysBelowTheLimit()
    {
        var pools = Enumerable.Range(1, 98).Select(i => Found($"kata{i}", i, new string('t', 40)));
        var findings = ClusterComparison.Observe(_state, new(new("aks1", null, null, [.. pools]), Later)).Answer;

        Assert.Equal((ClusterFindings.MaxFindings, 68), (findings.Findings.Count, findings.Omitted));
        Assert.InRange(JsonSerializer.Serialize(findings).Length, 1, 16 * 1024);
    }

    [Fact]
    public void Serialize_ThenDeserialize_IsTheSame()
    {
        ReserveReady("acme");
        Observe(Found("kata1", 1, null) with { State = "Failed", Error = TenantError.Create(ErrorClass.Capacity, "SubnetIsFull", "full") }, Found("kata3", 3, "acme"), Other("mine"));
        var json = JsonSerializer.Serialize(_state);

        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<LedgerState>(json)));
    }

    private static FoundPool Found(string name, long generation, string? tenant)
    {
        var tier = tenant is null ? TenantTier.Pooled : TenantTier.Dedicated;
        var marks = PoolMarks.Of(new("aks1", name, generation, tier, tenant, Templates.Template()), "me", "here");
        return new(name, $"/pools/{name}", PoolMatch.Same, marks, "Succeeded", null, 1, 1, 3);
    }

    private static FoundPool Other(string name) => new(name, $"/pools/{name}", PoolMatch.Other, null, "Succeeded");

    private ReserveAnswer Reserve(string tenant, TenantTier tier = TenantTier.Pooled)
    {
        (_state, var answer, _) = PlacementLedger.Reserve(_state, Templates.Reserve(tenant, tier: tier));
        return answer;
    }

    private void ReserveReady(string tenant)
    {
        Reserve(tenant);
        (_state, _, _) = PlacementLedger.Complete(_state, Templates.Report("kata1", PoolOutcome.Ready));
    }

    private ClusterFindings Observe(params FoundPool[] pools) => Observe(new PoolPage("aks1", null, null, pools));

    private ClusterFindings Observe(PoolPage page, DateTimeOffset? at = null)
    {
        (_state, var findings, _) = ClusterComparison.Observe(_state, new(page, at ?? DateTimeOffset.UnixEpoch));
        return findings;
    }

    private bool Report(bool isMissing)
    {
        var error = TenantError.Create(ErrorClass.NotFound, "PoolMissing", "not found");
        (_state, var changed, _) = ClusterComparison.Report(_state, new("kata1", isMissing, error, Templates.Timing, Later));
        return changed;
    }
}
