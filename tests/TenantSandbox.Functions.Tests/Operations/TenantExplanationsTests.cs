using Microsoft.Extensions.Time.Testing;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Operations;

/// <summary>When the reconcile looks at a tenant that waits for it.</summary>
public sealed class TenantExplanationsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 1, 30, TimeSpan.Zero);
    private static readonly DateTimeOffset Ended = new(2026, 11, 24, 12, 0, 10, TimeSpan.Zero);
    private static readonly TenantError Error = new(ErrorClass.Transient, "Lost", "lost");
    private static readonly TenantCondition NotReady = new(TenantConditions.Ready, ConditionStatus.False, "NamespaceMissing", "Its namespace is missing.", Now);

    private static readonly TenantState Ready = new()
    {
        TenantId = "acme",
        Phase = TenantPhase.Ready,
        Incarnation = 1,
        Revision = 1,
        Sequence = 1,
        Kind = TenantVerb.Onboard,
        ContentHash = "a",
        Conditions = [NotReady],
        CreatedAt = Ended,
        UpdatedAt = Ended,
    };

    [Theory]
    [InlineData("0 */5 * * * *", "12:05:00")]
    [InlineData("30 1 12 * * *", "12:01:30")]
    [InlineData("*/2 * * * *", "12:02:00")]
    [InlineData("00:05:00", null)]
    [InlineData("", null)]
    public void Of_BadCondition_HasTheNextRunOfTheSchedule(string schedule, string? at)
    {
        var next = TenantExplanations.Of(Ready, null, null, Schedule(schedule)).Next[0];

        Assert.Equal("system", next.By);
        Assert.Equal(at, next.At?.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Of_FailedRepair_HasTheFirstRunAfterThePause() =>
        AssertNext(Ready with { LastError = Error, LastOperation = Operation(TenantOperationKind.Reconcile) }, new(2026, 11, 24, 12, 35, 0, TimeSpan.Zero));

    [Fact]
    public void Of_FailedUpdate_WaitsForNoReconcile() => Assert.DoesNotContain(
        TenantExplanations.Of(Ready with { LastError = Error, LastOperation = Operation(TenantOperationKind.Update) }, null, null, Schedule("0 */5 * * * *")).Next, n => n.By == "system");

    [Fact]
    public void Of_FailedTeardown_HasTheFirstRunAfterThePause() => AssertNext(
        Ready with { Phase = TenantPhase.TeardownFailed, LastError = Error, LastOperation = Operation(TenantOperationKind.Offboard) }, new(2026, 11, 24, 12, 35, 0, TimeSpan.Zero));

    [Fact]
    public void Of_Leftovers_HasTheFirstRunAfterThePause() => AssertNext(
        Ready with
        {
            Conditions = [],
            LastOperation = Operation(TenantOperationKind.Onboard),
            Leftovers = [new(1, new("aks2", "westeurope", "kata1", FakeCloud.Timing, 1), false, "stuck", Ended)],
        },
        new(2026, 11, 24, 12, 35, 0, TimeSpan.Zero));

    private static void AssertNext(TenantState state, DateTimeOffset at) =>
        Assert.Equal(at, Assert.Single(TenantExplanations.Of(state, null, null, Schedule("0 */5 * * * *")).Next, n => n.By == "system").At);

    private static TenantOperation Operation(TenantOperationKind kind) => new($"acme.1.1.{kind}", kind, 1, 1, Ended, Ended, 1);

    private static ReconcileSchedule Schedule(string schedule) =>
        new(App.Configuration([new("Maintenance__Schedules__ReconcileTenants", schedule)]), new FakeTimeProvider(Now));
}
