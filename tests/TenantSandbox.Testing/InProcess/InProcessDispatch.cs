using DurableTask.Core;
using DurableTask.Core.Entities;
using DurableTask.Core.Entities.OperationFormat;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Core.Middleware;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.DurableTask.Sqlite;

namespace TenantSandbox.Testing;

/// <summary>Runs work items of DurableTask.Core in process: orchestrations, activities and entities through the official shims.</summary>
internal sealed class InProcessDispatch(
    DurableFunctions functions, IReadOnlyDictionary<string, Func<TaskActivity>> activities, WorkerExits exits, string? defaultVersion)
{
    public TaskHubWorker CreateWorker(SqliteOrchestrationService service, TimeProvider time)
    {
        var worker = new TaskHubWorker(
            service,
            new Catalog<TaskOrchestration>(name =>
                functions.Orchestration(name) is { } orchestration ? Shims.Factory.CreateOrchestration(name, orchestration) : null),
            new Catalog<TaskActivity>(name => activities.GetValueOrDefault(name)?.Invoke()),
            // The shim of an entity needs its key, which only the middleware has.
            new Catalog<TaskEntity>(_ => null),
            NullLoggerFactory.Instance)
        {
            ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails,
        };
        worker.UseClock(time);
        worker.AddEntityDispatcherMiddleware(ExecuteEntityAsync);
        worker.AddActivityDispatcherMiddleware(ExecuteActivityAsync);
        return worker;
    }

    private async Task ExecuteEntityAsync(DispatchMiddlewareContext context, Func<Task> next)
    {
        var batch = context.GetProperty<EntityBatchRequest>();
        var id = EntityId.FromString(batch.InstanceId!);
        if (exits.Next(id.Name) is not null)
        {
            context.SetProperty(new EntityBatchResult
            {
                Actions = [],
                Results = [],
                EntityState = batch.EntityState,
                FailureDetails = WorkerExits.EntityFailureOf(id.Name),
            });
            return;
        }

        var entity = functions.CreateEntity(id.Name) ?? throw new InvalidOperationException($"There is no entity '{id.Name}'.");
        var result = await Shims.Factory.CreateEntity(id.Name, entity, id).ExecuteOperationBatchAsync(batch);
        foreach (var start in (result.Actions ?? []).OfType<StartNewOrchestrationOperationAction>().Where(start => string.IsNullOrEmpty(start.Version)))
        {
            start.Version = defaultVersion;
        }

        context.SetProperty(result);
    }

    private async Task ExecuteActivityAsync(DispatchMiddlewareContext context, Func<Task> next)
    {
        var scheduled = context.GetProperty<TaskScheduledEvent>();
        var name = scheduled.Name!;
        if (exits.Next(name) is not { } exit)
        {
            await next();
            return;
        }

        if (exit.IsAfterCall)
        {
            try
            {
                await next();
            }
            catch (TaskFailureException)
            {
                // The worker ends before it reports the activity's own failure.
            }
        }

        var failure = WorkerExits.ActivityFailureOf(name);
        context.SetProperty(new ActivityExecutionResult
        {
            ResponseEvent = new TaskFailedEvent(-1, scheduled.EventId, failure.ErrorMessage, details: null, failure),
        });
    }

    private sealed class Catalog<T>(Func<string, T?> create) : INameVersionObjectManager<T>
        where T : class
    {
        public void Add(ObjectCreator<T> creator) => throw new NotSupportedException("The functions are found by their triggers.");

        public T? GetObject(string name, string? version) => create(name);
    }
}
