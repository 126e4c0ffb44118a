using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Orchestration;

namespace TenantSandbox.Functions.Tenants;

/// <summary>Removes everything at several placements: a failure at one doesn't keep the others from being removed.</summary>
internal static class Teardown
{
    /// <returns>One receipt for each placement, in their order.</returns>
    /// <exception cref="StepFailedException">Something is left at one of them; the message has every place.</exception>
    public static async Task<IReadOnlyList<TeardownReceipt>> RemoveAllAsync(OperationRun run, IReadOnlyList<TenantLeftover> targets)
    {
        var receipts = new List<TeardownReceipt>();
        var errors = new List<TenantError>();
        foreach (var target in targets)
        {
            var error = await Saga.AttemptAsync(async () => receipts.Add(await Deprovisioning.RemoveAsync(run, target)));
            if (error is not null)
            {
                run.Placements.Keep(target, error);
                errors.Add(error);
            }
        }

        return errors.Count == 0
            ? receipts
            : throw new StepFailedException(TenantError.Create(
                errors[0].ErrorClass, errors[0].Code, string.Join(" ", errors.Select(e => e.Message).Distinct(StringComparer.Ordinal))));
    }
}
