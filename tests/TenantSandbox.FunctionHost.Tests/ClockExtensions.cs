using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace TenantSandbox.Hosting.Tests;

internal static class ClockExtensions
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    /// <summary>Advances the clock in steps until something has happened; no time passes while the tested code is busy.</summary>
    public static async Task<T> AdvanceUntilAsync<T>(this FakeTimeProvider clock, Task<T> happened, TimeSpan step, Func<bool>? isBusy = null)
    {
        await clock.AdvanceUntilAsync(() => happened.IsCompleted, step, isBusy);
        return await happened;
    }

    /// <inheritdoc cref="AdvanceUntilAsync{T}"/>
    public static async Task AdvanceUntilAsync(this FakeTimeProvider clock, Func<bool> condition, TimeSpan step, Func<bool>? isBusy = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < Timeout, $"Nothing happened by {clock.GetUtcNow():O}.");
            if (isBusy?.Invoke() is not true)
            {
                clock.Advance(step);
            }

            // Gives the tested code's continuations their turn on the thread pool.
            await Task.Run(() => { });
        }
    }
}
