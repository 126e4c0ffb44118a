using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Doors.Queue;

/// <summary>Handles messages whose handling failed repeatedly: logs an error and stores them where they don't expire.</summary>
internal sealed partial class OnTenantRequestPoison(RejectedRequests rejected, ILogger<OnTenantRequestPoison> log)
{
    private static readonly ValidationFault[] Reason =
    [
        new("", "handlingFailed", $"Handling failed in every attempt; the log of {nameof(OnTenantRequest)} has the failures. When their cause is fixed, put the message back into {QueueNames.Requests}."),
    ];

    [Function(nameof(OnTenantRequestPoison))]
    public async Task RunAsync([QueueTrigger(QueueNames.Poison)] QueueMessage message, CancellationToken cancellationToken)
    {
        LogPoison(log, message.MessageId, QueueNames.Rejected);
        await rejected.KeepAsync(QueueNames.Poison, message.Body.ToString(), Reason, cancellationToken);
    }

    [LoggerMessage(1003, LogLevel.Error, "Request message {MessageId} could not be handled; it was moved to {Queue} and not submitted")]
    private static partial void LogPoison(ILogger log, string messageId, string queue);
}
