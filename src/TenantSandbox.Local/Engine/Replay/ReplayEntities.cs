using System.Diagnostics.CodeAnalysis;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;

namespace TenantSandbox.Local.Engine;

/// <summary>Entities as orchestrator code sees them. There are no locks: see the message.</summary>
internal sealed class ReplayEntities(Replay replay, DataConverter converter) : TaskOrchestrationEntityFeature
{
    public override async Task<TResult> CallEntityAsync<TResult>(
        EntityInstanceId id, string operationName, object? input = null, CallEntityOptions? options = null)
        => converter.Deserialize<TResult>(await CallAsync(id, operationName, input))!;

    public override Task CallEntityAsync(EntityInstanceId id, string operationName, object? input = null, CallEntityOptions? options = null)
        => CallAsync(id, operationName, input);

    public override Task SignalEntityAsync(
        EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null)
    {
        string? data = converter.Serialize(input);
        replay.Send(taskId => new(HistoryEventKind.EntitySignaled, taskId, operationName)
        {
            Target = id.ToString(),
            Input = data,
            DueAt = options?.SignalTime?.UtcDateTime,
        });
        return Task.CompletedTask;
    }

    public override Task<IAsyncDisposable> LockEntitiesAsync(IEnumerable<EntityInstanceId> entityIds)
        => throw new NotSupportedException(
            "This engine has no entity locks: a lock whose holder dies is held for good, on Azure too. "
            + "Put what must happen together into one operation of one entity.");

    public override bool InCriticalSection([NotNullWhen(true)] out IReadOnlyList<EntityInstanceId>? entityIds)
    {
        entityIds = null;
        return false;
    }

    private async Task<string?> CallAsync(EntityInstanceId id, string operation, object? input)
    {
        string? data = converter.Serialize(input);
        HistoryEvent answer = await replay.Schedule(
            taskId => new(HistoryEventKind.EntityCalled, taskId, operation) { Target = id.ToString(), Input = data }, isOpenTask: false);
        return answer.Kind == HistoryEventKind.EntityFailed
            ? throw new EntityOperationFailedException(id, operation, Failure.Parse(answer.Data).ToDetails())
            : answer.Data;
    }
}
