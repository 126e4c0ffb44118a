using System.Globalization;
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
    private readonly Stack<Compensation> _compensations = new();

    /// <summary>Registers the compensation of the step that runs next.</summary>
    /// <param name="description">What it does, as an imperative; shown to operators.</param>
    /// <param name="undo">Undoes the step.</param>
    /// <param name="group">
    /// Compensations of one group depend on each other: when one fails, those registered before it are not run, because earlier steps
    /// support later ones (a reservation must not be released while its pods still run). Null for a compensation on its own.
    /// </param>
    /// <param name="isRequired">False when the others of its group don't depend on it.</param>
    public void Register(string description, Func<Task> undo, string? group = null, bool isRequired = true) =>
        _compensations.Push(new(description, undo, group, isRequired));

    /// <summary>Runs the compensations, last step first, and goes on after a failure with those that don't depend on it.</summary>
    /// <returns>Every compensation that failed or was not run, in that order; empty when everything was undone.</returns>
    public async Task<IReadOnlyList<CompensationFailure>> CompensateAsync()
    {
        var failures = new List<CompensationFailure>();
        while (_compensations.TryPop(out var compensation))
        {
            if (compensation.Group is not null && failures.FirstOrDefault(f => f.IsBlocking && f.Group == compensation.Group) is { } blocking)
            {
                failures.Add(new(
                    compensation.Description,
                    compensation.Group,
                    TenantError.Create(blocking.Error.ErrorClass, blocking.Error.Code, $"not tried, because \"{blocking.Description}\" failed"),
                    IsBlocking: false));
                continue;
            }

            progress.BeginStep($"undo: {compensation.Description}");
            var isSkipped = false;
            var error = await AttemptAsync(async () =>
            {
                try
                {
                    await compensation.Undo();
                }
                catch (StepSkippedException e)
                {
                    isSkipped = true;
                    throw new StepFailedException(TenantError.Create(null, "Skipped", e.Message));
                }
            });
            if (error is not null)
            {
                failures.Add(new(compensation.Description, compensation.Group, error, compensation.IsRequired && !isSkipped));
            }
        }

        return failures;
    }

    /// <summary>
    /// Runs steps and returns their failure as an error, whatever its kind: an operation that ends by an exception would
    /// leave its tenant or pool waiting for it for ever. Null when they succeed.
    /// </summary>
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
#pragma warning disable CA1031 // A defect in a step; the operation must still be reported as ended.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return TenantError.Create(null, e.GetType().Name, e.Message);
        }
    }

    private sealed record Compensation(string Description, Func<Task> Undo, string? Group, bool IsRequired);
}

/// <summary>A compensation that failed or was not run.</summary>
/// <param name="Description">What it should have done, as an imperative.</param>
/// <param name="Group">Its group; null for none.</param>
/// <param name="Error">Why.</param>
/// <param name="IsBlocking">Whether the earlier ones of its group could not run.</param>
internal sealed record CompensationFailure(string Description, string? Group, TenantError Error, bool IsBlocking)
{
    /// <summary>The error of an operation whose compensation failed too: its own cause first, then every place where something is left.</summary>
    public static TenantError Combine(TenantError error, IReadOnlyList<CompensationFailure> failures) => failures.Count == 0 ? error : TenantError.Create(
        error.ErrorClass,
        error.Code,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{error.Message} Undoing it failed too: {string.Join("; ", failures.Select(f => $"could not {f.Description}: {f.Error.Message}"))}"));
}
