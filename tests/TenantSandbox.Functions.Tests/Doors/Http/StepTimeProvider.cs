using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace TenantSandbox.Functions.Tests.Doors.Http;

/// <summary>Time that a test advances from timer to timer: it moves only once the code under test waits.</summary>
internal sealed class StepTimeProvider : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();
    private readonly ConcurrentQueue<TimeSpan> _delays = new();

    /// <summary>The delays of all timers so far.</summary>
    public IReadOnlyList<TimeSpan> Delays => [.. _delays];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _delays.Enqueue(dueTime);
        _timers.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until the code under test creates its next timer.</summary>
    /// <returns>The timer's delay.</returns>
    public Task<TimeSpan> NextTimerAsync() => _timers.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Advances to each timer until the task completes.</summary>
    public async Task RunAsync(Task task)
    {
        while (true)
        {
            var timer = NextTimerAsync();
            if (await Task.WhenAny(task, timer) == task)
            {
                return;
            }

            Advance(await timer);
        }
    }
}
