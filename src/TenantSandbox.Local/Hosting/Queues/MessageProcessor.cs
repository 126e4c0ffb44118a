using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TenantSandbox.Local.Hosting.Invocation;

namespace TenantSandbox.Local.Hosting.Queues;

/// <summary>
/// Works on one message: done, it is deleted; failed, it shows up again after host.json's visibilityTimeout; failed too often, it
/// moves to the poison queue. A message leaves its queue only after it is done or stands in the poison queue.
/// </summary>
internal sealed class MessageProcessor(
    FunctionDescriptor function,
    QueueClient queue,
    PoisonQueue poison,
    FunctionInvoker invoker,
    QueueSettings settings,
    TimeProvider time,
    ILogger log)
{
    /// <summary>How long a message is hidden while it is worked on; renewed at half of it.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    /// <summary>Never throws: a message that can't be settled comes back when its lease ends.</summary>
    public async Task ProcessAsync(QueueMessage message, CancellationToken stopping)
    {
        // The listener takes the next message meanwhile, even where a function runs long before its first await.
        await Task.Yield();
        try
        {
            if (message.DequeueCount > settings.MaxDequeueCount)
            {
                await PoisonAsync(message, message.PopReceipt, "it was taken too often without an end; a crash of the host may be why");
                return;
            }

            await RunAsync(message, stopping);
        }
        catch (Exception exception)
        {
            log.MessageUnsettled(exception, message.MessageId);
        }
    }

    private async Task RunAsync(QueueMessage message, CancellationToken stopping)
    {
        var lease = new MessageLease(queue, message, Lease, time, log);
        Exception? failure = null;
        try
        {
            await invoker.InvokeAsync(
                function,
                parameter => MessageBinding.Convert(message, settings.MessageEncoding, parameter.ParameterType),
                MessageBinding.Metadata(message),
                stopping);
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        finally
        {
            await lease.DisposeAsync();
        }

        await SettleAsync(message, lease.Receipt, failure, stopping);
    }

    private async Task SettleAsync(QueueMessage message, string receipt, Exception? failure, CancellationToken stopping)
    {
        if (failure is null)
        {
            await queue.DeleteMessageAsync(message.MessageId, receipt, CancellationToken.None);
            return;
        }

        if (failure is OperationCanceledException && stopping.IsCancellationRequested)
        {
            await ShowAgainAsync(message, receipt, TimeSpan.Zero);
            return;
        }

        log.MessageFailed(failure, function.Name, message.MessageId, message.DequeueCount, settings.MaxDequeueCount);
        if (failure is MessageEncodingException)
            await PoisonAsync(message, receipt, "it isn't base64, which host.json's messageEncoding says it is");
        else if (message.DequeueCount >= settings.MaxDequeueCount)
            await PoisonAsync(message, receipt, $"{message.DequeueCount} tries failed");
        else
            await ShowAgainAsync(message, receipt, settings.VisibilityTimeout);
    }

    private async Task ShowAgainAsync(QueueMessage message, string receipt, TimeSpan after) =>
        await queue.UpdateMessageAsync(message.MessageId, receipt, visibilityTimeout: after, cancellationToken: CancellationToken.None);

    private async Task PoisonAsync(QueueMessage message, string receipt, string reason)
    {
        await poison.AddAsync(message, reason);
        await queue.DeleteMessageAsync(message.MessageId, receipt, CancellationToken.None);
    }
}
