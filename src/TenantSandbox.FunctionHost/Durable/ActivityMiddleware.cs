using System.Text.Json;
using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Core.Middleware;
using TenantSandbox.Hosting.Worker;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Durable;

/// <summary>Runs activities in the worker. When the worker exits or the function times out, the activity fails with the host's exception.</summary>
internal sealed class ActivityMiddleware(DurableFunctions functions, Action<DurableProgressKind, string, string, string?> report)
{
    public async Task InvokeAsync(DispatchMiddlewareContext context, Func<Task> next)
    {
        var scheduled = context.GetProperty<TaskScheduledEvent>();
        var instanceId = context.GetProperty<OrchestrationInstance>().InstanceId;
        var name = scheduled.Name!;
        report(DurableProgressKind.ActivityStarted, instanceId, name, null);
        var response = await ExecuteAsync(scheduled, name);
        context.SetProperty(new ActivityExecutionResult { ResponseEvent = response });
        var failure = (response as TaskFailedEvent)?.FailureDetails;
        report(
            failure is null ? DurableProgressKind.ActivityCompleted : DurableProgressKind.ActivityFailed,
            instanceId,
            name,
            failure is null ? null : $"{failure.ErrorType}: {failure.ErrorMessage}");
    }

    private async Task<HistoryEvent> ExecuteAsync(TaskScheduledEvent scheduled, string name)
    {
        if (functions.Activity(name) is not { } function)
        {
            var reason = $"The activity '{name}' isn't a function of this app. Its name may have changed, or its function may have been removed.";
            var failure = new FailureDetails("ActivityFunctionNotFound", reason, stackTrace: null, innerFailure: null, isNonRetriable: true);
            return new TaskFailedEvent(eventId: -1, scheduled.EventId, reason, details: null, failure);
        }

        try
        {
            var result = await functions.InvokeAsync(function, new TypedData { String = Unwrap(scheduled.Input) });
            return new TaskCompletedEvent(eventId: -1, scheduled.EventId, ToJson(result));
        }
        catch (Exception exception) when (exception is not SessionAbortedException)
        {
            return new TaskFailedEvent(
                eventId: -1,
                scheduled.EventId,
                $"Function '{name}' failed with an unhandled exception.",
                details: null,
                ActivityFailure.Of(exception));
        }
    }

    /// <summary>The worker's orchestrations write an activity's input as an array of one.</summary>
    private static string Unwrap(string? input)
    {
        if (input is null)
        {
            return "";
        }

        using var document = JsonDocument.Parse(input);
        return document.RootElement.ValueKind is JsonValueKind.Array && document.RootElement.GetArrayLength() == 1
            ? document.RootElement[0].GetRawText()
            : throw new ArgumentException("The serialized input is expected to be an object array with one element.");
    }

    private static string? ToJson(TypedData? result) => result?.DataCase switch
    {
        null or TypedData.DataOneofCase.None => null,
        TypedData.DataOneofCase.Json => result.Json,
        TypedData.DataOneofCase.String => JsonSerializer.Serialize(result.String),
        TypedData.DataOneofCase.Int => JsonSerializer.Serialize(result.Int),
        TypedData.DataOneofCase.Double => JsonSerializer.Serialize(result.Double),
        TypedData.DataOneofCase.Bytes => JsonSerializer.Serialize(result.Bytes.ToByteArray()),
        var other => throw new NotSupportedException($"An activity can't return {other}."),
    };
}
