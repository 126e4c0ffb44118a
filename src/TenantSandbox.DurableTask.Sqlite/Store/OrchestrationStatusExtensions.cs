using DurableTask.Core;

namespace TenantSandbox.DurableTask.Sqlite.Store;

internal static class OrchestrationStatusExtensions
{
    /// <summary>The statuses in which an instance takes no more messages.</summary>
    public static readonly OrchestrationStatus[] Terminal =
        [OrchestrationStatus.Completed, OrchestrationStatus.Failed, OrchestrationStatus.Canceled, OrchestrationStatus.Terminated];

    public static bool IsTerminal(this OrchestrationStatus status) => Array.IndexOf(Terminal, status) >= 0;
}
