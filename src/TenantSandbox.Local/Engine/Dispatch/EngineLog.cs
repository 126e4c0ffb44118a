using Microsoft.Extensions.Logging;

namespace TenantSandbox.Local.Engine;

internal static partial class EngineLog
{
    [LoggerMessage(1, LogLevel.Information, "Engine started on {Path}: {Targets} instances and entities to go on with, {Activities} activities to run")]
    public static partial void Started(ILogger logger, string path, int targets, int activities);

    [LoggerMessage(2, LogLevel.Critical, "The engine has stopped: its database can't be written")]
    public static partial void Stopped(ILogger logger, Exception cause);

    [LoggerMessage(3, LogLevel.Error, "A step of {Id} couldn't be run; it is tried again")]
    public static partial void WorkFailed(ILogger logger, Exception cause, string id);

    [LoggerMessage(4, LogLevel.Warning, "Activity {Name} of {InstanceId} failed")]
    public static partial void ActivityFailed(ILogger logger, Exception cause, string name, string instanceId);

    [LoggerMessage(5, LogLevel.Warning, "Operation {Operation} of {EntityId} failed; its effects are undone")]
    public static partial void OperationFailed(ILogger logger, Exception cause, string entityId, string operation);

    [LoggerMessage(6, LogLevel.Warning, "{InstanceId} of {Name} has version '{Version}', which this engine ('{Current}') doesn't take; it waits")]
    public static partial void VersionRejected(ILogger logger, string instanceId, string name, string version, string current);

    [LoggerMessage(7, LogLevel.Information, "{EntityId} starts {InstanceId}, which exists as {Status}: left as it is")]
    public static partial void StartSkipped(ILogger logger, string entityId, string instanceId, string status);

    [LoggerMessage(8, LogLevel.Error, "A progress listener threw")]
    public static partial void ListenerFailed(ILogger logger, Exception cause);
}
