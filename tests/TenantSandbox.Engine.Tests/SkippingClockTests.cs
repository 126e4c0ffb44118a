using TenantSandbox.Local.Engine;

namespace TenantSandbox.Engine.Tests;

public sealed class SkippingClockTests
{
    [Fact]
    public void Advance_SeveralTimers_FireInOrderAtTheirOwnTimes()
    {
        SkippingClock clock = new(TaskHost.Start);
        List<(string, double)> fired = [];
        void Note(string name) => fired.Add((name, (clock.GetUtcNow() - TaskHost.Start).TotalMinutes));
        using ITimer late = clock.CreateTimer(_ => Note("late"), null, TimeSpan.FromMinutes(10), Timeout.InfiniteTimeSpan);
        using ITimer every = clock.CreateTimer(_ => Note("every"), null, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(4));
        using ITimer cancelled = clock.CreateTimer(_ => Note("cancelled"), null, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);
        cancelled.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal([("every", 4), ("every", 8), ("late", 10)], fired);
        Assert.Equal(TaskHost.Start.AddMinutes(11), clock.GetUtcNow());
        Assert.Equal(TaskHost.Start.AddMinutes(12), clock.NextDue);
    }

    [Fact]
    public async Task SkipWhenIdle_AnActivityWaitsForTheClock_TimeStillPasses()
    {
        await using TaskHost host = new();
        await host.Activity<int, string>("waits", async (hours, cancellation) =>
            {
                using PeriodicTimer timer = new(TimeSpan.FromHours(hours), host.Clock);
                await timer.WaitForNextTickAsync(cancellation);
                return host.Clock.GetUtcNow().ToString("O");
            })
            .Orchestrator("calls", context => context.CallActivityAsync<string>("waits", 5))
            .StartAsync();

        Assert.Equal(TaskHost.Start.AddHours(5).ToString("O"), await host.ResultAsync<string>("calls"));
    }
}
