using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Worker;

/// <summary>Writes the worker's log messages under the categories of the real host, so that host.json's filters apply.</summary>
internal sealed class WorkerLogs(ILoggerFactory loggers)
{
    public void Write(RpcLog log, FunctionDefinition? function)
    {
        if (log.LogCategory == RpcLog.Types.RpcLogCategory.CustomMetric || log.Level == RpcLog.Types.Level.None)
        {
            return;
        }

        var category = (function, log.LogCategory) switch
        {
            (null, _) => log.Category.Length == 0 ? "Worker" : log.Category,
            (_, RpcLog.Types.RpcLogCategory.User) => $"Function.{function.Name}.User",
            _ => $"Function.{function.Name}",
        };
        var message = log.Exception is { } exception ? $"{log.Message}\n{exception.Message}" : log.Message;
        loggers.CreateLogger(category).WorkerOutput((LogLevel)log.Level, message);
    }
}
