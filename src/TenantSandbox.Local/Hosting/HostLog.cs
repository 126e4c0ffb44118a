namespace TenantSandbox.Local.Hosting;

internal static partial class HostLog
{
    [LoggerMessage(1, LogLevel.Information, "Listening on {Address} with {Count} functions")]
    public static partial void Listening(this ILogger log, Uri address, int count);

    [LoggerMessage(2, LogLevel.Warning, "Refused a call of {Function}: no valid key")]
    public static partial void KeyRefused(this ILogger log, string function);

    [LoggerMessage(3, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger log, Exception exception, string method, string path);

    [LoggerMessage(10, LogLevel.Information, "Event Grid validated its subscription for {Function}")]
    public static partial void SubscriptionValidated(this ILogger log, string function);

    [LoggerMessage(11, LogLevel.Error, "{Function} failed on an event; Event Grid will deliver it again")]
    public static partial void EventFailed(this ILogger log, Exception exception, string function);

    [LoggerMessage(12, LogLevel.Warning, "Refused an Event Grid delivery to {Function}: {Reason}")]
    public static partial void EventRefused(this ILogger log, string function, string reason);

    [LoggerMessage(20, LogLevel.Information, "Timer {Function} runs next at {Next:u}")]
    public static partial void TimerScheduled(this ILogger log, string function, DateTimeOffset next);

    [LoggerMessage(21, LogLevel.Error, "Timer {Function} failed; it runs again at its next time")]
    public static partial void TimerFailed(this ILogger log, Exception exception, string function);

    [LoggerMessage(30, LogLevel.Warning, "The queue door is shut: {Function} needs a storage connection string in the setting {Setting}")]
    public static partial void QueueDoorShut(this ILogger log, string function, string setting);

    [LoggerMessage(31, LogLevel.Information, "{Function} reads the queue {Queue}")]
    public static partial void QueueDoorOpen(this ILogger log, string function, string queue);

    [LoggerMessage(32, LogLevel.Warning, "Reading the queue {Queue} failed; trying again in {Delay}")]
    public static partial void QueueUnreachable(this ILogger log, Exception exception, string queue, TimeSpan delay);

    [LoggerMessage(33, LogLevel.Error, "{Function} failed on message {MessageId}, try {Try} of {MaxTries}")]
    public static partial void MessageFailed(
        this ILogger log, Exception exception, string function, string messageId, long @try, int maxTries);

    [LoggerMessage(34, LogLevel.Warning, "Message {MessageId} moved to {PoisonQueue}: {Reason}")]
    public static partial void MessagePoisoned(this ILogger log, string messageId, string poisonQueue, string reason);

    [LoggerMessage(35, LogLevel.Warning, "The lease of message {MessageId} was lost; another reader may have it")]
    public static partial void LeaseLost(this ILogger log, Exception exception, string messageId);

    [LoggerMessage(36, LogLevel.Error, "Message {MessageId} couldn't be settled; it comes back when its lease ends")]
    public static partial void MessageUnsettled(this ILogger log, Exception exception, string messageId);

    [LoggerMessage(40, LogLevel.Information, "Topic {Topic} took {Count} events, {Duplicates} of them known already")]
    public static partial void EventsPublished(this ILogger log, string topic, int count, int duplicates);
}
