using Microsoft.DurableTask.Client;

namespace TenantSandbox.Local.Engine;

/// <summary>How instances come to be, are replaced and go. Runs inside the writer's transaction.</summary>
internal static class InstanceLifecycle
{
    /// <summary>Starts an instance, replacing a former one of the same id unless its status is refused.</summary>
    /// <returns>The status that was refused; null if it has started.</returns>
    public static OrchestrationRuntimeStatus? Start(StoreWriter writer, StartRequest request, Func<OrchestrationRuntimeStatus, bool> refuses)
    {
        if (writer.FindInstance(request.Id) is { } former)
        {
            if (refuses(former.Status))
            {
                return former.Status;
            }

            if (!former.IsTerminal)
            {
                Failure replaced = new(
                    typeof(InvalidOperationException).FullName!, $"Instance '{former.Id}' was terminated: another start replaced it.", null, null);
                AnswerParent(writer, former, HistoryEventKind.SubOrchestrationFailed, replaced.ToJson());
                writer.Report(EngineProgressKind.InstanceTerminated, former.Id, former.Name);
            }

            writer.DeleteInstance(former);
        }

        DateTime now = writer.Now;
        InstanceRow row = new()
        {
            Id = request.Id,
            Execution = writer.NextExecution(),
            Name = request.Name,
            Version = request.Version,
            Input = request.Input,
            Tags = request.Tags,
            Parent = request.Parent,
            CreatedAt = now,
            UpdatedAt = now,
        };
        writer.InsertInstance(row);
        writer.Send(new()
        {
            Target = row.Id,
            Execution = row.Execution,
            Kind = HistoryEventKind.ExecutionStarted,
            Name = row.Name,
            DueAt = request.StartAt,
        });
        writer.Report(EngineProgressKind.InstanceStarted, row.Id, row.Name);
        return null;
    }

    public static void AnswerParent(StoreWriter writer, InstanceRow child, HistoryEventKind kind, string? data)
    {
        if (child.Parent is { } parent)
        {
            writer.Send(new()
            {
                Target = parent.Id,
                Execution = parent.Execution,
                Kind = kind,
                TaskId = parent.TaskId,
                Name = child.Name,
                Data = data,
            });
        }
    }

    /// <summary>Terminates the children that still run; each passes it on to its own.</summary>
    public static void TerminateChildren(StoreWriter writer, string parentId, string? output)
    {
        foreach (InstanceRow child in writer.Children(parentId).Where(child => !child.IsTerminal))
        {
            writer.Send(new() { Target = child.Id, Kind = HistoryEventKind.ExecutionTerminated, TaskId = RecursiveTermination, Data = output });
        }
    }

    /// <summary>Removes a finished instance, and by wish its finished children.</summary>
    /// <returns>How many went.</returns>
    /// <exception cref="InvalidOperationException">It still runs.</exception>
    public static int Purge(StoreWriter writer, string id, bool recursive)
    {
        if (writer.FindInstance(id) is not { } instance)
        {
            return 0;
        }

        if (!instance.IsTerminal)
        {
            throw new InvalidOperationException(
                $"Instance '{id}' is {instance.Status}; only one that has completed, failed or been terminated can be purged. Terminate it first.");
        }

        List<InstanceRow> children = recursive ? [.. writer.Children(id).Where(child => child.IsTerminal)] : [];
        writer.DeleteInstance(instance);
        return 1 + children.Sum(child => Purge(writer, child.Id, recursive: true));
    }

    /// <summary>As a termination's task id: the children go too.</summary>
    public const int RecursiveTermination = 1;
}

internal sealed record StartRequest(
    string Id, string Name, string Version, string? Input, string? Tags = null, ParentLink? Parent = null, DateTime? StartAt = null);
