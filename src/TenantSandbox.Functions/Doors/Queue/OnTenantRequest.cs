using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Doors.Queue;

/// <summary>
/// The queue door. An invalid message is stored with the reason and completed, so that the poison queue holds only
/// messages whose handling failed.
/// </summary>
internal sealed class OnTenantRequest(MessageSubmission submission, InstallationRules rules, TimeProvider time)
{
    [Function(nameof(OnTenantRequest))]
    public async Task RunAsync(
        [QueueTrigger(QueueNames.Requests)] QueueMessage message, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        var (text, now) = (message.Body.ToString(), time.GetUtcNow());
        var incoming = QueueMessageReader.Read(text, message.MessageId, now, rules);
        await submission.HandleAsync(QueueNames.Requests, text, incoming, now, client, cancellationToken);
    }
}
