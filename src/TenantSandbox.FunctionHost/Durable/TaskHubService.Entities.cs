using DurableTask.Core;
using DurableTask.Core.Entities;
using Grpc.Core;
using P = Microsoft.DurableTask.Protobuf;

namespace TenantSandbox.Hosting.Durable;

internal sealed partial class TaskHubService
{
    public override async Task<P.SignalEntityResponse> SignalEntity(P.SignalEntityRequest request, ServerCallContext context)
    {
        var scheduled = EntityMessageEvent.GetCappedScheduledTime(
            DateTime.UtcNow, RequireEntities().EntityBackendProperties!.MaximumSignalDelayTime, request.ScheduledTime?.ToDateTime());
        var message = ClientEntityHelpers.EmitOperationSignal(
            new OrchestrationInstance { InstanceId = request.InstanceId },
            Guid.Parse(request.RequestId),
            request.Name,
            request.Input,
            scheduled,
            request.ParentTraceContext is { } trace ? new(trace.TraceParent, trace.TraceState) : null);
        await _client.SendTaskOrchestrationMessageAsync(message.AsTaskMessage());
        return new P.SignalEntityResponse();
    }

    public override async Task<P.GetEntityResponse> GetEntity(P.GetEntityRequest request, ServerCallContext context)
    {
        var entity = await RequireEntities().EntityBackendQueries!.GetEntityAsync(
            EntityId.FromString(request.InstanceId), request.IncludeState, includeStateless: false, context.CancellationToken);
        return new P.GetEntityResponse { Exists = entity.HasValue, Entity = entity is { } found ? Convert(found) : null };
    }

    public override async Task<P.QueryEntitiesResponse> QueryEntities(P.QueryEntitiesRequest request, ServerCallContext context)
    {
        var query = request.Query;
        var result = await RequireEntities().EntityBackendQueries!.QueryEntitiesAsync(
            new EntityBackendQueries.EntityQuery
            {
                InstanceIdStartsWith = query.InstanceIdStartsWith,
                LastModifiedFrom = query.LastModifiedFrom?.ToDateTime(),
                LastModifiedTo = query.LastModifiedTo?.ToDateTime(),
                IncludeTransient = query.IncludeTransient,
                IncludeState = query.IncludeState,
                PageSize = query.PageSize,
                ContinuationToken = query.ContinuationToken,
            },
            context.CancellationToken);
        var response = new P.QueryEntitiesResponse { ContinuationToken = result.ContinuationToken };
        response.Entities.Add(result.Results.Select(Convert));
        return response;
    }

    public override async Task<P.CleanEntityStorageResponse> CleanEntityStorage(P.CleanEntityStorageRequest request, ServerCallContext context)
    {
        var result = await RequireEntities().EntityBackendQueries!.CleanEntityStorageAsync(
            new EntityBackendQueries.CleanEntityStorageRequest
            {
                RemoveEmptyEntities = request.RemoveEmptyEntities,
                ReleaseOrphanedLocks = request.ReleaseOrphanedLocks,
                ContinuationToken = request.ContinuationToken,
            },
            context.CancellationToken);
        return new P.CleanEntityStorageResponse
        {
            EmptyEntitiesRemoved = result.EmptyEntitiesRemoved,
            OrphanedLocksReleased = result.OrphanedLocksReleased,
            ContinuationToken = result.ContinuationToken,
        };
    }

    private static P.EntityMetadata Convert(EntityBackendQueries.EntityMetadata entity) => new()
    {
        InstanceId = entity.EntityId.ToString(),
        LastModifiedTime = entity.LastModifiedTime.ToTimestamp(),
        BacklogQueueSize = entity.BacklogQueueSize,
        LockedBy = entity.LockedBy,
        SerializedState = entity.SerializedState,
    };

    private IEntityOrchestrationService RequireEntities() =>
        service is IEntityOrchestrationService { EntityBackendProperties: not null, EntityBackendQueries: not null } entities
            ? entities
            : throw Failure(StatusCode.Unimplemented, $"{service.GetType().Name} doesn't support entities.");
}
