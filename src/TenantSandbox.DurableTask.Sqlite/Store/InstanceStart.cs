using DurableTask.Core;
using DurableTask.Core.History;

namespace TenantSandbox.DurableTask.Sqlite.Store;

/// <summary>Creates instances, from clients and from orchestrations and entities. Runs inside the writer's transaction.</summary>
internal static class InstanceStart
{
    /// <summary>Creates an instance and replaces a former one of the same id, unless its status is refused.</summary>
    /// <returns>The status that was refused; null if the instance was created.</returns>
    public static OrchestrationStatus? Create(StoreWriter writer, PreparedMessage message, Func<OrchestrationStatus, bool> refuses)
    {
        var former = writer.FindInstance(message.Target);
        if (former is not null)
        {
            if (refuses(former.Status))
            {
                return former.Status;
            }

            if (!former.Status.IsTerminal() && former.Parent is { } parent)
            {
                FailParent(writer, parent, $"Instance '{former.Id}' was replaced by another start before it completed.");
            }

            writer.DeleteInstance(former);
        }

        var start = message.Start!;
        var run = writer.NextRun();
        var now = writer.Now;
        writer.PutInstance(
            new OrchestrationState
            {
                OrchestrationInstance = start.OrchestrationInstance,
                Name = start.Name,
                Version = start.Version,
                OrchestrationStatus = OrchestrationStatus.Pending,
                CreatedTime = now,
                LastUpdatedTime = now,
                ScheduledStartTime = start.ScheduledStartTime,
                Generation = start.Generation ?? (former is null ? 0 : former.Generation + 1),
                ParentInstance = start.ParentInstance,
                Tags = start.Tags,
                Input = start.Input,
            },
            run);
        writer.Remember(new InstanceSnapshot(message.Target, run, start.OrchestrationInstance.ExecutionId, OrchestrationStatus.Pending, []));
        writer.Send(message, run);
        return null;
    }

    /// <summary>
    /// Creates an instance on behalf of an orchestration or entity. An instance in progress isn't replaced: a parent that waits for its
    /// sub-orchestration gets a failure, and a start without a waiting parent has no effect.
    /// </summary>
    /// <returns>The status of the instance in progress; null if the instance was created.</returns>
    public static OrchestrationStatus? CreateFromParent(StoreWriter writer, PreparedMessage message)
    {
        var refused = Create(writer, message, status => !status.IsTerminal());
        var start = message.Start!;
        if (refused is not null && start.ParentInstance is { } parent && start.Tags?.ContainsKey(OrchestrationTags.FireAndForget) != true)
        {
            FailParent(writer, parent, $"Instance '{message.Target}' is already {refused}; a sub-orchestration doesn't replace it.");
        }

        return refused;
    }

    private static void FailParent(StoreWriter writer, ParentInstance parent, string reason)
    {
        var details = new FailureDetails(typeof(InvalidOperationException).FullName!, reason, stackTrace: null, innerFailure: null, isNonRetriable: false);
        var answer = new TaskMessage
        {
            OrchestrationInstance = parent.OrchestrationInstance,
            Event = new SubOrchestrationInstanceFailedEvent(-1, parent.TaskScheduleId, reason, details: null, details),
        };
        writer.Send(PreparedMessage.From(answer, writer.Now), run: 0);
    }
}
