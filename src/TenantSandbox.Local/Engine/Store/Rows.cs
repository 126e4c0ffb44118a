using Microsoft.DurableTask.Client;

namespace TenantSandbox.Local.Engine;

/// <summary>An orchestration instance. Its history hangs on <see cref="Execution"/>, which changes when it is replaced or continued as new.</summary>
internal sealed record InstanceRow
{
    public required string Id { get; init; }

    public required long Execution { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    public OrchestrationRuntimeStatus Status { get; init; } = OrchestrationRuntimeStatus.Pending;

    public string? Input { get; init; }

    public string? Output { get; init; }

    public string? CustomStatus { get; init; }

    public string? Failure { get; init; }

    public string? Tags { get; init; }

    public ParentLink? Parent { get; init; }

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; init; }

    public bool IsTerminal => Status.IsTerminal();
}

/// <summary>Who waits for a child: the parent's run, and the number under which it called.</summary>
internal sealed record ParentLink(string Id, string Name, long Execution, int TaskId);

/// <summary>What is on its way to an instance or an entity. It becomes a history event when it is taken in.</summary>
internal sealed record Message
{
    public long Seq { get; init; }

    public required string Target { get; init; }

    /// <summary>The run that it is meant for; 0 is any.</summary>
    public long Execution { get; init; }

    /// <summary>When it becomes visible; null is at once.</summary>
    public DateTime? DueAt { get; init; }

    public required HistoryEventKind Kind { get; init; }

    public int TaskId { get; init; } = -1;

    public string? Name { get; init; }

    public string? Data { get; init; }

    /// <summary>Who called, where an answer is wanted.</summary>
    public string? Sender { get; init; }

    public long SenderExecution { get; init; }
}

/// <summary>An activity that is to be run. The row goes with the answer's commit.</summary>
internal sealed record ActivityRow(long Seq, string InstanceId, long Execution, int TaskId, string Name, string? Input);

internal sealed record EntityRow(string Id, string State, DateTime UpdatedAt, int Backlog);

internal static class RuntimeStatus
{
    public static bool IsTerminal(this OrchestrationRuntimeStatus status) => status
        is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}
