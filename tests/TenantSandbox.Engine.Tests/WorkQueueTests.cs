using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Engine.Tests;

public sealed class WorkQueueTests
{
    [Fact]
    public async Task Wake_WhileTheSameRuns_RunsItOnceMoreAfterwardsAndNeverTwiceAtOnce()
    {
        IdleTracker idle = new();
        int running = 0, most = 0, runs = 0;
        WorkQueue queue = null!;
        queue = new(4, async id =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            if (Interlocked.Increment(ref runs) == 1)
            {
                queue.Wake(id);
                queue.Wake(id);
            }

            await Task.Yield();
            Interlocked.Decrement(ref running);
            return Task.CompletedTask;
        }, idle, TimeProvider.System, NullLogger.Instance);

        queue.Wake("a");
        await idle.WhenIdleAsync(TaskHost.Deadline);

        Assert.Equal((2, 1), (runs, most));
    }

    [Fact]
    public async Task Wake_MoreThanTheLimit_RunsThatManyAtOnce()
    {
        IdleTracker idle = new();
        SemaphoreSlim gate = new(0);
        int running = 0, most = 0, runs = 0;
        WorkQueue queue = new(3, async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await gate.WaitAsync(TaskHost.Deadline);
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref runs);
            return Task.CompletedTask;
        }, idle, TimeProvider.System, NullLogger.Instance);

        for (int n = 0; n < 10; n++)
        {
            queue.Wake($"i{n}");
        }

        gate.Release(10);
        await idle.WhenIdleAsync(TaskHost.Deadline);

        Assert.Equal(10, runs);
        Assert.InRange(most, 1, 3);
    }
}
