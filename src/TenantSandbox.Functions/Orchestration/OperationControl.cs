using Microsoft.DurableTask;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Orchestration;

/// <summary>
/// What operators do to a running operation: cancel it, or skip the step that it is blocked in. Every wait of an operation goes
/// through here, so that none of them outlasts a cancel.
/// </summary>
internal sealed class OperationControl(TaskOrchestrationContext context)
{
    /// <summary>The error code of an operation that was canceled.</summary>
    public const string CanceledCode = "Canceled";

    private readonly Task<OperatorCommand> _cancel = context.WaitForExternalEvent<OperatorCommand>(OperatorCommand.CancelEvent);
    private Task<OperatorCommand> _skip = context.WaitForExternalEvent<OperatorCommand>(OperatorCommand.SkipEvent);
    private bool _isUndoing;

    /// <summary>From now on the operation undoes its steps or stores its outcome: a cancel changes nothing any more.</summary>
    public void IgnoreCancel() => _isUndoing = true;

    /// <summary>A step begins. A skip that arrived before was meant for an earlier step.</summary>
    /// <exception cref="StepFailedException">The operation was canceled.</exception>
    public void BeginStep()
    {
        if (_skip.IsCompleted)
        {
            _skip = context.WaitForExternalEvent<OperatorCommand>(OperatorCommand.SkipEvent);
        }

        ThrowIfCanceled();
    }

    /// <summary>Waits with a durable timer.</summary>
    /// <exception cref="StepFailedException">The operation was canceled.</exception>
    /// <exception cref="StepSkippedException">The step was skipped.</exception>
    public async Task WaitAsync(TimeSpan delay)
    {
        ThrowIfStopped();
        using var cancellation = new CancellationTokenSource();
        var timer = context.CreateTimer(delay, cancellation.Token);
        if (await Task.WhenAny(Stops(timer)) != timer)
        {
            Cancel(cancellation);
            ThrowIfStopped();
        }
    }

    /// <summary>Waits for an external event.</summary>
    /// <returns>Null when none arrived in time.</returns>
    /// <inheritdoc cref="WaitAsync" path="/exception"/>
    public async Task<T?> WaitForEventAsync<T>(string name, TimeSpan timeout)
        where T : class
    {
        ThrowIfStopped();
        using var cancellation = new CancellationTokenSource();
        var received = context.WaitForExternalEvent<T>(name, cancellation.Token);
        var timer = context.CreateTimer(timeout, cancellation.Token);
        var first = await Task.WhenAny(Stops(received, timer));
        if (first == received)
        {
            Cancel(cancellation);
            return await received;
        }

        // The event's waiter must go, or it would take the event from a later wait.
        Cancel(cancellation);
        if (first != timer)
        {
            ThrowIfStopped();
        }

        return null;
    }

    // CancelAsync runs the callbacks on another thread, and the orchestration would wait for that thread for ever.
#pragma warning disable CA1849
    private static void Cancel(CancellationTokenSource cancellation) => cancellation.Cancel();
#pragma warning restore CA1849

    private Task[] Stops(params Task[] tasks) => _isUndoing ? [.. tasks, _skip] : [.. tasks, _cancel, _skip];

    private void ThrowIfStopped()
    {
        ThrowIfCanceled();
        if (_skip.IsCompletedSuccessfully)
        {
            var command = _skip.Result;
            _skip = context.WaitForExternalEvent<OperatorCommand>(OperatorCommand.SkipEvent);
            throw new StepSkippedException(command);
        }
    }

    private void ThrowIfCanceled()
    {
        if (!_isUndoing && _cancel.IsCompletedSuccessfully)
        {
            throw new StepFailedException(TenantError.Create(null, CanceledCode, $"Canceled by {_cancel.Result.Actor}: {_cancel.Result.Reason}"));
        }
    }
}

/// <summary>A person ended a step as accepted.</summary>
/// <param name="command">Who, and why.</param>
internal sealed class StepSkippedException(OperatorCommand command) : Exception($"Skipped by {command.Actor}: {command.Reason}")
{
    /// <summary>Who, and why.</summary>
    public OperatorCommand Command { get; } = command;
}
