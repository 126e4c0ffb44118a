using System.Text.Json;
using DurableTask.Core;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.Hosting.Timers;

namespace TenantSandbox.Hosting.Tests.Timers;

public sealed class TimerTriggersTests : IDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("timers-");
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 2, 0, TimeSpan.Zero));
    private readonly FakeInvoker _invoker = new();
    private readonly RecordedLog _log = new();

    [Fact]
    public async Task Schedule_FromASetting_IsResolved()
    {
        using var triggers = Create();
        await triggers.StartAsync([TestFunctions.Create("F", """{"type":"timerTrigger","schedule":"%SampleSchedule%"}""")], CancellationToken.None);

        var invocation = await _clock.AdvanceUntilAsync(_invoker.NextAsync(), TimeSpan.FromSeconds(1), () => _log.Entries.IsEmpty);

        Assert.Equal("2026-01-01T00:30:00+00:00", StatusOf(invocation).GetProperty("Next").GetString());
        await triggers.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("""{"type":"timerTrigger","schedule":"0 * * * * *","useMonitor":false}""")]
    [InlineData("""{"type":"timerTrigger","schedule":"*/10 * * * * *","useMonitor":true}""")]
    public async Task Timer_WithoutMonitorOrBelowAMinute_KeepsNoStatus(string trigger)
    {
        using var triggers = Create();
        await triggers.StartAsync([TestFunctions.Create("F", trigger)], CancellationToken.None);

        var invocation = await _clock.AdvanceUntilAsync(_invoker.NextAsync(), TimeSpan.FromSeconds(1), () => _log.Entries.IsEmpty);

        Assert.Equal(JsonValueKind.Null, StatusOf(invocation).ValueKind);
        await triggers.StopAsync(CancellationToken.None);
        Assert.Empty(_state.GetDirectories("timers"));
    }

    [Theory]
    [InlineData("""{"type":"timerTrigger","schedule":"never"}""", "never")]
    [InlineData("""{"type":"timerTrigger","schedule":"%Unset%"}""", "Unset")]
    [InlineData("""{"type":"timerTrigger"}""", "no schedule")]
    public async Task Schedule_ThatCantBeUsed_NamesFunctionAndReason(string trigger, string reason)
    {
        using var triggers = Create();

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(
            () => triggers.StartAsync([TestFunctions.Create("Broken", trigger)], CancellationToken.None));

        Assert.Contains("Broken", fault.Message);
        Assert.Contains(reason, fault.Message);
    }

    public void Dispose()
    {
        _log.Dispose();
        _state.Delete(recursive: true);
    }

    private static JsonElement StatusOf(Invocation invocation) => JsonElement.Parse(invocation.Value.Json).GetProperty("ScheduleStatus");

    private TimerTriggers Create() => new(
        _invoker,
        new FunctionHostOptions
        {
            AppDirectory = _state.FullName,
            StateDirectory = _state.FullName,
            OrchestrationService = NoOrchestrations.Instance,
        },
        _clock,
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("SampleSchedule", (string?)"0 30 * * * *")]).Build(),
        new LoggerFactory([_log]).CreateLogger<TimerTriggers>());

    /// <summary>Timers don't use the task hub.</summary>
    private static class NoOrchestrations
    {
        public static readonly IOrchestrationService Instance = new Microsoft.DurableTask.Testing.Sidecar.InMemoryOrchestrationService();
    }
}
