using DurableTask.Core;
using DurableTask.Core.Entities;
using TenantSandbox.DurableTask.Sqlite.Store;

namespace TenantSandbox.DurableTask.Sqlite.Client;

/// <summary>Reads entities. An entity is an instance whose input holds its state and whose custom status holds its metadata.</summary>
internal sealed class EntityQueries(SqliteOrchestrationService service, StoreReader reader) : EntityBackendQueries
{
    private const int DefaultPageSize = 100;

    public override Task<EntityMetadata?> GetEntityAsync(
        EntityId id, bool includeState = false, bool includeStateless = false, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var state = reader.State(id.ToString());
        return Task.FromResult(state is null ? null : Metadata(state, includeState, includeStateless));
    }

    public override Task<EntityQueryResult> QueryEntitiesAsync(EntityQuery query, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var prefix = query.InstanceIdStartsWith;
        var size = query.PageSize ?? DefaultPageSize;
        var states = reader.Query(new InstanceFilter
        {
            Prefix = string.IsNullOrEmpty(prefix) ? "@" : prefix.StartsWith('@') ? prefix : "@" + prefix,
            AfterId = query.ContinuationToken,
            TimeColumn = "updated_at",
            From = query.LastModifiedFrom,
            To = query.LastModifiedTo,
            Limit = size,
        });
        return Task.FromResult(new EntityQueryResult
        {
            Results = [.. states.Select(state => Metadata(state, query.IncludeState, query.IncludeTransient)).OfType<EntityMetadata>()],
            ContinuationToken = states.Count < size ? null : states[^1].OrchestrationInstance.InstanceId,
        });
    }

    /// <summary>
    /// Releases locks whose owner has ended. Empty entities are deleted when they become empty, so there are none to remove.
    /// </summary>
    public override async Task<CleanEntityStorageResult> CleanEntityStorageAsync(
        CleanEntityStorageRequest request = default, CancellationToken cancellation = default)
    {
        var released = 0;
        var states = reader.Query(new InstanceFilter { Prefix = "@", AfterId = request.ContinuationToken, Limit = DefaultPageSize, IncludesData = false });
        foreach (var state in request.ReleaseOrphanedLocks ? states : [])
        {
            cancellation.ThrowIfCancellationRequested();
            if (ClientEntityHelpers.GetEntityStatus(state.Status)?.LockedBy is { } owner && reader.State(owner)?.OrchestrationStatus.IsTerminal() != false)
            {
                var target = new OrchestrationInstance { InstanceId = state.OrchestrationInstance.InstanceId };
                await service.SendTaskOrchestrationMessageAsync(ClientEntityHelpers.EmitUnlockForOrphanedLock(target, owner).AsTaskMessage());
                released++;
            }
        }

        return new CleanEntityStorageResult
        {
            OrphanedLocksReleased = released,
            ContinuationToken = states.Count < DefaultPageSize ? null : states[^1].OrchestrationInstance.InstanceId,
        };
    }

    private static EntityMetadata? Metadata(OrchestrationState state, bool includeState, bool includeTransient)
    {
        var status = ClientEntityHelpers.GetEntityStatus(state.Status);
        if (!includeTransient && status?.EntityExists != true)
        {
            return null;
        }

        return new EntityMetadata
        {
            EntityId = EntityId.FromString(state.OrchestrationInstance.InstanceId),
            LastModifiedTime = state.LastUpdatedTime,
            BacklogQueueSize = status?.BacklogQueueSize ?? 0,
            LockedBy = status?.LockedBy,
            SerializedState = includeState ? ClientEntityHelpers.GetEntityState(state.Input) : null,
        };
    }
}
