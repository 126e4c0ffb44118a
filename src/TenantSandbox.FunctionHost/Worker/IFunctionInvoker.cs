using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Worker;

/// <summary>Runs functions in the worker process.</summary>
internal interface IFunctionInvoker
{
    /// <summary>
    /// Sends the trigger's value to the worker, with the function's other inputs, and waits for the result; while the worker
    /// restarts, the invocation waits for it.
    /// </summary>
    /// <param name="function">The function to run.</param>
    /// <param name="triggerInput">The value for the trigger's parameter.</param>
    /// <param name="triggerMetadata">The trigger's metadata by name, without the trigger's value.</param>
    /// <param name="cancellationToken">Cancels the function's own token; the function may still succeed.</param>
    /// <exception cref="FunctionInvocationException">The function failed, or the worker exited while it ran.</exception>
    /// <exception cref="FunctionTimeoutException">The function ran longer than functionTimeout; the worker is restarted.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the function started, or the function stopped because of it.</exception>
    Task<InvocationResult> InvokeAsync(
        FunctionDefinition function,
        TypedData triggerInput,
        IReadOnlyDictionary<string, TypedData> triggerMetadata,
        CancellationToken cancellationToken);
}

/// <summary>What a function gave back.</summary>
/// <param name="ReturnValue">Its return value; null if it has none.</param>
/// <param name="Outputs">Its output bindings by name.</param>
internal sealed record InvocationResult(TypedData? ReturnValue, IReadOnlyDictionary<string, TypedData> Outputs);
