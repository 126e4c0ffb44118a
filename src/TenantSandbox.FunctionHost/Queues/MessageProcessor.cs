using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TenantSandbox.Hosting.Configuration;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting.Queues;

/// <summary>
/// Runs the function for one message. If it succeeds, the message is deleted; if it fails, the message becomes visible again after
/// host.json's visibilityTimeout; after maxDequeueCount attempts it moves to the poison queue. A message is deleted only after the
/// function succeeded or the poison queue has it.
/// </summary>
/// <param name="poison">Null for a queue that has no poison queue: failed messages stay hidden until their lease ends.</param>
internal sealed class MessageProcessor(
    FunctionDefinition function,
    QueueClient queue,
    PoisonQueue? poison,
    IFunctionInvoker invoker,
    QueueSettings settings,
    TimeProvider timeProvider,
    ILogger logger)
{
    /// <summary>Never throws: a message that can't be settled comes back when its lease ends.</summary>
    /// <param name="received">The message as received, still encoded.</param>
    /// <param name="stopping">Cancels the function; that counts as a failed attempt, as on the real host.</param>
    public async Task ProcessAsync(QueueMessage received, CancellationToken stopping)
    {
        try
        {
            if (received.DequeueCount > settings.MaxDequeueCount)
            {
                await PoisonAsync(received, received.PopReceipt, $"received {received.DequeueCount} times without a result");
            }
            else if (Decode(received) is { } message)
            {
                await RunAsync(received, message, stopping);
            }
            else
            {
                await PoisonAsync(received, received.PopReceipt, "it isn't base64, as host.json's messageEncoding says");
            }
        }
        catch (Exception exception)
        {
            logger.MessageUnsettled(exception, received.MessageId);
        }
    }

    private QueueMessage? Decode(QueueMessage received)
    {
        try
        {
            return QueueMessageInput.Decode(received, settings.MessageEncoding);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private async Task RunAsync(QueueMessage received, QueueMessage message, CancellationToken stopping)
    {
        var lease = new MessageLease(queue, message, timeProvider, logger);
        Exception? failure = null;
        try
        {
            var value = QueueMessageInput.ValueOf(function, message);
            await invoker.InvokeAsync(function, value, QueueMessageInput.MetadataOf(message, value), stopping);
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        finally
        {
            await lease.DisposeAsync();
        }

        if (failure is null)
        {
            await queue.DeleteMessageAsync(message.MessageId, lease.PopReceipt, CancellationToken.None);
        }
        else
        {
            logger.MessageFailed(failure, function.Name, message.MessageId, message.DequeueCount, settings.MaxDequeueCount);
            await ReleaseAsync(received, lease.PopReceipt);
        }
    }

    private async Task ReleaseAsync(QueueMessage received, string popReceipt)
    {
        if (received.DequeueCount >= settings.MaxDequeueCount)
        {
            await PoisonAsync(received, popReceipt, $"{received.DequeueCount} attempts failed");
        }
        else if (poison is not null)
        {
            await queue.UpdateMessageAsync(
                received.MessageId, popReceipt, visibilityTimeout: settings.VisibilityTimeout, cancellationToken: CancellationToken.None);
        }
    }

    private async Task PoisonAsync(QueueMessage received, string popReceipt, string reason)
    {
        if (poison is not null)
        {
            await poison.AddAsync(received, reason);
            await queue.DeleteMessageAsync(received.MessageId, popReceipt, CancellationToken.None);
        }
    }
}
