using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TenantSandbox.Functions.Doors;

namespace TenantSandbox.Functions.Tests.Doors;

/// <summary>A queue that keeps what is sent to it.</summary>
internal sealed class RecordingQueue : QueueClient
{
    private readonly ConcurrentQueue<string> _texts = new();

    public IReadOnlyList<string> Texts => [.. _texts];

    public int Count => _texts.Count;

    public IReadOnlyList<RejectedRequest> Entries => [.. _texts.Select(x => JsonSerializer.Deserialize<RejectedRequest>(x)!)];

    public RejectedRequest Last => Entries[^1];

    public override int MessageMaxBytes => 64 * 1024;

    public override Task<Response> CreateIfNotExistsAsync(IDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default) =>
        Task.FromResult<Response>(null!);

    public override Task<Response<SendReceipt>> SendMessageAsync(
        string messageText, TimeSpan? visibilityTimeout = null, TimeSpan? timeToLive = null, CancellationToken cancellationToken = default)
    {
        Assert.Equal(TimeSpan.FromSeconds(-1), timeToLive);
        var wire = Encoding.UTF8.GetBytes(messageText);
        Assert.InRange(wire.Length, 1, MessageMaxBytes);
        _texts.Enqueue(Encoding.UTF8.GetString(wire));
        return Task.FromResult(Response.FromValue(QueuesModelFactory.SendReceipt("1", default, default, "r", default), null!));
    }
}
