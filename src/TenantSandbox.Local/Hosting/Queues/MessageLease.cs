using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace TenantSandbox.Local.Hosting.Queues;

/// <summary>Keeps a message hidden from other readers while it is worked on, and knows the receipt that the queue wants now.</summary>
internal sealed class MessageLease : IAsyncDisposable
{
    private readonly QueueClient _queue;
    private readonly QueueMessage _message;
    private readonly CancellationTokenSource _done = new();
    private readonly Task _renewing;

    public MessageLease(QueueClient queue, QueueMessage message, TimeSpan length, TimeProvider time, ILogger log)
    {
        _queue = queue;
        _message = message;
        Receipt = message.PopReceipt;
        _renewing = RenewAsync(length, time, log);
    }

    /// <summary>The newest receipt; read it after <see cref="DisposeAsync"/>, when no renewal can change it any more.</summary>
    public string Receipt { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _renewing;
        _done.Dispose();
    }

    private async Task RenewAsync(TimeSpan length, TimeProvider time, ILogger log)
    {
        try
        {
            while (true)
            {
                await Task.Delay(length / 2, time, _done.Token);

                // Not cancellable: a renewal that reached the queue has a new receipt, and it must be known here.
                UpdateReceipt renewed = await _queue.UpdateMessageAsync(
                    _message.MessageId, Receipt, visibilityTimeout: length, cancellationToken: CancellationToken.None);
                Receipt = renewed.PopReceipt;
            }
        }
        catch (OperationCanceledException) when (_done.IsCancellationRequested)
        {
            // The work is done.
        }
        catch (Exception exception)
        {
            // Azure's client has tried again by itself already. The work goes on: it is idempotent, as every delivery may come twice.
            log.LeaseLost(exception, _message.MessageId);
        }
    }
}
