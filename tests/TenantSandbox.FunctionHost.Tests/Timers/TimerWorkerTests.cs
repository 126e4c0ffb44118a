namespace TenantSandbox.Hosting.Tests.Timers;

/// <summary>Timer functions in the real worker process.</summary>
public sealed class TimerWorkerTests : IAsyncLifetime
{
    private SampleHost _sample = null!;

    public async Task InitializeAsync() =>
        _sample = await SampleHost.StartAsync(settings: new Dictionary<string, string?> { ["SampleSchedule"] = "* * * * * *" });

    public Task DisposeAsync() => _sample.DisposeAsync().AsTask();

    [Fact]
    public async Task TimerInfo_OfAMonitoredTimer_HasItsStatus()
    {
        var seen = (await _sample.SightingAsync("AtStartup")).GetProperty("Value");

        Assert.False(seen.GetProperty("IsPastDue").GetBoolean());
        var next = seen.GetProperty("ScheduleStatus").GetProperty("Next").GetDateTime().ToUniversalTime();
        Assert.Equal(new DateTime(DateTime.UtcNow.Year + 1, 1, 1, 0, 0, 0, DateTimeKind.Utc), next);
        Assert.True(File.Exists(Path.Combine(_sample.Directory, "timers", "AtStartup.json")));
    }

    [Fact]
    public async Task Worker_ThatDiesDuringATimer_RunsItAtItsNextTime()
    {
        var first = await _sample.WaitForStartAsync("OnSchedule");

        _sample.KillWorker();
        _sample.Continue("OnSchedule");

        Assert.NotEqual(first, await _sample.WaitForStartAsync("OnSchedule", runs: 2));
        Assert.Contains("\"IsPastDue\":false", await _sample.ValueAsync("OnSchedule"));
        Assert.Contains(_sample.Log.Entries, entry => entry.Message.Contains("Timer OnSchedule failed"));
    }
}
