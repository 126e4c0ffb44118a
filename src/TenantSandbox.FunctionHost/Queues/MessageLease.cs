using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace TenantSandbox.Hosting.Queues;

/// <summary>Keeps a message hidden from other readers while a function runs, and tracks its pop receipt, which every renewal changes.</summary>
internal sealed class MessageLease : IAsyncDisposable
{
    /// <summary>How long a message is hidden when it is received or renewed; renewed at half of it.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromMinutes(10);

    private readonly QueueClient _queue;
    private readonly QueueMessage _message;
    private readonly CancellationTokenSource _done = new();
    private readonly Task _renewing;

    public MessageLease(QueueClient queue, QueueMessage message, TimeProvider timeProvider, ILogger logger)
    {
        _queue = queue;
        _message = message;
        PopReceipt = message.PopReceipt;
        _renewing = RenewAsync(timeProvider, logger);
    }

    /// <summary>The current receipt; final after <see cref="DisposeAsync"/>.</summary>
    public string PopReceipt { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _renewing;
        _done.Dispose();
    }

    private async Task RenewAsync(TimeProvider timeProvider, ILogger logger)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Duration / 2, timeProvider, _done.Token);

                // Not cancelled: if the renewal reached the queue, the old receipt is void and the new one must be known.
                UpdateReceipt renewed = await _queue.UpdateMessageAsync(
                    _message.MessageId, PopReceipt, visibilityTimeout: Duration, cancellationToken: CancellationToken.None);
                PopReceipt = renewed.PopReceipt;
            }
        }
        catch (OperationCanceledException) when (_done.IsCancellationRequested)
        {
            // The function has ended.
        }
        catch (Exception exception)
        {
            // Azure's client has retried already. The function runs on: a message may be delivered twice anyway.
            logger.LeaseLost(exception, _message.MessageId);
        }
    }
}
