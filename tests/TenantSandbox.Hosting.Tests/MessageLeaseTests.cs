using Azure;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.Local.Hosting.Queues;

namespace TenantSandbox.Hosting.Tests;

public sealed class MessageLeaseTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Lease_OfALongRun_IsRenewedAndKnowsTheNewestReceipt()
    {
        var queue = new FakeQueue("samples", _time);
        var message = await ReceiveAsync(queue);

        var lease = new MessageLease(queue, message, MessageProcessor.Lease, _time, NullLogger.Instance);
        while (queue.Renewals < 3)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await lease.DisposeAsync();

        Assert.NotEqual(message.PopReceipt, lease.Receipt);
        await queue.DeleteMessageAsync(message.MessageId, lease.Receipt);
        Assert.Empty(queue.Texts);
    }

    [Fact]
    public async Task Lease_ThatWasLost_LeavesTheMessageToTheOther()
    {
        var queue = new FakeQueue("samples", _time);
        var message = await ReceiveAsync(queue);
        _time.Advance(MessageProcessor.Lease);
        QueueMessage[] other = await queue.ReceiveMessagesAsync(1, MessageProcessor.Lease);

        var lease = new MessageLease(queue, message, MessageProcessor.Lease, _time, NullLogger.Instance);
        _time.Advance(MessageProcessor.Lease / 2);
        await lease.DisposeAsync();

        await Assert.ThrowsAsync<RequestFailedException>(() => queue.DeleteMessageAsync(message.MessageId, lease.Receipt));
        await queue.DeleteMessageAsync(other[0].MessageId, other[0].PopReceipt);
        Assert.Empty(queue.Texts);
    }

    private static async Task<QueueMessage> ReceiveAsync(FakeQueue queue)
    {
        await queue.SendMessageAsync("long");
        QueueMessage[] messages = await queue.ReceiveMessagesAsync(1, MessageProcessor.Lease);
        return messages[0];
    }
}
