using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace TenantSandbox.Functions.Tests.Doors.Http;

/// <summary>Entities whose stored states are what the test says. Signals are recorded and do nothing.</summary>
/// <param name="states">The states as they are stored, by the entity's id.</param>
internal sealed class FakeEntityClient(params (EntityInstanceId Id, string Json)[] states) : DurableEntityClient("test")
{
    /// <summary>The signals that were sent.</summary>
    public List<(EntityInstanceId Id, string Operation, object? Input)> Signals { get; } = [];

    /// <summary>Every read waits for this.</summary>
    public Func<Task> OnRead { get; init; } = () => Task.CompletedTask;

    public override Task SignalEntityAsync(
        EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null, CancellationToken cancellation = default)
    {
        Signals.Add((id, operationName, input));
        return Task.CompletedTask;
    }

    public override async Task<EntityMetadata<T>?> GetEntityAsync<T>(EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default)
    {
        await OnRead();
        return states.Where(s => s.Id == id).Select(s => Read<T>(s.Id, s.Json)).FirstOrDefault();
    }

    public override AsyncPageable<EntityMetadata<T>> GetAllEntitiesAsync<T>(EntityQuery? filter = null) =>
        Pageable.Create((_, _, _) => Task.FromResult(new Page<EntityMetadata<T>>([.. states.Select(s => Read<T>(s.Id, s.Json))])));

    public override Task<EntityMetadata?> GetEntityAsync(EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override AsyncPageable<EntityMetadata> GetAllEntitiesAsync(EntityQuery? filter = null) => throw new NotSupportedException();

    public override Task<CleanEntityStorageResult> CleanEntityStorageAsync(
        CleanEntityStorageRequest? request = null, bool continueUntilComplete = true, CancellationToken cancellation = default) => throw new NotSupportedException();

    private static EntityMetadata<T> Read<T>(EntityInstanceId id, string json) => new(id, JsonSerializer.Deserialize<T>(json)!);
}
