using System.Globalization;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TenantSandbox.Local.Hosting.Queues;

namespace TenantSandbox.Hosting.Tests;

/// <summary>A storage queue in memory with the service's rules: receipts change, visibility runs out by the test's clock.</summary>
internal sealed class FakeQueue(string name, TimeProvider time) : QueueClient
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private int _lastId;
    private int _receipts;

    public override string Name => name;

    /// <summary>False until somebody makes it, as on a fresh account.</summary>
    public bool IsThere { get; set; } = true;

    /// <summary>Messages asked for at once, in the order of the calls that got any.</summary>
    public List<int> BatchSizes { get; } = [];

    /// <summary>Whether a reader has a message and hasn't settled it.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_lock) return _entries.Any(entry => entry.IsHeld);
        }
    }

    public int Renewals { get; private set; }

    public IReadOnlyList<string> Texts
    {
        get
        {
            lock (_lock) return [.. _entries.Select(entry => entry.Text)];
        }
    }

    /// <summary>Completes when the queue holds that many messages, hidden ones included.</summary>
    public Task<IReadOnlyList<string>> WhenHoldingAsync(int count)
    {
        lock (_lock)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, reached));
            Tell();
            return WaitAsync(reached.Task);
        }
    }

    public override Task<Response<SendReceipt>> SendMessageAsync(string messageText) => SendMessageAsync(messageText, CancellationToken.None);

    public override Task<Response<SendReceipt>> SendMessageAsync(string messageText, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            RequireExists();
            var entry = new Entry { Id = (++_lastId).ToString(CultureInfo.InvariantCulture), Text = messageText, Visible = time.GetUtcNow() };
            _entries.Add(entry);
            Tell();
            return Answer(QueuesModelFactory.SendReceipt(entry.Id, entry.Visible, entry.Visible.AddDays(7), "", entry.Visible));
        }
    }

    public override Task<Response<QueueMessage[]>> ReceiveMessagesAsync(
        int? maxMessages = null, TimeSpan? visibilityTimeout = null, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            RequireExists();
            var now = time.GetUtcNow();
            var taken = _entries.Where(entry => entry.Visible <= now).Take(maxMessages ?? 1).ToArray();
            foreach (var entry in taken)
            {
                entry.Visible = now + visibilityTimeout!.Value;
                entry.DequeueCount++;
                entry.Receipt = NewReceipt();
                entry.IsHeld = true;
            }

            if (taken.Length > 0) BatchSizes.Add(taken.Length);
            return Answer(Array.ConvertAll(taken, entry => QueuesModelFactory.QueueMessage(
                entry.Id, entry.Receipt, entry.Text, entry.DequeueCount, entry.Visible, now, now.AddDays(7))));
        }
    }

    public override Task<Response<UpdateReceipt>> UpdateMessageAsync(
        string messageId, string popReceipt, string? messageText = null, TimeSpan visibilityTimeout = default, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            var entry = Held(messageId, popReceipt);
            entry.IsHeld = visibilityTimeout == MessageProcessor.Lease;
            if (entry.IsHeld) Renewals++;
            entry.Visible = time.GetUtcNow() + visibilityTimeout;
            entry.Receipt = NewReceipt();
            return Answer(QueuesModelFactory.UpdateReceipt(entry.Receipt, entry.Visible));
        }
    }

    public override Task<Response> DeleteMessageAsync(string messageId, string popReceipt, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            _entries.Remove(Held(messageId, popReceipt));
            Tell();
            return Task.FromResult<Response>(null!);
        }
    }

    public override Task<Response> CreateIfNotExistsAsync(IDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default)
    {
        IsThere = true;
        return Task.FromResult<Response>(null!);
    }

    private async Task<IReadOnlyList<string>> WaitAsync(Task reached)
    {
        await reached;
        return Texts;
    }

    private Entry Held(string id, string receipt) =>
        _entries.SingleOrDefault(entry => entry.Id == id && entry.Receipt == receipt)
        ?? throw new RequestFailedException(404, "no such message", QueueErrorCode.MessageNotFound.ToString(), null);

    private void RequireExists()
    {
        if (!IsThere) throw new RequestFailedException(404, "no such queue", QueueErrorCode.QueueNotFound.ToString(), null);
    }

    private string NewReceipt() => (++_receipts).ToString(CultureInfo.InvariantCulture);

    private void Tell() => _waiters.RemoveAll(waiter => _entries.Count == waiter.Count && waiter.Reached.TrySetResult());

    private static Task<Response<T>> Answer<T>(T value) => Task.FromResult(Response.FromValue(value, null!));

    private sealed class Entry
    {
        public required string Id { get; init; }

        public required string Text { get; init; }

        public DateTimeOffset Visible { get; set; }

        public long DequeueCount { get; set; }

        public string Receipt { get; set; } = "";

        public bool IsHeld { get; set; }
    }
}
