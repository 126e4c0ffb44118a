using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Doors.Queue;

/// <summary>Takes over requests whose handling failed again and again: reports them, and keeps them where they don't expire.</summary>
internal sealed partial class OnTenantRequestPoison(RejectedRequests rejected, ILogger<OnTenantRequestPoison> log)
{
    private static readonly ValidationFault[] Reason =
    [
        new("", "handlingFailed", $"Handling failed each time it was tried; the log of {nameof(OnTenantRequest)} has the errors. Once their cause is gone, put the message back into {QueueNames.Requests}."),
    ];

    [Function(nameof(OnTenantRequestPoison))]
    public async Task RunAsync([QueueTrigger(QueueNames.Poison)] QueueMessage message, CancellationToken cancellationToken)
    {
        LogPoison(log, message.MessageId, QueueNames.Rejected);
        await rejected.KeepAsync(QueueNames.Poison, message.Body.ToString(), Reason, cancellationToken);
    }

    [LoggerMessage(1003, LogLevel.Error, "Request message {MessageId} could not be handled and goes to {Queue}; it is not carried out")]
    private static partial void LogPoison(ILogger log, string messageId, string queue);
}
