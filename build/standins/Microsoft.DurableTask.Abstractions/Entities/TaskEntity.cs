namespace Microsoft.DurableTask.Entities;

/// <summary>
/// An entity whose public methods are its operations, found by name without regard to case; where allowed, its state's
/// methods too. "delete" clears the state if no method has that name. The state is saved after each operation that succeeds.
/// </summary>
public abstract class TaskEntity<TState> : ITaskEntity
{
    protected virtual bool AllowStateDispatch => false;

    protected TState State { get; set; } = default!;

    protected TaskEntityContext Context { get; private set; } = null!;

    public ValueTask<object?> RunAsync(TaskEntityOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        Context = operation.Context;
        State = operation.State.GetState(typeof(TState)) is { } saved ? (TState)saved : InitializeState(operation);

        if (EntityMethod.Find(this, operation.Name) is { } own)
        {
            return own.InvokeAsync(operation, () => State);
        }

        if (AllowStateDispatch)
        {
            object target = State ?? throw new InvalidOperationException($"{operation}: the operation would go to the state, which is null.");
            if (EntityMethod.Find(target, operation.Name) is { } ofState)
            {
                return ofState.InvokeAsync(operation, () => State);
            }
        }

        if (string.Equals(operation.Name, "delete", StringComparison.OrdinalIgnoreCase))
        {
            operation.State.SetState(null);
            return default;
        }

        throw new NotSupportedException($"No suitable method found for entity operation '{operation}'.");
    }

    protected virtual TState InitializeState(TaskEntityOperation entityOperation)
        => (TState)Activator.CreateInstance(Nullable.GetUnderlyingType(typeof(TState)) ?? typeof(TState))!;
}
