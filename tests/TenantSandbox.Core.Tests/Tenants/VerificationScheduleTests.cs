using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Core.Tests.Tenants;

public sealed class VerificationScheduleTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void FindDue_TenantsThatWereVerifiedTogether_AreSpreadOverHalfOfTheInterval()
    {
        var due = Enumerable.Range(0, 1000).Select(i => Ready($"tenant-{i}", Start)).Select(t => FirstDue(t, Start, TimeSpan.FromMinutes(15))).ToArray();

        Assert.All(due, d => Assert.InRange(d - Start, Interval / 2, Interval));
        // 48 runs of a quarter of an hour; equal shares would be about 21 tenants each.
        Assert.InRange(due.GroupBy(d => d).Max(g => g.Count()), 21, 60);
    }

    [Fact]
    public void FindDue_TenantsThatWereNeverVerified_HaveTheirTurnWithinOneInterval()
    {
        var due = Enumerable.Range(0, 1000).Select(i => Ready($"tenant-{i}", null)).Select(t => FirstDue(t, Start, TimeSpan.FromMinutes(15))).ToArray();

        Assert.All(due, d => Assert.InRange(d - Start, TimeSpan.Zero, Interval));
        Assert.InRange(due.Count(d => d == Start), 50, 150);
    }

    [Theory]
    [InlineData("image-1", "image-1", null)]
    [InlineData("image-1", "image-2", VerificationActors.NodeImage)]
    [InlineData("image-1", null, null)]
    [InlineData(null, "image-2", null)]
    public void FindDue_JustVerified_IsDueOnlyWithAnotherNodeImage(string? verified, string? found, string? actor) =>
        Assert.Equal(actor, VerificationSchedule.FindDue(Ready("blue", Start) with { VerifiedNodeImage = verified }, found, Interval, Start.AddMinutes(1)));

    [Theory]
    [InlineData(TenantPhase.Suspended)]
    [InlineData(TenantPhase.Quarantined)]
    [InlineData(TenantPhase.Failed)]
    public void FindDue_TenantThatDoesNotRun_IsNeverDue(TenantPhase phase) =>
        Assert.Null(VerificationSchedule.FindDue(Ready("blue", Start) with { Phase = phase }, null, Interval, Start.AddDays(9)));

    [Fact]
    public void FindDue_UndoneUpdateThatWasNotIsolated_IsDueAtOnce()
    {
        var undone = Ready("blue", Start) with
        {
            Conditions = ((IReadOnlyList<TenantCondition>)[]).Set(TenantConditions.Isolated, ConditionStatus.False, "CheckFailed", "1 check failed.", Start),
        };

        Assert.Equal(VerificationActors.Timer, VerificationSchedule.FindDue(undone, null, Interval, Start.AddMinutes(1)));
    }

    [Fact]
    public void FindDue_AfterAVerificationThatCouldNotTell_WaitsAWhile()
    {
        var ended = Start.AddDays(9);
        var failed = Ready("blue", Start) with
        {
            LastError = TenantError.Create(null, "NoAnswer", "The API server did not answer."),
            LastOperation = new("blue.1.2.verify", TenantOperationKind.Verify, 1, 1, ended, ended),
        };

        Assert.Null(VerificationSchedule.FindDue(failed, null, Interval, ended.AddMinutes(1)));
        Assert.Equal(VerificationActors.Timer, VerificationSchedule.FindDue(failed, null, Interval, ended + TenantObservations.RepairPause));
    }

    private static DateTimeOffset FirstDue(TenantState tenant, DateTimeOffset from, TimeSpan step)
    {
        var now = from;
        while (VerificationSchedule.FindDue(tenant, null, Interval, now) is null)
        {
            now += step;
        }

        return now;
    }

    private static TenantState Ready(string id, DateTimeOffset? verifiedAt) => new()
    {
        TenantId = id,
        Phase = TenantPhase.Ready,
        Incarnation = 1,
        Revision = 1,
        Kind = TenantVerb.Onboard,
        ContentHash = "h",
        Applied = TenantSteps.Spec,
        Placement = TenantSteps.Placement,
        VerifiedAt = verifiedAt,
        CreatedAt = Start,
        UpdatedAt = Start,
    };
}
