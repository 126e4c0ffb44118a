using DurableTask.Core;
using DurableTask.Core.History;
using DurableTask.Core.Query;
using Grpc.Core;
using Microsoft.DurableTask.Testing.Sidecar.Grpc;
using Newtonsoft.Json.Linq;
using P = Microsoft.DurableTask.Protobuf;

namespace TenantSandbox.Hosting.Durable;

internal sealed partial class TaskHubService
{
    /// <summary>History is sent in messages of about this size, because a gRPC client refuses more than 4 MB by default.</summary>
    private const int HistoryChunkBytes = 2 * 1024 * 1024;

    public override async Task<P.QueryInstancesResponse> QueryInstances(P.QueryInstancesRequest request, ServerCallContext context)
    {
        var query = request.Query;
        var result = await Require<IOrchestrationServiceQueryClient>().GetOrchestrationWithQueryAsync(
            new OrchestrationQuery
            {
                RuntimeStatus = query.RuntimeStatus.Count == 0 ? null : [.. query.RuntimeStatus.Select(status => (OrchestrationStatus)status)],
                CreatedTimeFrom = query.CreatedTimeFrom?.ToDateTime(),
                CreatedTimeTo = query.CreatedTimeTo?.ToDateTime(),
                TaskHubNames = query.TaskHubNames.Count == 0 ? null : query.TaskHubNames,
                PageSize = query.MaxInstanceCount,
                ContinuationToken = query.ContinuationToken,
                InstanceIdPrefix = query.InstanceIdPrefix,
                FetchInputsAndOutputs = query.FetchInputsAndOutputs,
                ExcludeEntities = true,
            },
            context.CancellationToken);
        var response = new P.QueryInstancesResponse { ContinuationToken = result.ContinuationToken };
        response.OrchestrationState.Add(result.OrchestrationState.Select(state => Convert(state, query.FetchInputsAndOutputs)));
        return response;
    }

    public override async Task<P.PurgeInstancesResponse> PurgeInstances(P.PurgeInstancesRequest request, ServerCallContext context)
    {
        var purger = Require<IOrchestrationServicePurgeClient>();
        var result = request.RequestCase switch
        {
            P.PurgeInstancesRequest.RequestOneofCase.InstanceId => await PurgeAsync(purger, request),
            P.PurgeInstancesRequest.RequestOneofCase.PurgeInstanceFilter =>
                await purger.PurgeInstanceStateAsync(FilterOf(request.PurgeInstanceFilter)),
            var other => throw Failure(StatusCode.InvalidArgument, $"The purge request {other} isn't known."),
        };
        return new P.PurgeInstancesResponse { DeletedInstanceCount = result.DeletedInstanceCount, IsComplete = result.IsComplete };
    }

    public override async Task StreamInstanceHistory(
        P.StreamInstanceHistoryRequest request, IServerStreamWriter<P.HistoryChunk> responseStream, ServerCallContext context)
    {
        var state = await RequireStatusAsync(request.InstanceId, "read the history of", AllStatuses);
        var history = await _client.GetOrchestrationHistoryAsync(request.InstanceId, state.OrchestrationInstance.ExecutionId);
        var chunk = new P.HistoryChunk();
        var size = 0;
        foreach (var item in JArray.Parse(history))
        {
            var message = ProtobufUtils.ToHistoryEventProto((HistoryEvent)item.ToObject(TypeOf(item))!);
            size += message.CalculateSize();
            if (size > HistoryChunkBytes && chunk.Events.Count > 0)
            {
                await responseStream.WriteAsync(chunk, context.CancellationToken);
                (chunk, size) = (new P.HistoryChunk(), message.CalculateSize());
            }

            chunk.Events.Add(message);
        }

        await responseStream.WriteAsync(chunk, context.CancellationToken);
    }

    private async Task<PurgeResult> PurgeAsync(IOrchestrationServicePurgeClient purger, P.PurgeInstancesRequest request)
    {
        if (request.IsOrchestration || !request.InstanceId.StartsWith('@'))
        {
            var state = await _client.GetOrchestrationStateAsync(request.InstanceId, executionId: null);
            if (state is null)
            {
                return new PurgeResult(0);
            }

            if (state.OrchestrationStatus is not (OrchestrationStatus.Completed or OrchestrationStatus.Failed or OrchestrationStatus.Terminated))
            {
                throw Failure(
                    StatusCode.FailedPrecondition,
                    $"Only ended orchestrations can be purged; the status of {request.InstanceId} is {state.OrchestrationStatus}.");
            }
        }

        return await purger.PurgeInstanceStateAsync(request.InstanceId);
    }

    private static PurgeInstanceFilter FilterOf(P.PurgeInstanceFilter filter) =>
        new(
            filter.CreatedTimeFrom?.ToDateTime() ?? DateTime.MinValue,
            filter.CreatedTimeTo?.ToDateTime(),
            filter.RuntimeStatus.Count == 0 ? null : [.. filter.RuntimeStatus.Select(status => (OrchestrationStatus)status)]);

    private static P.GetInstanceResponse Describe(OrchestrationState? state, bool withInputsAndOutputs) =>
        state is null
            ? new P.GetInstanceResponse { Exists = false }
            : new P.GetInstanceResponse { Exists = true, OrchestrationState = Convert(state, withInputsAndOutputs) };

    private static P.OrchestrationState Convert(OrchestrationState state, bool withInputsAndOutputs)
    {
        var converted = new P.OrchestrationState
        {
            InstanceId = state.OrchestrationInstance.InstanceId,
            Name = state.Name ?? "",
            Version = state.Version,
            ParentInstanceId = state.ParentInstance?.OrchestrationInstance?.InstanceId,
            OrchestrationStatus = (P.OrchestrationStatus)state.OrchestrationStatus,
            CreatedTimestamp = state.CreatedTime.ToTimestamp(),
            LastUpdatedTimestamp = state.LastUpdatedTime.ToTimestamp(),
            ScheduledStartTimestamp = state.ScheduledStartTime.ToTimestamp(),
        };
        if (withInputsAndOutputs)
        {
            (converted.Input, converted.Output, converted.CustomStatus) = (state.Input, state.Output, state.Status);
            converted.FailureDetails = state.FailureDetails is { } failure
                ? new P.TaskFailureDetails
                {
                    ErrorType = failure.ErrorType,
                    ErrorMessage = failure.ErrorMessage,
                    StackTrace = failure.StackTrace,
                }
                : null;
        }

        converted.Tags.Add(state.Tags ?? new Dictionary<string, string>());
        return converted;
    }

    private static Type TypeOf(JToken item)
    {
        var kind = (EventType)(int)(item["EventType"] ?? throw new FormatException("An event of the history has no EventType."));
        return kind switch
        {
            EventType.ExecutionFailed => typeof(ExecutionCompletedEvent),
            _ => typeof(HistoryEvent).Assembly.GetType($"{typeof(HistoryEvent).Namespace}.{kind}Event", throwOnError: true)!,
        };
    }

    private T Require<T>() where T : class =>
        service as T ?? throw Failure(StatusCode.Unimplemented, $"{service.GetType().Name} doesn't implement {typeof(T).Name}.");
}
