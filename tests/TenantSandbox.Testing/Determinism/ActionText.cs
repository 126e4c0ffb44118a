using System.Globalization;
using System.Text.Json.Nodes;
using DurableTask.Core;
using DurableTask.Core.Command;
using DurableTask.Core.History;

namespace TenantSandbox.Testing.Determinism;

/// <summary>Describes what an orchestration schedules, the same for the action of a run and for the event that history has of it.</summary>
internal static class ActionText
{
    /// <returns>Null for events that the orchestration received.</returns>
    public static string? Of(HistoryEvent historyEvent) => historyEvent switch
    {
        TaskScheduledEvent e => Activity(e.EventId, e.Name, e.Input),
        TimerCreatedEvent e => Timer(e.EventId, e.FireAt),
        SubOrchestrationInstanceCreatedEvent e => SubOrchestration(e.EventId, e.Name, e.Input),
        EventSentEvent e => Event(e.EventId, e.InstanceId, e.Name, e.Input),
        ExecutionCompletedEvent e => Completion(e.OrchestrationStatus, e.Result, e.FailureDetails),
        _ => null,
    };

    public static string Of(OrchestratorAction action) => action switch
    {
        ScheduleTaskOrchestratorAction a => Activity(a.Id, a.Name, a.Input),
        CreateTimerOrchestratorAction a => Timer(a.Id, a.FireAt),
        CreateSubOrchestrationAction a => SubOrchestration(a.Id, a.Name, a.Input),
        SendEventOrchestratorAction a => Event(a.Id, a.Instance?.InstanceId, a.EventName, a.EventData),
        OrchestrationCompleteOrchestratorAction a => Completion(a.OrchestrationStatus, a.Result, a.FailureDetails),
        _ => throw new NotSupportedException($"{action.GetType()} is an unknown action."),
    };

    private static string Activity(int id, string? name, string? input) => Text($"activity '{name}' as action #{id} with {input}");

    private static string Timer(int id, DateTime fireAt) => Text($"a timer as action #{id} due at {fireAt:O}");

    private static string SubOrchestration(int id, string? name, string? input) => Text($"sub-orchestration '{name}' as action #{id} with {input}");

    private static string Event(int id, string? target, string? name, string? data) =>
        Text($"event '{name}' to '{target}' as action #{id} with {WithoutRequestTime(data)}");

    /// <summary>The runtime stamps requests to entities with the system's time, for traces only.</summary>
    private static string? WithoutRequestTime(string? data)
    {
        if (data is null || JsonNode.Parse(data) is not JsonObject json || !json.Remove("requestTime"))
        {
            return data;
        }

        return json.ToJsonString();
    }

    // The text of a failure may differ in its stack trace, which isn't the code's doing.
    private static string Completion(OrchestrationStatus status, string? result, FailureDetails? failure) =>
        status == OrchestrationStatus.Failed ? Text($"the failure {failure?.ErrorType}: {failure?.ErrorMessage}") : Text($"the end {status} with {result}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
