using System.Threading.Channels;

namespace TenantSandbox.Hosting.Tests;

/// <summary>What the sample functions saw, in the order in which they saw it.</summary>
public sealed class Recorder
{
    private readonly Channel<object?> _seen = Channel.CreateUnbounded<object?>();

    /// <summary>What a sample function does after it recorded; throws where a test wants a failure.</summary>
    public Func<object?, CancellationToken, Task> Then { get; set; } = (_, _) => Task.CompletedTask;

    public bool IsEmpty => _seen.Reader.Count == 0;

    public int Count => _seen.Reader.Count;

    public async Task RecordAsync(object? value, CancellationToken cancellation = default)
    {
        _seen.Writer.TryWrite(value);
        await Then(value, cancellation);
    }

    public async Task<T> NextAsync<T>() => (T)(await _seen.Reader.ReadAsync())!;
}
