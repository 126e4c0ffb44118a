using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using P = Microsoft.DurableTask.Protobuf;

namespace TenantSandbox.Hosting.Durable;

/// <summary>
/// The sidecar service that durable clients call, over any storage provider. Failures have the status codes of the Durable
/// extension, because the official client turns them into its exceptions.
/// </summary>
internal sealed partial class TaskHubService(IOrchestrationService service, string? defaultVersion)
    : P.TaskHubSidecarService.TaskHubSidecarServiceBase
{
    private static readonly TimeSpan StartPollInterval = TimeSpan.FromMilliseconds(100);
    private static readonly OrchestrationStatus[] AllStatuses = System.Enum.GetValues<OrchestrationStatus>();

    private static readonly OrchestrationStatus[] OpenStatuses =
    [
        OrchestrationStatus.Running, OrchestrationStatus.Pending, OrchestrationStatus.Suspended, OrchestrationStatus.ContinuedAsNew,
    ];

    private readonly IOrchestrationServiceClient _client = service as IOrchestrationServiceClient
        ?? throw new ArgumentException($"{service.GetType()} isn't an IOrchestrationServiceClient.", nameof(service));

    public override Task<Empty> Hello(Empty request, ServerCallContext context) => Task.FromResult(new Empty());

    public override async Task<P.CreateInstanceResponse> StartInstance(P.CreateInstanceRequest request, ServerCallContext context)
    {
        var instance = new OrchestrationInstance
        {
            InstanceId = string.IsNullOrEmpty(request.InstanceId) ? Guid.NewGuid().ToString("N") : request.InstanceId,
            ExecutionId = Guid.NewGuid().ToString(),
        };
        var started = new ExecutionStartedEvent(-1, request.Input)
        {
            Name = request.Name,
            Version = request.Version ?? defaultVersion,
            OrchestrationInstance = instance,
            ScheduledStartTime = request.ScheduledStartTimestamp?.ToDateTime(),
            Tags = request.Tags.ToDictionary(),
            ParentTraceContext = request.ParentTraceContext is { } trace ? new(trace.TraceParent, trace.TraceState) : null,
        };
        await CreateAsync(started, DedupeStatuses(request.OrchestrationIdReusePolicy), StatusCode.AlreadyExists);
        return new P.CreateInstanceResponse { InstanceId = instance.InstanceId };
    }

    public override async Task<P.GetInstanceResponse> GetInstance(P.GetInstanceRequest request, ServerCallContext context) =>
        Describe(await _client.GetOrchestrationStateAsync(request.InstanceId, executionId: null), request.GetInputsAndOutputs);

    public override async Task<P.GetInstanceResponse> WaitForInstanceStart(P.GetInstanceRequest request, ServerCallContext context)
    {
        while (true)
        {
            var state = await _client.GetOrchestrationStateAsync(request.InstanceId, executionId: null);
            if (state is { OrchestrationStatus: not OrchestrationStatus.Pending })
            {
                return Describe(state, request.GetInputsAndOutputs);
            }

            await Task.Delay(StartPollInterval, context.CancellationToken);
        }
    }

    public override async Task<P.GetInstanceResponse> WaitForInstanceCompletion(P.GetInstanceRequest request, ServerCallContext context) =>
        Describe(
            await _client.WaitForOrchestrationAsync(
                request.InstanceId, executionId: null, Timeout.InfiniteTimeSpan, context.CancellationToken),
            request.GetInputsAndOutputs);

    public override async Task<P.RaiseEventResponse> RaiseEvent(P.RaiseEventRequest request, ServerCallContext context)
    {
        await RequireStatusAsync(request.InstanceId, "raise an event to", OpenStatuses);
        await SendAsync(request.InstanceId, new EventRaisedEvent(-1, request.Input) { Name = request.Name });
        return new P.RaiseEventResponse();
    }

    public override async Task<P.TerminateResponse> TerminateInstance(P.TerminateRequest request, ServerCallContext context)
    {
        await RequireStatusAsync(request.InstanceId, "terminate", OpenStatuses);
        await _client.ForceTerminateTaskOrchestrationAsync(request.InstanceId, request.Output);
        return new P.TerminateResponse();
    }

    public override async Task<P.SuspendResponse> SuspendInstance(P.SuspendRequest request, ServerCallContext context)
    {
        await RequireStatusAsync(request.InstanceId, "suspend", OrchestrationStatus.Running, OrchestrationStatus.Pending);
        await SendAsync(request.InstanceId, new ExecutionSuspendedEvent(-1, request.Reason));
        return new P.SuspendResponse();
    }

    public override async Task<P.ResumeResponse> ResumeInstance(P.ResumeRequest request, ServerCallContext context)
    {
        await RequireStatusAsync(request.InstanceId, "resume", OrchestrationStatus.Suspended);
        await SendAsync(request.InstanceId, new ExecutionResumedEvent(-1, request.Reason));
        return new P.ResumeResponse();
    }

    public override async Task<P.RestartInstanceResponse> RestartInstance(P.RestartInstanceRequest request, ServerCallContext context)
    {
        var original = await RequireStatusAsync(request.InstanceId, "restart", AllStatuses);
        var instance = new OrchestrationInstance
        {
            InstanceId = request.RestartWithNewInstanceId ? Guid.NewGuid().ToString("N") : request.InstanceId,
            ExecutionId = Guid.NewGuid().ToString(),
        };
        var started = new ExecutionStartedEvent(-1, original.Input)
        {
            Name = original.Name,
            Version = original.Version ?? defaultVersion,
            OrchestrationInstance = instance,
            Tags = original.Tags,
        };
        await CreateAsync(started, OpenStatuses, StatusCode.FailedPrecondition);
        return new P.RestartInstanceResponse { InstanceId = instance.InstanceId };
    }

    /// <summary>
    /// Statuses of an existing instance that forbid a new one of the same id: always the open ones (host.json's default for
    /// overridableExistingInstanceStates), and with a policy all that it doesn't name as replaceable.
    /// </summary>
    private static OrchestrationStatus[] DedupeStatuses(P.OrchestrationIdReusePolicy? policy) =>
        policy is null
            ? OpenStatuses
            : [.. AllStatuses.Except(policy.ReplaceableStatus.Select(status => (OrchestrationStatus)status)).Union(OpenStatuses)];

    private async Task CreateAsync(ExecutionStartedEvent started, OrchestrationStatus[] dedupeStatuses, StatusCode codeIfItExists)
    {
        try
        {
            await _client.CreateTaskOrchestrationAsync(
                new TaskMessage { Event = started, OrchestrationInstance = started.OrchestrationInstance }, dedupeStatuses);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            throw Failure(codeIfItExists, $"An orchestration instance with the id {started.OrchestrationInstance.InstanceId} already exists.");
        }
        catch (ArgumentException exception)
        {
            throw Failure(StatusCode.InvalidArgument, exception.Message);
        }
    }

    private Task SendAsync(string instanceId, HistoryEvent message) =>
        _client.SendTaskOrchestrationMessageAsync(
            new TaskMessage { Event = message, OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId } });

    private async Task<OrchestrationState> RequireStatusAsync(string instanceId, string verb, params OrchestrationStatus[] statuses)
    {
        var state = await _client.GetOrchestrationStateAsync(instanceId, executionId: null)
            ?? throw Failure(StatusCode.NotFound, $"There is no orchestration instance with the id {instanceId}.");
        return statuses.Contains(state.OrchestrationStatus)
            ? state
            : throw Failure(
                StatusCode.FailedPrecondition,
                $"Can't {verb} the orchestration instance {instanceId}: its status is {state.OrchestrationStatus}.");
    }

    private static RpcException Failure(StatusCode code, string message) => new(new Status(code, message));
}
