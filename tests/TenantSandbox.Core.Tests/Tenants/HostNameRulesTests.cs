using System.Text.Json;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Tenants;

public sealed class HostNameRulesTests
{
    private static readonly HostNameClaim Acme = new("acme", 1, 3);
    private static readonly HostNameClaim Blue = new("blue", 1, 1);

    [Fact]
    public void Claim_Free_IsGranted() => Assert.Equal(Acme, HostNameRules.Claim(null, new(Acme)));

    [Fact]
    public void Claim_Again_IsRenewed() => Assert.Equal(Acme with { Sequence = 4 }, HostNameRules.Claim(Acme, new(Acme with { Sequence = 4 })));

    [Fact]
    public void Claim_OfAnother_IsRefused() => Assert.Equal(Acme, HostNameRules.Claim(Acme, new(Blue)));

    [Fact]
    public void Claim_InsteadOfAVoidOne_IsGranted() => Assert.Equal(Blue, HostNameRules.Claim(Acme, new(Blue, Instead: Acme)));

    [Fact]
    public void Claim_InsteadOfOneThatWasRenewed_IsRefused()
    {
        var renewed = Acme with { Sequence = 4 };

        Assert.Equal(renewed, HostNameRules.Claim(renewed, new(Blue, Instead: Acme)));
    }

    [Fact]
    public void Release_OwnOrEarlierIncarnation_FreesIt()
    {
        Assert.Null(HostNameRules.Release(Acme, Acme with { Sequence = 9 }));
        Assert.Null(HostNameRules.Release(Acme, Acme with { Incarnation = 2 }));
        Assert.Null(HostNameRules.Release(null, Acme));
    }

    [Fact]
    public void Release_AnothersOrLaterIncarnation_ChangesNothing()
    {
        Assert.Equal(Acme, HostNameRules.Release(Acme, Blue));
        Assert.Equal(Acme with { Incarnation = 2 }, HostNameRules.Release(Acme with { Incarnation = 2 }, Acme));
    }

    [Theory]
    [InlineData(TenantPhase.Ready, true, false, true)]
    [InlineData(TenantPhase.Ready, false, true, true)]
    [InlineData(TenantPhase.Ready, false, false, false)]
    [InlineData(TenantPhase.Suspended, false, true, true)]
    [InlineData(TenantPhase.Failed, false, true, false)]
    [InlineData(TenantPhase.Offboarded, true, true, false)]
    [InlineData(TenantPhase.Quarantined, false, false, true)]
    public void IsUsed_IdleTenant_DependsOnItsSpecs(TenantPhase phase, bool isApplied, bool isDesired, bool isUsed) =>
        Assert.Equal(isUsed, HostNameRules.IsUsed(Tenant(phase, isApplied, isDesired), "shop.example.com"));

    [Fact]
    public void IsUsed_UnknownTenant_IsNot() => Assert.False(HostNameRules.IsUsed(null, "shop.example.com"));

    [Fact]
    public void IsUsed_LeftoverOfTheTenant_Counts()
    {
        var placement = new TenantPlacement("aks1", "westeurope", null, new(5, 60, 1800, 1800, 900, 900), 1);
        var tenant = Tenant(TenantPhase.TeardownFailed, false, false) with { Leftovers = [new(1, placement, true, "stuck", default)] };

        Assert.True(HostNameRules.IsUsed(tenant, "shop.example.com"));
    }

    [Fact]
    public void Request_Json_IsReadAsItWasWritten()
    {
        const string Json = """{"claim":{"tenantId":"blue","incarnation":1,"sequence":1},"instead":{"tenantId":"acme","incarnation":1,"sequence":3}}""";

        Assert.Equal(Json, JsonSerializer.Serialize(new HostNameRequest(Blue, Acme)));
        Assert.Equal(new HostNameRequest(Blue, Acme), JsonSerializer.Deserialize<HostNameRequest>(Json));
        Assert.Equal(new HostNameRequest(Blue), JsonSerializer.Deserialize<HostNameRequest>("""{"claim":{"tenantId":"blue","incarnation":1,"sequence":1}}"""));
    }

    private static TenantState Tenant(TenantPhase phase, bool isApplied, bool isDesired) => new()
    {
        TenantId = "acme",
        Phase = phase,
        Incarnation = 1,
        Revision = 2,
        Kind = TenantVerb.Onboard,
        ContentHash = "",
        Desired = Spec(isDesired),
        Applied = Spec(isApplied),
        CreatedAt = default,
        UpdatedAt = default,
    };

    private static SpecRef Spec(bool hasHost) =>
        new(new string('0', 64), TenantTier.Pooled, null, null, []) { Hosts = hasHost ? ["shop.example.com"] : null };
}
