using DurableTask.Core;
using DurableTask.Core.Entities.OperationFormat;
using DurableTask.Core.Tracing;
using Google.Protobuf.WellKnownTypes;
using Microsoft.DurableTask.Testing.Sidecar.Grpc;
using P = Microsoft.DurableTask.Protobuf;

namespace TenantSandbox.Hosting.Durable;

/// <summary>Conversions between DurableTask.Core and its protocol that the official <see cref="ProtobufUtils"/> doesn't have in public.</summary>
internal static class ProtoConversions
{
    public static Timestamp? ToTimestamp(this DateTime? time) => time is { } value ? ToTimestamp(value) : null;

    public static Timestamp ToTimestamp(this DateTime time) => Timestamp.FromDateTime(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    public static FailureDetails? ToCore(this P.TaskFailureDetails? failure) =>
        failure is null
            ? null
            : new FailureDetails(
                failure.ErrorType,
                failure.ErrorMessage,
                failure.StackTrace,
                failure.InnerFailure.ToCore(),
                failure.IsNonRetriable,
                failure.Properties.Count > 0 ? ProtobufUtils.ConvertMapToDictionary(failure.Properties) : null);

    public static P.EntityBatchRequest ToProto(this EntityBatchRequest batch)
    {
        var request = new P.EntityBatchRequest { InstanceId = batch.InstanceId, EntityState = batch.EntityState };
        request.Operations.Add(batch.Operations?.Select(operation => new P.OperationRequest
        {
            Operation = operation.Operation,
            RequestId = operation.Id.ToString(),
            Input = operation.Input,
            TraceContext = operation.TraceContext is { } trace
                ? new P.TraceContext { TraceParent = trace.TraceParent, TraceState = trace.TraceState }
                : null,
        }) ?? []);
        return request;
    }

    /// <summary>Converts the worker's answer; orchestrations that an entity starts without a version get <paramref name="defaultVersion"/>.</summary>
    public static EntityBatchResult ToCore(this P.EntityBatchResult result, string? defaultVersion) => new()
    {
        EntityState = result.EntityState,
        FailureDetails = result.FailureDetails.ToCore(),
        Results = [.. result.Results.Select(ToCore)],
        Actions = [.. result.Actions.Select(action => ToCore(action, defaultVersion))],
    };

    private static OperationResult ToCore(P.OperationResult result) => result.ResultTypeCase switch
    {
        P.OperationResult.ResultTypeOneofCase.Success => new OperationResult
        {
            Result = result.Success.Result,
            StartTimeUtc = result.Success.StartTimeUtc?.ToDateTime(),
            EndTimeUtc = result.Success.EndTimeUtc?.ToDateTime(),
        },
        P.OperationResult.ResultTypeOneofCase.Failure => new OperationResult
        {
            FailureDetails = result.Failure.FailureDetails.ToCore(),
            StartTimeUtc = result.Failure.StartTimeUtc?.ToDateTime(),
            EndTimeUtc = result.Failure.EndTimeUtc?.ToDateTime(),
        },
        var other => throw new NotSupportedException($"The worker sent an entity operation's result of unknown type {other}."),
    };

    private static OperationAction ToCore(P.OperationAction action, string? defaultVersion) => action.OperationActionTypeCase switch
    {
        P.OperationAction.OperationActionTypeOneofCase.SendSignal => new SendSignalOperationAction
        {
            InstanceId = action.SendSignal.InstanceId,
            Name = action.SendSignal.Name,
            Input = action.SendSignal.Input,
            ScheduledTime = action.SendSignal.ScheduledTime?.ToDateTime(),
            RequestTime = action.SendSignal.RequestTime?.ToDateTimeOffset(),
            ParentTraceContext = ToCore(action.SendSignal.ParentTraceContext),
        },
        P.OperationAction.OperationActionTypeOneofCase.StartNewOrchestration => new StartNewOrchestrationOperationAction
        {
            InstanceId = action.StartNewOrchestration.InstanceId,
            Name = action.StartNewOrchestration.Name,
            Version = string.IsNullOrWhiteSpace(action.StartNewOrchestration.Version) ? defaultVersion : action.StartNewOrchestration.Version,
            Input = action.StartNewOrchestration.Input,
            ScheduledStartTime = action.StartNewOrchestration.ScheduledTime?.ToDateTime(),
            RequestTime = action.StartNewOrchestration.RequestTime?.ToDateTimeOffset(),
            ParentTraceContext = ToCore(action.StartNewOrchestration.ParentTraceContext),
        },
        var other => throw new NotSupportedException($"The worker sent an entity action of unknown type {other}."),
    };

    private static DistributedTraceContext? ToCore(P.TraceContext? trace) =>
        trace is null ? null : new DistributedTraceContext(trace.TraceParent, trace.TraceState);
}
