using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Functions.Requests;

/// <summary>
/// The only way that anything is started. Without being told otherwise, a start under an id that is in use replaces the
/// running instance: a redelivered event would kill a half-done onboarding.
/// </summary>
internal static class StartOnce
{
    /// <summary>
    /// A request that was handed in, or is being, isn't handed in again. One whose orchestration failed or was terminated may
    /// be: the tenant then judges by its own memory.
    /// </summary>
    private static readonly OrchestrationRuntimeStatus[] HandedIn =
    [
        OrchestrationRuntimeStatus.Pending,
        OrchestrationRuntimeStatus.Running,
        OrchestrationRuntimeStatus.Suspended,
        OrchestrationRuntimeStatus.Completed,
    ];

    /// <summary>Hands in a request, once however often it is called with the same identity.</summary>
    /// <returns>Instance id of the orchestration whose output is the <see cref="Core.Tenants.SubmitAnswer"/>.</returns>
    public static async Task<string> StartAsync(
        DurableTaskClient client, RequestIdentity identity, TenantRequest request, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(identity);
        var instanceId = identity.ToInstanceId();
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(SubmitRequestOrchestration),
                new SubmitInput(identity, request, receivedAt),
                new StartOrchestrationOptions(instanceId).WithDedupeStatuses(HandedIn),
                cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // Somebody was faster with the same request; the instance with its answer is there.
        }

        return instanceId;
    }

    /// <summary>For work whose id is never used twice: whatever became of it, it isn't started again under that id.</summary>
    public static StartOrchestrationOptions OptionsFor(string instanceId) =>
        new StartOrchestrationOptions(instanceId).WithDedupeStatuses([.. HandedIn, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated]);
}
