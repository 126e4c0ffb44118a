namespace TenantSandbox.Hosting;

internal static partial class HostLog
{
    [LoggerMessage(1, LogLevel.Information, "Listening on {Address} with {Count} functions")]
    public static partial void Listening(this ILogger log, Uri address, int count);

    [LoggerMessage(2, LogLevel.Warning, "Refused a call of {Function}: no valid key")]
    public static partial void KeyRefused(this ILogger log, string function);

    [LoggerMessage(3, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger log, Exception exception, string method, string path);

    [LoggerMessage(4, LogLevel.Warning, "host.json: {Key} isn't known to the Functions host and has no effect; check its spelling")]
    public static partial void UnknownSetting(this ILogger log, string key);

    [LoggerMessage(5, LogLevel.Warning, "The worker exited before {Function} started (attempt {Attempt}); trying again")]
    public static partial void WorkerUnreachable(this ILogger log, string function, int attempt);

    [LoggerMessage(EventId = 50, Message = "{Message}")]
    public static partial void WorkerOutput(this ILogger log, LogLevel level, string message);

    [LoggerMessage(51, LogLevel.Information, "Worker process {ProcessId} is ready with {Count} functions")]
    public static partial void WorkerReady(this ILogger log, int processId, int count);

    [LoggerMessage(52, LogLevel.Error, "The worker process ended; restarting it in {Delay}")]
    public static partial void WorkerExited(this ILogger log, Exception exception, TimeSpan delay);

    [LoggerMessage(53, LogLevel.Error, "Killing worker process {ProcessId}: {Reason}")]
    public static partial void WorkerRecycled(this ILogger log, int processId, string reason);

    [LoggerMessage(60, LogLevel.Information, "Executing 'Functions.{Function}' (Id={InvocationId})")]
    public static partial void Executing(this ILogger log, string function, string invocationId);

    [LoggerMessage(61, LogLevel.Information, "Executed 'Functions.{Function}' (Succeeded, Id={InvocationId}, Duration={Milliseconds}ms)")]
    public static partial void Executed(this ILogger log, string function, string invocationId, double milliseconds);

    [LoggerMessage(62, LogLevel.Error, "Executed 'Functions.{Function}' (Failed, Id={InvocationId})")]
    public static partial void ExecutionFailed(this ILogger log, Exception exception, string function, string invocationId);
}
