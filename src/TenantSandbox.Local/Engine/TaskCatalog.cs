using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace TenantSandbox.Local.Engine;

/// <summary>What the engine can run, by name and without regard to case. Filled before the engine starts.</summary>
public sealed class TaskCatalog
{
    private readonly Dictionary<string, Func<TaskOrchestrationContext, Task<object?>>> _orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<ActivityCall, CancellationToken, Task<object?>>> _activities = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<IServiceProvider, ITaskEntity>> _entities = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ArgumentException">The name is taken.</exception>
    public TaskCatalog AddOrchestrator(string name, Func<TaskOrchestrationContext, Task<object?>> run) => Add(_orchestrators, "orchestrator", name, run);

    /// <inheritdoc cref="AddOrchestrator"/>
    public TaskCatalog AddActivity(string name, Func<ActivityCall, CancellationToken, Task<object?>> run) => Add(_activities, "activity", name, run);

    /// <inheritdoc cref="AddOrchestrator"/>
    public TaskCatalog AddEntity(string name, Func<IServiceProvider, ITaskEntity> create) => Add(_entities, "entity", name, create);

    internal Func<TaskOrchestrationContext, Task<object?>>? Orchestrator(string name) => _orchestrators.GetValueOrDefault(name);

    internal Func<ActivityCall, CancellationToken, Task<object?>>? Activity(string name) => _activities.GetValueOrDefault(name);

    internal Func<IServiceProvider, ITaskEntity>? Entity(string name) => _entities.GetValueOrDefault(name);

    private TaskCatalog Add<T>(Dictionary<string, T> map, string kind, string name, T value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(value);
        return map.TryAdd(name, value) ? this : throw new ArgumentException($"There already is an {kind} named '{name}'.", nameof(name));
    }
}
