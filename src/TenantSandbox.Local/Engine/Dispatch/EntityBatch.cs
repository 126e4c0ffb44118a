using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;

namespace TenantSandbox.Local.Engine;

/// <summary>What an entity sees while it works off a batch: the operation at hand, its state, and a context that collects effects.</summary>
internal sealed class EntityBatch(EntityInstanceId id, string? state, EngineOptions options)
{
    private readonly List<EntityEffect> _effects = [];
    private readonly string? _stateBefore = state;
    private string? _keptState = state;
    private int _keptEffects;
    private string? _state = state;

    public EntityInstanceId Id => id;

    public string? State => _keptState;

    public bool StateChanged => !string.Equals(_keptState, _stateBefore, StringComparison.Ordinal);

    public IReadOnlyList<EntityEffect> Effects => _effects;

    public TaskEntityOperation Begin(string name, string? input) => new Operation(this, name, input);

    public void Keep()
    {
        _keptState = _state;
        _keptEffects = _effects.Count;
    }

    public void Undo()
    {
        _state = _keptState;
        _effects.RemoveRange(_keptEffects, _effects.Count - _keptEffects);
    }

    private sealed class Operation(EntityBatch batch, string name, string? input) : TaskEntityOperation
    {
        public override string Name => name;

        public override TaskEntityContext Context { get; } = new EffectCollector(batch);

        public override TaskEntityState State { get; } = new StateHolder(batch);

        public override bool HasInput => input is not null;

        public override object? GetInput(Type inputType) => batch.Options.DataConverter.Deserialize(input, inputType);
    }

    private EngineOptions Options => options;

    private sealed class StateHolder(EntityBatch batch) : TaskEntityState
    {
        public override bool HasState => batch._state is not null;

        public override object? GetState(Type type) => batch.Options.DataConverter.Deserialize(batch._state, type);

        public override void SetState(object? state) => batch._state = batch.Options.DataConverter.Serialize(state);
    }

    private sealed class EffectCollector(EntityBatch batch) : TaskEntityContext
    {
        public override EntityInstanceId Id => batch.Id;

        public override void SignalEntity(EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null)
            => batch._effects.Add(new(
                new Message
                {
                    Target = id.ToString(),
                    Kind = HistoryEventKind.EntitySignaled,
                    Name = operationName,
                    Data = batch.Options.DataConverter.Serialize(input),
                    DueAt = options?.SignalTime?.UtcDateTime,
                },
                null,
                _ => false));

        public override string ScheduleNewOrchestration(TaskName name, object? input = null, StartOrchestrationOptions? options = null)
        {
            string id = options?.InstanceId ?? Guid.NewGuid().ToString("N");
            InstanceIds.EnsureNotEntity(id);
            string version = options?.Version is { } explicitVersion ? explicitVersion.Version : batch.Options.DefaultVersion;
            StartRequest start = new(
                id, name.Name, version, batch.Options.DataConverter.Serialize(input), StartOptions.TagsJson(options),
                StartAt: options?.StartAt?.UtcDateTime);
            // An entity's start is a message that may be repeated, so it never replaces what runs.
            batch._effects.Add(new(null, start, status => !status.IsTerminal()));
            return id;
        }
    }
}

/// <summary>A signal to send or an orchestration to start.</summary>
internal sealed record EntityEffect(Message? Signal, StartRequest? Start, Func<OrchestrationRuntimeStatus, bool> Refuses);
