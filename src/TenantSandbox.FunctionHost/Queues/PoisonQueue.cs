using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace TenantSandbox.Hosting.Queues;

/// <summary>Takes messages that failed too often. Created when the first one comes, as by the real host.</summary>
internal sealed class PoisonQueue(QueueClient queue, ILogger logger)
{
    private const string Suffix = "-poison";
    private const int MaxNameLength = 63;

    /// <summary>The poison queue's name; null for a poison queue itself, and where the name would be longer than a queue's may be.</summary>
    public static string? NameFor(string queue) =>
        queue.EndsWith(Suffix, StringComparison.Ordinal) || queue.Length + Suffix.Length > MaxNameLength ? null : queue + Suffix;

    public async Task AddAsync(QueueMessage message, string reason)
    {
        try
        {
            await queue.SendMessageAsync(message.MessageText, CancellationToken.None);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await queue.CreateIfNotExistsAsync(cancellationToken: CancellationToken.None);
            await queue.SendMessageAsync(message.MessageText, CancellationToken.None);
        }

        logger.MessagePoisoned(message.MessageId, queue.Name, reason);
    }
}
