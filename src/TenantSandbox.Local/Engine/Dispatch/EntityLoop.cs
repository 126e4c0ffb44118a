using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.Local.Engine;

/// <summary>
/// One batch of operations of one entity, in the order of their coming. State and effects of the whole batch are committed together;
/// an operation that throws leaves neither.
/// </summary>
internal sealed class EntityLoop(
    StoreReader reader, CommitLoop commits, TaskCatalog catalog, EngineOptions options, IServiceProvider services, ILogger logger)
{
    /// <inheritdoc cref="OrchestrationLoop.WakeAgain"/>
    public Action<string> WakeAgain { get; set; } = _ => { };

    public async Task<Task> RunBatchAsync(string id)
    {
        List<Message> messages = reader.Messages(id, options.MaxMessagesPerStep);
        if (messages.Count == 0)
        {
            return Task.CompletedTask;
        }

        EntityBatch batch = new(EntityInstanceId.FromString(id), reader.EntityState(id), options);
        List<Message> answers = [];
        AsyncServiceScope scope = services.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            ITaskEntity? entity = catalog.Entity(batch.Id.Name)?.Invoke(scope.ServiceProvider);
            foreach (Message message in messages)
            {
                Message answer = await RunOperationAsync(entity, batch, message).ConfigureAwait(false);
                if (message.Kind == HistoryEventKind.EntityCalled)
                {
                    answers.Add(answer);
                }
            }
        }

        return CommitAsync(id, batch, messages, answers);
    }

    private async Task<Message> RunOperationAsync(ITaskEntity? entity, EntityBatch batch, Message message)
    {
        Message answer = new()
        {
            Target = message.Sender ?? string.Empty,
            Execution = message.SenderExecution,
            Kind = HistoryEventKind.EntityReplied,
            TaskId = message.TaskId,
            Name = message.Name,
        };
        if (entity is null)
        {
            Failure unknown = new("EntityTaskNotFound", $"There is no entity named '{batch.Id.Name}'.", null, null, NonRetriable: true);
            return answer with { Kind = HistoryEventKind.EntityFailed, Data = unknown.ToJson() };
        }

        try
        {
            object? result = await entity.RunAsync(batch.Begin(message.Name!, message.Data)).ConfigureAwait(false);
            string? data = options.DataConverter.Serialize(result);
            batch.Keep();
            return answer with { Data = data };
        }
#pragma warning disable CA1031 // what it throws is the operation's failure
        catch (Exception e)
#pragma warning restore CA1031
        {
            batch.Undo();
            EngineLog.OperationFailed(logger, e, batch.Id.ToString(), message.Name!);
            return answer with { Kind = HistoryEventKind.EntityFailed, Data = Failure.From(e, options.FailureTextLimit).ToJson() };
        }
    }

    private async Task CommitAsync(string id, EntityBatch batch, List<Message> messages, List<Message> answers)
    {
        await commits.SubmitAsync(writer =>
        {
            messages.ForEach(message => writer.DeleteMessage(message.Seq));
            if (batch.StateChanged)
            {
                writer.PutEntity(id, batch.State);
            }

            foreach (EntityEffect effect in batch.Effects)
            {
                CarryOut(writer, id, effect);
            }

            answers.ForEach(answer => writer.Send(answer));
            return true;
        }).ConfigureAwait(false);
        if (messages.Count == options.MaxMessagesPerStep)
        {
            WakeAgain(id);
        }
    }

    private void CarryOut(StoreWriter writer, string id, EntityEffect effect)
    {
        if (effect.Signal is { } signal)
        {
            writer.Send(signal);
        }
        else if (effect.Start is { } start && InstanceLifecycle.Start(writer, start, effect.Refuses) is { } existing)
        {
            EngineLog.StartSkipped(logger, id, start.Id, existing.ToString());
        }
    }
}
