using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.Local.Engine;

/// <summary>What orchestrator code sees. Every call becomes an action of the <see cref="Replay"/>, and its answer comes from history.</summary>
internal sealed class ReplayContext(Replay replay, InstanceRow instance, EngineOptions options, ILoggerFactory loggers) : TaskOrchestrationContext
{
    private readonly ReplayEntities _entities = new(replay, options.DataConverter);
    private int _guids;

    public override TaskName Name => instance.Name;

    public override string InstanceId => instance.Id;

    public override string Version => instance.Version;

    public override ParentOrchestrationInstance? Parent { get; } = instance.Parent is { } parent ? new(parent.Name, parent.Id) : null;

    public override DateTime CurrentUtcDateTime => replay.Now;

    public override bool IsReplaying => replay.IsReplaying;

    public override IReadOnlyDictionary<string, object?> Properties { get; }
        = new Dictionary<string, object?> { ["defaultVersion"] = options.DefaultVersion };

    public override TaskOrchestrationEntityFeature Entities => _entities;

    protected override ILoggerFactory LoggerFactory => loggers;

    public override T? GetInput<T>()
        where T : default => options.DataConverter.Deserialize<T>(instance.Input);

    public override async Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? taskOptions = null)
    {
        if (input is TaskOptions && taskOptions is null)
        {
            throw new ArgumentException("A TaskOptions was passed as the activity's input. Pass it as the options parameter.", nameof(input));
        }

        string? data = options.DataConverter.Serialize(input);
        HistoryEvent answer = await Retry.RunAsync(
            this,
            () => replay.Schedule(id => new(HistoryEventKind.TaskScheduled, id, name.Name) { Input = data }, isOpenTask: true),
            taskOptions?.Retry);
        return Result<TResult>(answer, name);
    }

    public override async Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? taskOptions = null)
    {
        string id = (taskOptions as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        InstanceIds.EnsureNotEntity(id);
        ScheduledAction Child(int taskId) => new(HistoryEventKind.SubOrchestrationCreated, taskId, orchestratorName.Name)
        {
            Target = id,
            Input = options.DataConverter.Serialize(input),
            Version = taskOptions?.Version is { } version ? version.Version : options.DefaultVersion,
            Tags = taskOptions?.Tags is { Count: > 0 } tags ? JsonSerializer.Serialize(tags) : null,
        };
        HistoryEvent answer = await Retry.RunAsync(this, () => replay.Schedule(Child, isOpenTask: true), taskOptions?.Retry);
        return Result<TResult>(answer, orchestratorName);
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
        => replay.ScheduleTimer(fireAt.ToUniversalTime(), cancellationToken);

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        replay.Verify();
        return replay.Events.WaitAsync(eventName, data => options.DataConverter.Deserialize<T>(data)!, cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        InstanceIds.EnsureNotEntity(instanceId);
        string? data = options.DataConverter.Serialize(payload);
        replay.Send(id => new(HistoryEventKind.EventSent, id, eventName) { Target = instanceId, Input = data });
    }

    public override void SetCustomStatus(object? customStatus)
    {
        replay.Verify();
        replay.CustomStatus = options.DataConverter.Serialize(customStatus);
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
        => ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions continueOptions)
    {
        ArgumentNullException.ThrowIfNull(continueOptions);
        replay.Verify();
        replay.NextRun = new(
            options.DataConverter.Serialize(continueOptions.NewInput),
            string.IsNullOrWhiteSpace(continueOptions.NewVersion) ? instance.Version : continueOptions.NewVersion,
            continueOptions.PreserveUnprocessedEvents);
    }

    /// <summary>Made of instance, time and a counter, so that a replay gets the same.</summary>
    public override Guid NewGuid()
    {
        replay.Verify();
        string seed = string.Create(CultureInfo.InvariantCulture, $"{InstanceId}_{CurrentUtcDateTime:O}_{_guids++}");
        byte[] bytes = SHA256.HashData(Encoding.UTF8.GetBytes(seed))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private TResult Result<TResult>(HistoryEvent answer, string name)
        => answer.Kind is HistoryEventKind.TaskFailed or HistoryEventKind.SubOrchestrationFailed
            ? throw new TaskFailedException(name, answer.TaskId, Failure.Parse(answer.Data).ToDetails())
            : options.DataConverter.Deserialize<TResult>(answer.Data)!;
}
