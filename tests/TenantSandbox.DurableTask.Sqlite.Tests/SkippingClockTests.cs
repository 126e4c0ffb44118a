namespace TenantSandbox.DurableTask.Sqlite.Tests;

public sealed class SkippingClockTests
{
    [Fact]
    public void Advance_SeveralTimers_FireInOrderAtTheirOwnTimes()
    {
        var clock = new SkippingClock(TaskHost.Start);
        List<(string, double)> fired = [];
        void Note(string name) => fired.Add((name, (clock.GetUtcNow() - TaskHost.Start).TotalMinutes));
        using var late = clock.CreateTimer(_ => Note("late"), null, TimeSpan.FromMinutes(10), Timeout.InfiniteTimeSpan);
        using var every = clock.CreateTimer(_ => Note("every"), null, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(4));
        using var cancelled = clock.CreateTimer(_ => Note("cancelled"), null, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);
        cancelled.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal([("every", 4), ("every", 8), ("late", 10)], fired);
        Assert.Equal(TaskHost.Start.AddMinutes(11), clock.GetUtcNow());
        Assert.Equal(TaskHost.Start.AddMinutes(12), clock.NextDue);
    }

    [Fact]
    public async Task SkipWhenIdle_AnActivityWaitsForTheClock_TimeStillPasses()
    {
        await using var host = new TaskHost();
        await host
            .Activity<int, string>("waits", async hours =>
            {
                using var timer = new PeriodicTimer(TimeSpan.FromHours(hours), host.Clock);
                await timer.WaitForNextTickAsync(TaskHost.Deadline);
                return host.Clock.GetUtcNow().ToString("O");
            })
            .Orchestrator("calls", context => context.CallActivityAsync<string>("waits", 5))
            .StartAsync();

        Assert.Equal(TaskHost.Start.AddHours(5).ToString("O"), await host.ResultAsync<string>("calls"));
    }
}
