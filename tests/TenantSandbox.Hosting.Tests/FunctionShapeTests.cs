using TenantSandbox.Hosting.Tests.Samples;
using TenantSandbox.Local.Hosting.Durable;
using TenantSandbox.Local.Hosting.EventGrid;
using TenantSandbox.Local.Hosting.Http;
using TenantSandbox.Local.Hosting.Invocation;
using TenantSandbox.Local.Hosting.Queues;
using TenantSandbox.Local.Hosting.Timers;

namespace TenantSandbox.Hosting.Tests;

/// <summary>Functions of a wrong shape are told when the host is made, by name and with what to do.</summary>
public sealed class FunctionShapeTests
{
    [Theory]
    [InlineData(typeof(Malformed<int>.NoTrigger), "exactly one")]
    [InlineData(typeof(Malformed<int>.TwoTriggers), "exactly one")]
    [InlineData(typeof(Malformed<int>.SameName), "same name")]
    [InlineData(typeof(Malformed<int>.BadName), "'a/../b'")]
    public void Find_WithABadFunction_NamesIt(Type type, string expected)
    {
        var fault = Assert.Throws<InvalidOperationException>(() => FunctionDiscovery.Find([type]));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(Malformed<int>.BatchWithoutArray), "IsBatched")]
    [InlineData(typeof(Malformed<int>.ArrayWithoutBatch), "IsBatched")]
    [InlineData(typeof(Malformed<int>.EventOfUnknownType), "CloudEvent")]
    public void EventFunction_OfAWrongShape_IsRefused(Type type, string expected) =>
        AssertFault(expected, type, EventBinding.RequireSupported);

    [Fact]
    public void QueueFunction_OfUnknownType_IsRefused() =>
        AssertFault("BinaryData", typeof(Malformed<int>.MessageOfUnknownType), MessageBinding.RequireSupported);

    [Fact]
    public void HttpFunction_OfUnknownResult_IsRefused() =>
        AssertFault("IActionResult", typeof(Malformed<int>.HttpWithUnknownResult), HttpTriggers.RequireHttpResult);

    [Theory]
    [InlineData(typeof(Malformed<int>.InstanceOrchestrator), "static")]
    [InlineData(typeof(Malformed<int>.OrchestratorWithService), "at most one input")]
    [InlineData(typeof(Malformed<int>.ActivityWithService), "'client'")]
    [InlineData(typeof(Malformed<int>.EntityElsewhere), "ITaskEntity")]
    public void DurableFunction_OfAWrongShape_IsRefused(Type type, string expected) =>
        AssertFault(expected, type, function => DurableFunctions.Enter([function], new Local.Engine.TaskCatalog(), null!));

    [Theory]
    [InlineData("every minute")]
    [InlineData("0 */5 * * * * *")]
    [InlineData("61 * * * * *")]
    public void Schedule_ThatIsntOne_IsRefused(string text) => Assert.Throws<FormatException>(() => TimerSchedule.Parse(text));

    [Theory]
    [InlineData("0 */5 * * * *", "2026-01-01T00:05:00Z")]
    [InlineData("30 */5 * * * *", "2026-01-01T00:00:30Z")]
    [InlineData("*/5 * * * *", "2026-01-01T00:05:00Z")]
    [InlineData("0 0 3 * * Sun", "2026-01-04T03:00:00Z")]
    public void Schedule_WithFiveOrSixFields_GivesTheNextTime(string text, string expected) => Assert.Equal(
        DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture),
        TimerSchedule.Parse(text).After(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    private static void AssertFault(string expected, Type type, Action<FunctionDescriptor> use)
    {
        var function = Assert.Single(FunctionDiscovery.Find([type]));

        var fault = Assert.Throws<InvalidOperationException>(() => use(function));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.Contains($"'{function.Name}'", fault.Message, StringComparison.Ordinal);
    }
}
