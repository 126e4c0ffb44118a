using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TenantSandbox.Hosting.Configuration;

namespace TenantSandbox.Hosting.Queues;

/// <summary>Receives messages in batches; polls an empty queue with exponential backoff up to host.json's maxPollingInterval.</summary>
internal sealed class QueueListener(
    QueueClient queue, MessageProcessor processor, QueueSettings settings, TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan MinPollingInterval = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private TimeSpan _pollingInterval = MinPollingInterval;
    private bool _isMissing;

    /// <summary>Receives until <paramref name="stopping"/> fires, then waits for the functions that run.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                while (_running.Count > settings.NewBatchThreshold)
                {
                    await Task.WhenAny(_running.Keys);
                }

                var messages = await ReceiveAsync(stopping);
                foreach (var message in messages)
                {
                    Start(message, stopping);
                }

                await BackOffAsync(messages.Length, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops.
        }

        await Task.WhenAll(_running.Keys);
    }

    private async Task<QueueMessage[]> ReceiveAsync(CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        try
        {
            // Not cancelled: messages that the queue has already handed out would stay hidden for a whole lease.
            QueueMessage[] messages = await queue.ReceiveMessagesAsync(settings.BatchSize, MessageLease.Duration, CancellationToken.None);
            if (_isMissing)
            {
                _isMissing = false;
                logger.QueueFound(queue.Name);
            }

            return messages;
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            if (!_isMissing)
            {
                _isMissing = true;
                logger.QueueMissing(queue.Name);
            }

            return [];
        }
        catch (Exception exception)
        {
            logger.QueueUnreachable(exception, queue.Name, _pollingInterval);
            return [];
        }
    }

    private void Start(QueueMessage message, CancellationToken stopping)
    {
        // On the thread pool, so that the batch's messages start together even if one runs long before its first await.
        var processing = Task.Run(() => processor.ProcessAsync(message, stopping), CancellationToken.None);
        _running[processing] = true;
        processing.ContinueWith(
            done => _running.TryRemove(done, out _),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task BackOffAsync(int received, CancellationToken stopping)
    {
        if (received > 0)
        {
            _pollingInterval = MinPollingInterval;
            return;
        }

        await Task.Delay(_pollingInterval, timeProvider, stopping);
        if (_pollingInterval < settings.MaxPollingInterval)
        {
            _pollingInterval = TimeSpan.FromTicks(Math.Min(_pollingInterval.Ticks * 2, settings.MaxPollingInterval.Ticks));
        }
    }
}
