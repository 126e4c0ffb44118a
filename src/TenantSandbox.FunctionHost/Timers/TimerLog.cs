namespace TenantSandbox.Hosting.Timers;

internal static partial class TimerLog
{
    [LoggerMessage(20, LogLevel.Information, "Timer {Function} runs next at {Next:u}")]
    public static partial void TimerScheduled(this ILogger logger, string function, DateTimeOffset next);

    [LoggerMessage(21, LogLevel.Error, "Timer {Function} failed; it runs again at its next time")]
    public static partial void TimerFailed(this ILogger logger, Exception exception, string function);

    [LoggerMessage(22, LogLevel.Warning, "The status of timer {Function} can't be read from {Path}; its schedule starts anew")]
    public static partial void TimerStatusUnreadable(this ILogger logger, Exception exception, string function, string path);

    [LoggerMessage(23, LogLevel.Error, "Timer {Function} runs no more until the host restarts")]
    public static partial void TimerStopped(this ILogger logger, Exception exception, string function);
}
