using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Telemetry;

namespace TenantSandbox.Functions.Doors;

/// <summary>
/// Stores rejected requests, so that nothing that was sent is lost. Messages may contain values that must not be read by everyone
/// who reads logs: the log has only their size, hash and faults.
/// </summary>
/// <param name="queue">The queue to store them in; its client must not encode messages.</param>
internal sealed partial class RejectedRequests(RejectedQueue queue, TimeProvider time, ILogger<RejectedRequests> log)
{
    // Messages never expire; the service's default is seven days.
    private static readonly TimeSpan NoExpiry = TimeSpan.FromSeconds(-1);

    /// <summary>Stores a message. If this throws, the message must not be acknowledged.</summary>
    /// <exception cref="InvalidOperationException">No storage is configured.</exception>
    public async Task KeepAsync(string door, string message, IReadOnlyList<ValidationFault> faults, CancellationToken cancellationToken)
    {
        // Of version 7, so that the queue's entries can be sorted by it.
        var now = time.GetUtcNow();
        var correlationId = Guid.CreateVersion7(now).ToString();
        var bytes = Encoding.UTF8.GetBytes(message);
        LogRejected(log, door, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)), correlationId, faults.Count, faults[0].Pointer, faults[0].Code, faults[0].Detail);
        SandboxMetrics.Refusals.Add(1, SandboxMetrics.Label("door", door), SandboxMetrics.Label("class", faults[0].Code));
        if (queue.Client is not { } client)
        {
            throw new InvalidOperationException(
                $"No storage is configured, so the request that {door} rejected can't be kept. It fails, so that its sender delivers it again: set AzureWebJobsStorage.");
        }

        await client.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        foreach (var part in RejectedRequest.Split(new(door, now, correlationId, 1, 1, faults, message), client.MessageMaxBytes))
        {
            await client.SendMessageAsync(part, null, NoExpiry, cancellationToken);
        }
    }

    [LoggerMessage(1001, LogLevel.Warning, "{Door} rejected a message of {Size} bytes with SHA-256 {Hash}, kept as {CorrelationId}: {Count} validation faults; the first is {Code} at '{Pointer}': {Detail}")]
    private static partial void LogRejected(ILogger log, string door, int size, string hash, string correlationId, int count, string pointer, string code, string detail);
}
