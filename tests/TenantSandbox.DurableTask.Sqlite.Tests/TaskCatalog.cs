using DurableTask.Core;
using DurableTask.Core.Entities;
using DurableTask.Core.Settings;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.DurableTask.Worker;
using Microsoft.DurableTask.Worker.Shims;
using Microsoft.Extensions.Logging;
using TaskActivity = DurableTask.Core.TaskActivity;

namespace TenantSandbox.DurableTask.Sqlite.Tests;

/// <summary>Orchestrations, activities and entities by name, run in process by the official shims.</summary>
internal sealed class TaskCatalog
{
    private static readonly DurableTaskShimFactory Shims = new(new DurableTaskWorkerOptions { EnableEntitySupport = true });

    private readonly ByName<TaskOrchestration> _orchestrations = new();
    private readonly ByName<TaskActivity> _activities = new();
    private readonly ByName<TaskEntity> _entities = new();

    public TaskCatalog Orchestrator<TInput, TOutput>(string name, Func<TaskOrchestrationContext, TInput?, Task<TOutput?>> run)
    {
        _orchestrations.Add(name, () => Shims.CreateOrchestration<TInput, TOutput>(name, run));
        return this;
    }

    public TaskCatalog Activity<TInput, TOutput>(string name, Func<TInput?, Task<TOutput?>> run)
    {
        _activities.Add(name, () => Shims.CreateActivity<TInput, TOutput>(name, (_, input) => run(input)));
        return this;
    }

    public TaskCatalog Entity<TEntity>(string name)
        where TEntity : ITaskEntity, new()
    {
        _entities.Add(name, () => Shims.CreateEntity(name, new TEntity(), new EntityId(name, "any")));
        return this;
    }

    public TaskHubWorker CreateWorker(SqliteOrchestrationService service, TimeProvider time, ILoggerFactory loggers, VersioningSettings? versioning = null)
        => new TaskHubWorker(service, _orchestrations, _activities, _entities, versioning, loggers) { ErrorPropagationMode = ErrorPropagationMode.UseFailureDetails }
            .UseClock(time);

    private sealed class ByName<T> : INameVersionObjectManager<T>
    {
        private readonly Dictionary<string, Func<T>> _creators = new(StringComparer.OrdinalIgnoreCase);

        public void Add(string name, Func<T> create) => _creators[name] = create;

        public void Add(ObjectCreator<T> creator) => _creators[creator.Name] = creator.Create;

        public T? GetObject(string name, string? version) => _creators.TryGetValue(name, out var create) ? create() : default;
    }
}
