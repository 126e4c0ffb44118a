using Microsoft.DurableTask;
using Microsoft.DurableTask.Abstractions;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.Local.Engine;

/// <summary>One step of one orchestration: load, replay, take in what has come, commit.</summary>
internal sealed class OrchestrationLoop(
    StoreReader reader, CommitLoop commits, TaskCatalog catalog, EngineOptions options, TimeProvider time, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger<OrchestrationLoop>();

    /// <summary>Set once the queue exists: an instance with more messages than one step takes comes again.</summary>
    public Action<string> WakeAgain { get; set; } = _ => { };

    public Task<Task> RunStepAsync(string id)
    {
        InstanceRow? instance = reader.Instance(id);
        if (instance is null || instance.IsTerminal)
        {
            return Task.FromResult<Task>(DropMessagesAsync(id));
        }

        List<Message> messages = reader.Messages(id, options.MaxMessagesPerStep);
        List<HistoryEvent> history = instance.Status == OrchestrationRuntimeStatus.Pending ? [] : reader.History(instance.Execution);
        if (messages.Count == 0 || !CanRun(instance, history, messages))
        {
            return Task.FromResult(Task.CompletedTask);
        }

        int step = history.Count == 0 ? 1 : history[^1].Step + 1;
        DateTime now = time.GetUtcNow().UtcDateTime;
        DateTime stepTime = history.Count > 0 && history[^1].Time > now ? history[^1].Time : now;
        List<HistoryEvent> received = [.. messages
            .Where(message => message.Execution == 0 || message.Execution == instance.Execution)
            .OrderByDescending(message => message.Kind == HistoryEventKind.ExecutionStarted)
            .Select(message => new HistoryEvent(message.Kind, step, stepTime, message.TaskId, message.Name, message.Data))];

        ReplayOutcome outcome = Replay(instance, history, received);
        OrchestrationCommit commit = new(instance, history.Count, step, stepTime, messages, received, outcome, options);
        return Task.FromResult(CommitAsync(commit, messages.Count == options.MaxMessagesPerStep));
    }

    private async Task CommitAsync(OrchestrationCommit commit, bool mayHaveMore)
    {
        await commits.SubmitAsync(commit.Apply).ConfigureAwait(false);
        if (mayHaveMore)
        {
            WakeAgain(commit.Before.Id);
        }
    }

    /// <summary>Messages to an instance that doesn't exist, or not any more, are dropped, as in Durable Task.</summary>
    private Task<bool> DropMessagesAsync(string id) => commits.SubmitAsync(writer =>
    {
        bool drop = writer.FindInstance(id) is null or { IsTerminal: true };
        if (drop)
        {
            writer.DeleteMessages(id);
        }

        return drop;
    });

    private bool CanRun(InstanceRow instance, List<HistoryEvent> history, List<Message> messages)
    {
        if (messages.Any(message => message.Kind == HistoryEventKind.ExecutionTerminated))
        {
            return true;
        }

        // Events for an instance whose start is yet to come wait for it.
        if (history.Count == 0 && !messages.Any(message => message.Kind == HistoryEventKind.ExecutionStarted))
        {
            return false;
        }

        if (VersionFits(instance) || options.VersionFailure == VersionFailureStrategy.Fail)
        {
            return true;
        }

        EngineLog.VersionRejected(_logger, instance.Id, instance.Name, instance.Version, options.DefaultVersion);
        return false;
    }

    private ReplayOutcome Replay(InstanceRow instance, List<HistoryEvent> history, List<HistoryEvent> received)
    {
        if (!VersionFits(instance) && !received.Exists(e => e.Kind == HistoryEventKind.ExecutionTerminated))
        {
            return Failed(
                "VersionMismatch",
                $"The instance's version is '{instance.Version}'; this engine's is '{options.DefaultVersion}' and matches {options.VersionMatch}.");
        }

        Func<TaskOrchestrationContext, Task<object?>>? code = catalog.Orchestrator(instance.Name);
        return code is null
            ? Failed("TaskNotFound", $"There is no orchestrator named '{instance.Name}'.")
            : new Replay(instance, code, options, loggers).Run(history, received);
    }

    private bool VersionFits(InstanceRow instance)
    {
        if (options.DefaultVersion.Length == 0 || options.VersionMatch == VersionMatchStrategy.None)
        {
            return true;
        }

        int order = TaskOrchestrationVersioningUtils.CompareVersions(instance.Version, options.DefaultVersion);
        return options.VersionMatch == VersionMatchStrategy.Strict ? order == 0 : order <= 0;
    }

    private static ReplayOutcome Failed(string type, string message)
        => new(OrchestrationRuntimeStatus.Failed, null, new Failure(type, message, null, null, NonRetriable: true), null, [], [], null, []);
}
