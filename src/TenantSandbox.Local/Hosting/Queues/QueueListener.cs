using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace TenantSandbox.Local.Hosting.Queues;

/// <summary>Takes messages in batches and looks less and less often while the queue stays empty.</summary>
internal sealed class QueueListener(QueueClient queue, MessageProcessor processor, QueueSettings settings, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private TimeSpan _wait = ShortestWait;
    private bool _isMissing;

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                await RoomAsync();
                var messages = await ReceiveAsync(stopping);
                foreach (var message in messages) Start(message, stopping);
                await PauseAsync(messages.Length, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The host stops: nothing more is taken.
        }

        await Task.WhenAll(_running.Keys);
    }

    /// <summary>Waits until few enough messages are in hand.</summary>
    private async Task RoomAsync()
    {
        while (_running.Count > settings.NewBatchThreshold) await Task.WhenAny(_running.Keys);
    }

    private async Task<QueueMessage[]> ReceiveAsync(CancellationToken stopping)
    {
        try
        {
            if (_isMissing) await queue.CreateIfNotExistsAsync(cancellationToken: stopping);
            _isMissing = false;
            QueueMessage[] messages = await queue.ReceiveMessagesAsync(settings.BatchSize, MessageProcessor.Lease, stopping);
            return messages;
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            // On Azure the deployment makes the queue; on one machine nobody else does.
            _isMissing = true;
            return [];
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            log.QueueUnreachable(exception, queue.Name, _wait);
            return [];
        }
    }

    private void Start(QueueMessage message, CancellationToken stopping)
    {
        var work = processor.ProcessAsync(message, stopping);
        _running[work] = true;
        work.ContinueWith(
            done => _running.TryRemove(done, out _),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task PauseAsync(int received, CancellationToken stopping)
    {
        if (received > 0)
        {
            _wait = ShortestWait;
            return;
        }

        await Task.Delay(_wait, time, stopping);
        _wait = _wait * 2 < settings.MaxPollingInterval ? _wait * 2 : settings.MaxPollingInterval;
    }
}
