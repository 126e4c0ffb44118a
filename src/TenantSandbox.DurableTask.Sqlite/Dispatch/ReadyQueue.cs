using System.Threading.Channels;

namespace TenantSandbox.DurableTask.Sqlite.Dispatch;

/// <summary>An unbounded queue whose readers wait at most for a given time.</summary>
internal sealed class ReadyQueue<T>
    where T : class
{
    private readonly Channel<T> _channel = Channel.CreateUnbounded<T>();

    public void Add(T item) => _channel.Writer.TryWrite(item);

    /// <summary>Returns null after the time-out and when cancelled.</summary>
    public async ValueTask<T?> TakeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_channel.Reader.TryRead(out var item))
        {
            return item;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            return await _channel.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
