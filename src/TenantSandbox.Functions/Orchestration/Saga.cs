using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Orchestration;

/// <summary>
/// The compensations of an operation. Register a compensation before its step runs: the step may have taken effect even if
/// its answer was lost. So every compensation must also succeed when there is nothing to undo.
/// </summary>
internal sealed class Saga(OperationProgress progress)
{
    private readonly Stack<(string Description, Func<Task> Undo)> _compensations = new();

    /// <summary>Registers the compensation of the step that runs next.</summary>
    /// <param name="description">What it does, as an imperative; shown to operators.</param>
    /// <param name="undo">Undoes the step.</param>
    public void Register(string description, Func<Task> undo) => _compensations.Push((description, undo));

    /// <summary>
    /// Runs the compensations, last step first. Stops at the first failure, because earlier steps support later ones: a
    /// reservation must not be released while its pods still run.
    /// </summary>
    /// <returns>Null when everything was undone; otherwise why not.</returns>
    public async Task<TenantError?> CompensateAsync()
    {
        while (_compensations.TryPop(out var compensation))
        {
            progress.BeginStep($"undo: {compensation.Description}");
            if (await AttemptAsync(compensation.Undo) is { } error)
            {
                return TenantError.Create(error.ErrorClass, error.Code, $"Could not {compensation.Description}: {error.Message}");
            }
        }

        return null;
    }

    /// <summary>Runs steps and returns their failure as an error; null when they succeed.</summary>
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
            return FailureMapping.ToError(e.FailureDetails);
        }
        catch (EntityOperationFailedException e)
        {
            return FailureMapping.ToError(e.FailureDetails);
        }
    }
}
