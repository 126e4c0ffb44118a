using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Maintenance;

public sealed class TenantVerdictTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly Finding Changed = new(FindingKind.FieldChanged, "Deployment/web", "spec.replicas", "is 5, not 1", IsRepairable: true);
    private static readonly Finding Foreign = new(FindingKind.FieldOwnedByOther, "Deployment/web", "spec.template", "kubectl owns it", IsRepairable: false);
    private static readonly Finding Missing = new(FindingKind.NamespaceMissing, "Namespace/tenant-acme", null, "does not exist", IsRepairable: true);
    private static readonly Finding Crash = new(FindingKind.PodNotReady, "Pod/web-1", null, "CrashLoopBackOff", IsRepairable: false);
    private static readonly Finding Unknown = new(FindingKind.SpecUnknown, "Spec/abc", null, "is not stored", IsRepairable: false);

    [Fact]
    public void Of_EverythingAsApplied_IsReadyPlacedAndInSync()
    {
        var report = TenantVerdict.Of(Tenant(), Observed(), ObservedPool.Present, Now);

        Assert.Equal("Ready=True/Available Placed=True/Reserved Drifted=False/InSync SpecUnknown=False/Known", Describe(report));
        Assert.Null(report.RepairReason);
    }

    [Fact]
    public void Of_JobFailed_IsNotReadyAndNotRepaired()
    {
        var failed = new Finding(FindingKind.JobFailed, "Job/migrate", null, "BackoffLimitExceeded: too often", IsRepairable: false);

        var report = TenantVerdict.Of(Tenant(), Observed(failed), ObservedPool.Present, Now);

        Assert.Equal("Ready=False/JobFailed Placed=True/Reserved Drifted=False/InSync SpecUnknown=False/Known", Describe(report));
        Assert.Equal("Job/migrate: BackoffLimitExceeded: too often", report.Conditions.Find(TenantConditions.Ready)!.Message);
        Assert.Null(report.RepairReason);
    }

    [Fact]
    public void Of_PodViolatesPodSecurity_IsDriftThatAPersonDecides()
    {
        var violation = new Finding(FindingKind.PodSecurity, "Pod/shell", null, "violates privileged: container \"a\" must not be privileged", IsRepairable: false);

        var report = TenantVerdict.Of(Tenant(), Observed(violation), ObservedPool.Present, Now);

        Assert.Equal("Ready=True/Available Placed=True/Reserved Drifted=True/PodSecurity SpecUnknown=False/Known", Describe(report));
        Assert.Null(report.RepairReason);
    }

    [Fact]
    public void Of_SecretWithdrawn_IsAConditionAndNoDrift()
    {
        var withdrawn = new Finding(FindingKind.SecretUnreadable, "Secret/db", "password", "SecretDisabled: secret x is disabled", IsRepairable: false);

        var report = TenantVerdict.Of(Tenant(), Observed(withdrawn), ObservedPool.Present, Now);

        Assert.EndsWith("Drifted=False/InSync SpecUnknown=False/Known SecretsCurrent=False/SecretUnreadable", Describe(report), StringComparison.Ordinal);
        Assert.Equal("Secret/db password: SecretDisabled: secret x is disabled. The last value stays in use.", report.Conditions[^1].Message);
        Assert.Null(report.RepairReason);
        var before = Tenant() with { Conditions = report.Conditions };
        Assert.EndsWith("SecretsCurrent=True/Current", Describe(TenantVerdict.Of(before, Observed(), ObservedPool.Present, Now)), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_OwnFieldChanged_IsRepaired()
    {
        var report = TenantVerdict.Of(Tenant(), Observed(Changed), ObservedPool.Present, Now);

        Assert.Equal("Ready=True/Available Placed=True/Reserved Drifted=True/FieldChanged SpecUnknown=False/Known", Describe(report));
        Assert.Equal("Deployment/web spec.replicas: is 5, not 1", report.RepairReason);
    }

    [Fact]
    public void Of_FieldOfAnotherManager_IsReportedOnly()
    {
        var report = TenantVerdict.Of(Tenant(), Observed(Foreign), ObservedPool.Present, Now);

        Assert.True(report.Conditions.IsTrue(TenantConditions.Drifted));
        Assert.Null(report.RepairReason);
    }

    [Fact]
    public void Of_NamespaceMissing_IsNotReadyAndRepaired()
    {
        var observed = Observed(Missing) with { Namespace = NamespaceCondition.Missing, ReadyPods = 0 };

        var report = TenantVerdict.Of(Tenant(), observed, ObservedPool.Present, Now);

        Assert.StartsWith("Ready=False/NamespaceMissing", Describe(report), StringComparison.Ordinal);
        Assert.NotNull(report.RepairReason);
    }

    [Fact]
    public void Of_PodsNotReady_NamesTheCauseAndRepairsNothing()
    {
        var report = TenantVerdict.Of(Tenant(), Observed(Crash) with { ReadyPods = 0 }, ObservedPool.Present, Now);

        Assert.Contains("CrashLoopBackOff", report.Conditions.Find(TenantConditions.Ready)!.Message, StringComparison.Ordinal);
        Assert.Equal("Ready=False/PodsNotReady Placed=True/Reserved Drifted=False/InSync SpecUnknown=False/Known", Describe(report));
        Assert.Null(report.RepairReason);
    }

    [Theory]
    [InlineData(nameof(ObservedPool.Missing), "Placed=False/PoolMissing", true)]
    [InlineData(nameof(ObservedPool.Failed), "Placed=False/PoolFailed", false)]
    [InlineData(nameof(ObservedPool.Unknown), "Placed=Unknown/PoolNotRead", false)]
    public void Of_PoolNotUsable_IsNotPlaced(string pool, string condition, bool isRepaired)
    {
        var report = TenantVerdict.Of(Tenant(), Observed(), Enum.Parse<ObservedPool>(pool), Now);

        Assert.Contains(condition, Describe(report), StringComparison.Ordinal);
        Assert.Equal(isRepaired, report.RepairReason is not null);
    }

    [Fact]
    public void Of_SpecUnknown_WritesNothing()
    {
        var report = TenantVerdict.Of(Tenant(), Observed(Unknown, Changed), ObservedPool.Missing, Now);

        Assert.True(report.Conditions.IsTrue(TenantConditions.SpecUnknown));
        Assert.Null(report.RepairReason);
    }

    [Fact]
    public void Of_RepairFailedAMomentAgo_WaitsBeforeTheNext()
    {
        var failed = Tenant() with
        {
            LastOperation = new("acme.1.2.reconcile", TenantOperationKind.Reconcile, 1, 1, Now.AddMinutes(-12), Now.AddMinutes(-10), 2),
            LastError = TenantError.Create(null, "RolloutFailed", "bad image"),
        };

        Assert.Null(TenantVerdict.Of(failed, Observed(Changed), ObservedPool.Present, Now).RepairReason);
        Assert.NotNull(TenantVerdict.Of(failed, Observed(Changed), ObservedPool.Present, Now + TenantObservations.RepairPause).RepairReason);
    }

    [Fact]
    public void Of_Suspended_NeedsNoPool()
    {
        var report = TenantVerdict.Of(Tenant() with { Phase = TenantPhase.Suspended }, Observed() with { ReadyPods = 0, DesiredPods = 0 }, ObservedPool.Missing, Now);

        Assert.Equal("Ready=False/Suspended Placed=False/Suspended Drifted=False/InSync SpecUnknown=False/Known", Describe(report));
        Assert.Null(report.RepairReason);
    }

    [Fact]
    public void IsNews_SameConditions_IsFalse()
    {
        var report = TenantVerdict.Of(Tenant(), Observed(), ObservedPool.Present, Now);

        Assert.True(TenantVerdict.IsNews(Tenant(), report));
        Assert.False(TenantVerdict.IsNews(Tenant() with { Conditions = report.Conditions }, report with { ObservedAt = Now.AddHours(1) }));
    }

    private static TenantState Tenant() => new()
    {
        TenantId = "acme",
        Phase = TenantPhase.Ready,
        Incarnation = 1,
        Revision = 1,
        Kind = TenantVerb.Onboard,
        ContentHash = "",
        Sequence = 1,
        Placement = new("aks1", "westeurope", "kata1", FakeCloud.Timing),
        CreatedAt = Now,
        UpdatedAt = Now,
    };

    private static TenantObservation Observed(params Finding[] findings) => new("acme", 1, NamespaceCondition.Present, 1, 1, findings);

    private static string Describe(TenantObservationReport report) => string.Join(' ', report.Conditions.Select(c => $"{c.Type}={c.Status}/{c.Reason}"));
}
