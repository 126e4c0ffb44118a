using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace TenantSandbox.Local.Engine;

internal sealed class EngineEntityClient(Func<EngineParts> parts, EngineOptions options) : DurableEntityClient("local")
{
    public override Task SignalEntityAsync(
        EntityInstanceId id,
        string operationName,
        object? input = null,
        SignalEntityOptions? signalOptions = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(operationName);
        cancellation.ThrowIfCancellationRequested();
        Message signal = new()
        {
            Target = id.ToString(),
            Kind = HistoryEventKind.EntitySignaled,
            Name = operationName,
            Data = options.DataConverter.Serialize(input),
            DueAt = signalOptions?.SignalTime?.UtcDateTime,
        };
        return parts().Commits.SubmitAsync(writer =>
        {
            writer.Send(signal);
            return true;
        });
    }

    public override Task<EntityMetadata?> GetEntityAsync(EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(parts().Reader.Entity(id.ToString()) is { } row ? Untyped(row, includeState) : null);
    }

    public override Task<EntityMetadata<T>?> GetEntityAsync<T>(
        EntityInstanceId id, bool includeState = true, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return Task.FromResult(parts().Reader.Entity(id.ToString()) is { } row ? Typed<T>(row, includeState) : null);
    }

    public override AsyncPageable<EntityMetadata> GetAllEntitiesAsync(EntityQuery? filter = null) => Query(filter, Untyped);

    public override AsyncPageable<EntityMetadata<T>> GetAllEntitiesAsync<T>(EntityQuery? filter = null) => Query(filter, Typed<T>);

    /// <summary>There is nothing to clean: an entity without state has no row, and there are no locks.</summary>
    public override Task<CleanEntityStorageResult> CleanEntityStorageAsync(
        CleanEntityStorageRequest? request = null, bool continueUntilComplete = true, CancellationToken cancellation = default)
        => Task.FromResult(default(CleanEntityStorageResult));

    private AsyncPageable<T> Query<T>(EntityQuery? filter, Func<EntityRow, bool, T> map)
        where T : notnull => Pageable.Create((token, size, cancellation) =>
    {
        cancellation.ThrowIfCancellationRequested();
        EntityQuery query = filter ?? new();
        int limit = size ?? query.PageSize ?? EntityQuery.DefaultPageSize;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        List<EntityRow> rows = parts().Reader.Entities(query, token ?? query.ContinuationToken, limit + 1);
        bool more = rows.Count > limit;
        List<EntityRow> page = more ? rows[..limit] : rows;
        return Task.FromResult(new Page<T>([.. page.Select(row => map(row, query.IncludeState))], more ? page[^1].Id : null));
    });

    private EntityMetadata Untyped(EntityRow row, bool withState)
        => new(EntityInstanceId.FromString(row.Id), withState ? new SerializedData(row.State, options.DataConverter) : null)
        {
            LastModifiedTime = new(row.UpdatedAt),
            BacklogQueueSize = row.Backlog,
        };

    private EntityMetadata<T> Typed<T>(EntityRow row, bool withState)
    {
        EntityInstanceId id = EntityInstanceId.FromString(row.Id);
        DateTimeOffset updated = new(row.UpdatedAt);
        return withState
            ? new(id, options.DataConverter.Deserialize<T>(row.State)) { LastModifiedTime = updated, BacklogQueueSize = row.Backlog }
            : new(id) { LastModifiedTime = updated, BacklogQueueSize = row.Backlog };
    }
}
