using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Operations;

/// <summary>
/// The undo side of a saga. An undo is registered before its step runs: a step whose answer was lost may have happened.
/// So each must also cope with there being nothing to undo.
/// </summary>
internal sealed class Compensations(Progress progress)
{
    private readonly Stack<(string Step, Func<Task> Undo)> _undos = new();

    /// <summary>Says how to undo the step that runs next.</summary>
    public void Register(string step, Func<Task> undo) => _undos.Push((step, undo));

    /// <summary>
    /// Undoes everything, last step first. Stops at what can't be undone, because what was there before carries it: room
    /// isn't given free under pods that still run.
    /// </summary>
    /// <returns>Null when everything is undone; else why not.</returns>
    public async Task<TenantError?> RunAsync()
    {
        while (_undos.TryPop(out var undo))
        {
            progress.At($"undo: {undo.Step}");
            if (await AttemptAsync(undo.Undo) is { } error)
            {
                return TenantError.Create(error.ErrorClass, error.Code, $"Could not {undo.Step}: {error.Message}");
            }
        }

        return null;
    }

    /// <summary>Runs steps, and turns every way they can fail into an error; null when they succeed.</summary>
    public static async Task<TenantError?> AttemptAsync(Func<Task> steps)
    {
        try
        {
            await steps();
            return null;
        }
        catch (StepFailedException e)
        {
            return e.Error;
        }
        catch (TaskFailedException e)
        {
            return Failures.Of(e.FailureDetails);
        }
        catch (EntityOperationFailedException e)
        {
            return Failures.Of(e.FailureDetails);
        }
    }
}
