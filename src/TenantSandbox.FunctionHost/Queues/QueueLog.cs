namespace TenantSandbox.Hosting.Queues;

internal static partial class QueueLog
{
    [LoggerMessage(30, LogLevel.Warning, "{Function} doesn't listen to its queue: the app setting {Setting} has no storage connection. Set it to a connection string or identity settings.")]
    public static partial void ConnectionMissing(this ILogger logger, string function, string setting);

    [LoggerMessage(31, LogLevel.Information, "{Function} listens to the queue {Queue}")]
    public static partial void QueueListening(this ILogger logger, string function, string queue);

    [LoggerMessage(32, LogLevel.Warning, "The queue {Queue} doesn't exist. Triggers don't create their queues; create it, and its messages are received.")]
    public static partial void QueueMissing(this ILogger logger, string queue);

    [LoggerMessage(33, LogLevel.Information, "The queue {Queue} exists now")]
    public static partial void QueueFound(this ILogger logger, string queue);

    [LoggerMessage(34, LogLevel.Warning, "Receiving from the queue {Queue} failed; retrying in {Delay}")]
    public static partial void QueueUnreachable(this ILogger logger, Exception exception, string queue, TimeSpan delay);

    [LoggerMessage(35, LogLevel.Error, "{Function} failed for message {MessageId}, attempt {Attempt} of {MaxAttempts}")]
    public static partial void MessageFailed(
        this ILogger logger, Exception exception, string function, string messageId, long attempt, int maxAttempts);

    [LoggerMessage(36, LogLevel.Warning, "Message {MessageId} moved to the queue {PoisonQueue}: {Reason}")]
    public static partial void MessagePoisoned(this ILogger logger, string messageId, string poisonQueue, string reason);

    [LoggerMessage(37, LogLevel.Warning, "The lease of message {MessageId} could not be renewed; another reader may receive it")]
    public static partial void LeaseLost(this ILogger logger, Exception exception, string messageId);

    [LoggerMessage(38, LogLevel.Error, "Message {MessageId} could not be settled; it is received again when its lease ends")]
    public static partial void MessageUnsettled(this ILogger logger, Exception exception, string messageId);
}
