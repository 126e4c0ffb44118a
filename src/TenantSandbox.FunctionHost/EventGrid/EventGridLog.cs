namespace TenantSandbox.Hosting.EventGrid;

internal static partial class EventGridLog
{
    [LoggerMessage(10, LogLevel.Information, "Event Grid validated its subscription for {Function}")]
    public static partial void SubscriptionValidated(this ILogger logger, string function);

    [LoggerMessage(11, LogLevel.Error, "{Function} failed for an event; Event Grid delivers it again")]
    public static partial void EventFailed(this ILogger logger, Exception exception, string function);

    [LoggerMessage(12, LogLevel.Warning, "Refused a delivery to {Function}: {Reason}")]
    public static partial void DeliveryRefused(this ILogger logger, string function, string reason);
}
