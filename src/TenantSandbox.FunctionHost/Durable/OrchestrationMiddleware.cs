using System.Text;
using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.Entities;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Core.Middleware;
using Google.Protobuf.WellKnownTypes;
using Microsoft.DurableTask.Testing.Sidecar.Grpc;
using TenantSandbox.Hosting.Worker;
using P = Microsoft.DurableTask.Protobuf;

namespace TenantSandbox.Hosting.Durable;

/// <summary>
/// Runs orchestrations in the worker. When the worker exits or a function times out, the work item is abandoned and tried again;
/// any other failure fails the orchestration.
/// </summary>
internal sealed class OrchestrationMiddleware(
    DurableFunctions functions, string? defaultVersion, Action<DurableProgressKind, string, string, string?> report)
{
    private const int MaxCustomStatusBytes = 16 * 1024;

    public async Task InvokeAsync(DispatchMiddlewareContext context, Func<Task> next)
    {
        var state = context.GetProperty<OrchestrationRuntimeState>();
        if (functions.Orchestration(state.Name) is not { } function)
        {
            context.SetProperty(OrchestratorExecutionResult.ForFailure(
                $"The orchestration '{state.Name}' isn't a function of this app. Its name may have changed, or its function may have been removed.",
                details: null));
            return;
        }

        var instanceId = state.OrchestrationInstance!.InstanceId;
        if (!state.PastEvents.Any())
        {
            report(DurableProgressKind.InstanceStarted, instanceId, state.Name, null);
        }

        var result = await ExecuteAsync(function, state, context.GetProperty<TaskOrchestrationEntityParameters>());
        context.SetProperty(result);
        Report(result, state, instanceId);
    }

    private async Task<OrchestratorExecutionResult> ExecuteAsync(
        FunctionDefinition function, OrchestrationRuntimeState state, TaskOrchestrationEntityParameters? entities)
    {
        try
        {
            var response = await functions.InvokeAsync(function, CreateRequest(state, entities), P.OrchestratorResponse.Parser);
            RequireCustomStatusSize(response.CustomStatus);
            return new OrchestratorExecutionResult
            {
                Actions = [.. response.Actions.Select(ProtobufUtils.ToOrchestratorAction)],
                CustomStatus = response.CustomStatus,
            };
        }
        catch (FunctionInvocationException exception)
            when (exception is FunctionTimeoutException || exception.InnerException is WorkerProcessExitException)
        {
            throw new SessionAbortedException(exception.ToString());
        }
        catch (Exception exception) when (exception is not SessionAbortedException)
        {
            return OrchestratorExecutionResult.ForFailure($"Function '{function.Name}' failed with an unhandled exception.", exception);
        }
    }

    private P.OrchestratorRequest CreateRequest(OrchestrationRuntimeState state, TaskOrchestrationEntityParameters? entities)
    {
        var request = new P.OrchestratorRequest { InstanceId = state.OrchestrationInstance!.InstanceId };
        request.PastEvents.Add(state.PastEvents.Select(ProtobufUtils.ToHistoryEventProto));
        request.NewEvents.Add(state.NewEvents.Select(ProtobufUtils.ToHistoryEventProto));
        if (entities is not null)
        {
            request.EntityParameters = new P.OrchestratorEntityParameters
            {
                EntityMessageReorderWindow = Duration.FromTimeSpan(entities.EntityMessageReorderWindow),
            };
        }

        if (defaultVersion is not null)
        {
            request.Properties["defaultVersion"] = Value.ForString(defaultVersion);
        }

        return request;
    }

    private void Report(OrchestratorExecutionResult result, OrchestrationRuntimeState state, string instanceId)
    {
        if (result.Actions.OfType<OrchestrationCompleteOrchestratorAction>().FirstOrDefault() is not { } completion)
        {
            return;
        }

        var terminated = state.NewEvents.OfType<ExecutionTerminatedEvent>().FirstOrDefault();
        var kind = completion.OrchestrationStatus switch
        {
            _ when terminated is not null => DurableProgressKind.InstanceTerminated,
            OrchestrationStatus.ContinuedAsNew => DurableProgressKind.InstanceContinuedAsNew,
            OrchestrationStatus.Failed => DurableProgressKind.InstanceFailed,
            _ => DurableProgressKind.InstanceCompleted,
        };
        report(kind, instanceId, state.Name, terminated?.Input ?? completion.FailureDetails?.ErrorMessage);
    }

    private static void RequireCustomStatusSize(string? customStatus)
    {
        var bytes = customStatus is null ? 0 : Encoding.Unicode.GetByteCount(customStatus);
        if (bytes > MaxCustomStatusBytes)
        {
            throw new ArgumentException($"The custom status has {bytes} bytes in UTF-16; the limit is {MaxCustomStatusBytes}.", nameof(customStatus));
        }
    }
}
