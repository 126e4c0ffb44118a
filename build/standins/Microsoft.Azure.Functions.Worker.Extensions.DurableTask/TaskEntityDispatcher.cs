using Microsoft.DurableTask.Entities;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>
/// Declaration only. The official dispatcher is made by the worker for one request from the Functions host; no such host
/// runs with the stand-ins, and the local engine runs an entity's class itself.
/// </summary>
public sealed class TaskEntityDispatcher
{
    private const string NoHost = "This build has stand-ins for the Functions worker; entities are run by the local engine, not by a dispatcher.";

    internal TaskEntityDispatcher()
    {
    }

    public Task DispatchAsync(ITaskEntity entity) => throw new NotSupportedException(NoHost);

    public Task DispatchAsync<T>() => throw new NotSupportedException(NoHost);

    public Task DispatchAsync(Func<TaskEntityOperation, ValueTask<object?>> handler) => throw new NotSupportedException(NoHost);
}
