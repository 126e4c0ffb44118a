using System.Globalization;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TenantSandbox.Hosting.Queues;

namespace TenantSandbox.Hosting.Tests.Queues;

/// <summary>A storage queue in memory with the service's rules: receipts change, visibility ends by the test's clock.</summary>
internal sealed class FakeQueue(string name, TimeProvider clock) : QueueClient
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly List<int> _batchSizes = [];
    private readonly List<(int Count, TaskCompletionSource<IReadOnlyList<string>> Reached)> _waiters = [];
    private int _lastId;
    private int _receipts;

    public override string Name => name;

    /// <summary>False until somebody creates it, as in a new account.</summary>
    public bool IsCreated { get; set; } = true;

    /// <summary>How many times it was received from, or tried.</summary>
    public int ReceiveCount { get; private set; }

    public int RenewalCount { get; private set; }

    /// <summary>The number of messages of every receive that got any.</summary>
    public IReadOnlyList<int> BatchSizes
    {
        get
        {
            lock (_lock)
            {
                return [.. _batchSizes];
            }
        }
    }

    /// <summary>Whether a reader has a message and hasn't settled it.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_lock)
            {
                return _entries.Any(entry => entry.IsHeld);
            }
        }
    }

    /// <summary>The texts of all messages, hidden ones included.</summary>
    public IReadOnlyList<string> Texts
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Select(entry => entry.Text)];
            }
        }
    }

    /// <summary>Completes with the texts when the queue has that many messages, hidden ones included.</summary>
    public Task<IReadOnlyList<string>> WhenHasAsync(int count)
    {
        lock (_lock)
        {
            var reached = new TaskCompletionSource<IReadOnlyList<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, reached));
            NotifyWaiters();
            return reached.Task;
        }
    }

    public override Task<Response<SendReceipt>> SendMessageAsync(string messageText) => SendMessageAsync(messageText, CancellationToken.None);

    public override Task<Response<SendReceipt>> SendMessageAsync(string messageText, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            RequireCreated();
            var now = clock.GetUtcNow();
            var entry = new Entry { Id = (++_lastId).ToString(CultureInfo.InvariantCulture), Text = messageText, Inserted = now, Visible = now };
            _entries.Add(entry);
            NotifyWaiters();
            return Answer(QueuesModelFactory.SendReceipt(entry.Id, now, now.AddDays(7), "", now));
        }
    }

    public override Task<Response<QueueMessage[]>> ReceiveMessagesAsync(
        int? maxMessages = null, TimeSpan? visibilityTimeout = null, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            ReceiveCount++;
            RequireCreated();
            var now = clock.GetUtcNow();
            var received = _entries.Where(entry => entry.Visible <= now).Take(maxMessages ?? 1).ToArray();
            foreach (var entry in received)
            {
                entry.Visible = now + visibilityTimeout!.Value;
                entry.DequeueCount++;
                entry.Receipt = NewReceipt();
                entry.IsHeld = true;
            }

            if (received.Length > 0)
            {
                _batchSizes.Add(received.Length);
            }

            return Answer(Array.ConvertAll(received, entry => QueuesModelFactory.QueueMessage(
                entry.Id, entry.Receipt, entry.Text, entry.DequeueCount, entry.Visible, entry.Inserted, entry.Inserted.AddDays(7))));
        }
    }

    public override Task<Response<UpdateReceipt>> UpdateMessageAsync(
        string messageId, string popReceipt, string? messageText = null, TimeSpan visibilityTimeout = default, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            var entry = Find(messageId, popReceipt);
            entry.IsHeld = visibilityTimeout == MessageLease.Duration;
            if (entry.IsHeld)
            {
                RenewalCount++;
            }

            entry.Visible = clock.GetUtcNow() + visibilityTimeout;
            entry.Receipt = NewReceipt();
            return Answer(QueuesModelFactory.UpdateReceipt(entry.Receipt, entry.Visible));
        }
    }

    public override Task<Response> DeleteMessageAsync(string messageId, string popReceipt, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            _entries.Remove(Find(messageId, popReceipt));
            NotifyWaiters();
            return Task.FromResult<Response>(null!);
        }
    }

    public override Task<Response> CreateIfNotExistsAsync(IDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        IsCreated = true;
        return Task.FromResult<Response>(null!);
    }

    private Entry Find(string id, string receipt) =>
        _entries.SingleOrDefault(entry => entry.Id == id && entry.Receipt == receipt)
        ?? throw new RequestFailedException(404, "no such message", QueueErrorCode.MessageNotFound.ToString(), null);

    private void RequireCreated()
    {
        if (!IsCreated)
        {
            throw new RequestFailedException(404, "no such queue", QueueErrorCode.QueueNotFound.ToString(), null);
        }
    }

    private string NewReceipt() => (++_receipts).ToString(CultureInfo.InvariantCulture);

    private void NotifyWaiters() =>
        _waiters.RemoveAll(waiter => _entries.Count == waiter.Count && waiter.Reached.TrySetResult(Texts));

    private static Task<Response<T>> Answer<T>(T value) => Task.FromResult(Response.FromValue(value, null!));

    private sealed class Entry
    {
        public required string Id { get; init; }

        public required string Text { get; init; }

        public required DateTimeOffset Inserted { get; init; }

        public required DateTimeOffset Visible { get; set; }

        public long DequeueCount { get; set; }

        public string Receipt { get; set; } = "";

        public bool IsHeld { get; set; }
    }
}
