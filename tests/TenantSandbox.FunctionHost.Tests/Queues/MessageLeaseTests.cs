using Azure;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.Hosting.Queues;

namespace TenantSandbox.Hosting.Tests.Queues;

public sealed class MessageLeaseTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Lease_OfALongRun_IsRenewedAndHasTheNewestReceipt()
    {
        var queue = new FakeQueue("samples", _clock);
        var message = await ReceiveAsync(queue);

        var lease = new MessageLease(queue, message, _clock, NullLogger.Instance);
        await _clock.AdvanceUntilAsync(() => queue.RenewalCount >= 3, TimeSpan.FromSeconds(1));
        await lease.DisposeAsync();

        Assert.NotEqual(message.PopReceipt, lease.PopReceipt);
        await queue.DeleteMessageAsync(message.MessageId, lease.PopReceipt);
        Assert.Empty(queue.Texts);
    }

    [Fact]
    public async Task Lease_ThatWasLost_LeavesTheMessageToTheOtherReader()
    {
        var queue = new FakeQueue("samples", _clock);
        var message = await ReceiveAsync(queue);
        _clock.Advance(MessageLease.Duration);
        QueueMessage[] other = await queue.ReceiveMessagesAsync(1, MessageLease.Duration);

        var lease = new MessageLease(queue, message, _clock, NullLogger.Instance);
        _clock.Advance(MessageLease.Duration / 2);
        await lease.DisposeAsync();

        await Assert.ThrowsAsync<RequestFailedException>(() => queue.DeleteMessageAsync(message.MessageId, lease.PopReceipt));
        await queue.DeleteMessageAsync(other[0].MessageId, other[0].PopReceipt);
        Assert.Empty(queue.Texts);
    }

    private static async Task<QueueMessage> ReceiveAsync(FakeQueue queue)
    {
        await queue.SendMessageAsync("long");
        QueueMessage[] messages = await queue.ReceiveMessagesAsync(1, MessageLease.Duration);
        return messages[0];
    }
}
