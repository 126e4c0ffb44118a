using Microsoft.Extensions.Logging;

namespace TenantSandbox.DurableTask.Sqlite;

internal static partial class ServiceLog
{
    [LoggerMessage(1, LogLevel.Information, "Orchestration service opened {Path}: {Messages} messages to process, {Activities} activities to run")]
    public static partial void Opened(ILogger logger, string path, int messages, int activities);

    [LoggerMessage(2, LogLevel.Critical, "The orchestration service has stopped because its database can't be written")]
    public static partial void Stopped(ILogger logger, Exception cause);

    [LoggerMessage(3, LogLevel.Information, "Dropped messages for instance '{InstanceId}', whose status is {Status}: {Events}")]
    public static partial void MessagesDropped(ILogger logger, string instanceId, string status, string events);

    [LoggerMessage(4, LogLevel.Information, "Start of instance '{InstanceId}' has no effect because the instance is {Status}")]
    public static partial void StartRefused(ILogger logger, string instanceId, string status);

    [LoggerMessage(5, LogLevel.Information, "The results of a work item of '{InstanceId}' are discarded because the instance was replaced or deleted meanwhile")]
    public static partial void WorkItemDiscarded(ILogger logger, string instanceId);
}
