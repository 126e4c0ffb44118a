using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace TenantSandbox.Local.Hosting.Queues;

/// <summary>Where messages go that failed too often; made when the first one comes, as by the real host.</summary>
internal sealed class PoisonQueue(QueueClient queue, ILogger log)
{
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

        log.MessagePoisoned(message.MessageId, queue.Name, reason);
    }
}
