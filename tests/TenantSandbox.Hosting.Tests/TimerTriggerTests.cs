using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Time.Testing;

namespace TenantSandbox.Hosting.Tests;

public sealed class TimerTriggerTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 2, 0, TimeSpan.Zero);

    [Fact]
    public async Task Timer_AtItsTimes_RunsOnceEach()
    {
        await using var host = await RunningHost.StartAsync(time: new FakeTimeProvider(Start));

        var first = await host.WhenAsync(host.Recorder.NextAsync<TimerInfo>());
        var firstRan = host.Time.GetUtcNow();
        var second = await host.WhenAsync(host.Recorder.NextAsync<TimerInfo>());

        Assert.False(first.IsPastDue);
        Assert.Equal(new DateTime(2026, 1, 1, 0, 5, 0), first.ScheduleStatus!.Next);
        Assert.Equal(default, first.ScheduleStatus.Last);
        Assert.True(firstRan >= Start.AddMinutes(3));
        Assert.Equal(new DateTime(2026, 1, 1, 0, 5, 0), second.ScheduleStatus!.Last);
        Assert.True(second.ScheduleStatus.Next >= new DateTime(2026, 1, 1, 0, 10, 0));
        Assert.Equal(0, second.ScheduleStatus.Next.Minute % 5);
    }

    [Fact]
    public async Task Timer_ThatFailed_RunsAtItsNextTime()
    {
        await using var host = await RunningHost.StartAsync(time: new FakeTimeProvider(Start));
        host.Recorder.Then = (_, _) => throw new InvalidOperationException("no");

        await host.WhenAsync(host.Recorder.NextAsync<TimerInfo>());
        var second = await host.WhenAsync(host.Recorder.NextAsync<TimerInfo>());

        Assert.True(second.ScheduleStatus!.Next > new DateTime(2026, 1, 1, 0, 5, 0));
    }

    [Fact]
    public async Task Timer_MissedWhileTheHostWasDown_RunsAtStartAsPastDue()
    {
        var state = Directory.CreateTempSubdirectory("timers-");
        try
        {
            var time = new FakeTimeProvider(Start);
            await using (var first = await RunningHost.StartAsync(stateDirectory: state.FullName, time: time))
                await first.WhenAsync(first.Recorder.NextAsync<TimerInfo>());

            time.Advance(TimeSpan.FromHours(1));
            await using var second = await RunningHost.StartAsync(stateDirectory: state.FullName, time: time);

            Assert.True((await second.Recorder.NextAsync<TimerInfo>()).IsPastDue);
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }
}
