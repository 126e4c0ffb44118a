using System.Diagnostics.CodeAnalysis;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace TenantSandbox.Functions.Tests.Orchestration;

/// <summary>An orchestration whose timers fire at once and whose entity calls fail as the test says.</summary>
internal sealed class FakeOrchestrationContext : TaskOrchestrationContext
{
    private DateTime _now = new(2026, 11, 2, 9, 0, 0, DateTimeKind.Utc);

    public FakeOrchestrationContext() => Calls = new(this);

    public EntityCallLog Calls { get; }

    /// <summary>The delays of all timers.</summary>
    public List<TimeSpan> Delays { get; } = [];

    public override TaskName Name => "test";

    public override string InstanceId => "test";

    public override ParentOrchestrationInstance? Parent => null;

    public override DateTime CurrentUtcDateTime => _now;

    public override bool IsReplaying => false;

    public override TaskOrchestrationEntityFeature Entities => Calls;

    protected override ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        Delays.Add(fireAt - _now);
        _now = fireAt;
        return Task.CompletedTask;
    }

    public override Guid NewGuid() => Guid.Empty;

    public override T GetInput<T>() => throw new NotSupportedException();

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null) => throw new NotSupportedException();

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public override void SendEvent(string instanceId, string eventName, object payload) => throw new NotSupportedException();

    public override void SetCustomStatus(object? customStatus) => throw new NotSupportedException();

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
        throw new NotSupportedException();

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) => throw new NotSupportedException();

    /// <summary>The entity calls of the orchestration.</summary>
    internal sealed class EntityCallLog(FakeOrchestrationContext context) : TaskOrchestrationEntityFeature
    {
        /// <summary>How many calls fail before one succeeds.</summary>
        public int Failures { get; set; }

        /// <summary>How long calls fail.</summary>
        public TimeSpan FailFor { get; set; }

        /// <summary>The inputs of all calls.</summary>
        public List<object?> Inputs { get; } = [];

        public override Task<TResult> CallEntityAsync<TResult>(EntityInstanceId id, string operationName, object? input = null, CallEntityOptions? options = null)
        {
            Inputs.Add(input);
            var elapsed = context._now - new DateTime(2026, 11, 2, 9, 0, 0, DateTimeKind.Utc);
            if (Inputs.Count <= Failures || elapsed < FailFor)
            {
                var failure = new TaskFailureDetails("FunctionInvocationFailed", $"failure {Inputs.Count}", null, null, null);
                throw new EntityOperationFailedException(id, operationName, failure);
            }

            return Task.FromResult((TResult)(object)"done");
        }

        public override async Task CallEntityAsync(EntityInstanceId id, string operationName, object? input = null, CallEntityOptions? options = null) =>
            await CallEntityAsync<string>(id, operationName, input, options);

        public override Task SignalEntityAsync(EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null) =>
            throw new NotSupportedException();

        public override Task<IAsyncDisposable> LockEntitiesAsync(IEnumerable<EntityInstanceId> entityIds) => throw new NotSupportedException();

        public override bool InCriticalSection([NotNullWhen(true)] out IReadOnlyList<EntityInstanceId>? entityIds) => throw new NotSupportedException();
    }
}
