using DurableTask.Core;
using DurableTask.Core.History;

namespace TenantSandbox.DurableTask.Sqlite;

public static class TaskHubWorkerClockExtensions
{
    /// <summary>
    /// Makes an orchestration's current time the clock's. It is the timestamp of the newest OrchestratorStarted event, which DurableTask.Core takes
    /// from the system. Call it before adding middleware that runs orchestrations itself, and use the clock of the orchestration service.
    /// </summary>
    public static TaskHubWorker UseClock(this TaskHubWorker worker, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(worker);
        ArgumentNullException.ThrowIfNull(timeProvider);
        worker.AddOrchestrationDispatcherMiddleware((context, next) =>
        {
            var state = context.GetProperty<OrchestrationRuntimeState>();
            state.NewEvents.OfType<OrchestratorStartedEvent>().Last().Timestamp = timeProvider.GetUtcNow().UtcDateTime;
            return next();
        });
        return worker;
    }
}
