using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.Functions.Orchestration;

/// <summary>
/// Calls entities with retries. A worker that dies during an entity operation fails the call for good, without any change to
/// the entity; so every call of an entity must be made here, and every operation must be idempotent.
/// </summary>
/// <remarks>
/// Every failure is retried, whatever its class: entities do no I/O, so that a failure is the host's, or a bug that only a
/// deployment can fix.
/// </remarks>
internal static partial class EntityCalls
{
    /// <summary>For calls within an operation, whose failure is compensated: about ten minutes.</summary>
    public static readonly EntityRetry WithinOperation = new(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));

    /// <summary>
    /// For requests that were acknowledged and outcomes that must be stored, where a lost call would leave a tenant or a pool
    /// with an operation that never ends: a day.
    /// </summary>
    public static readonly EntityRetry MustSucceed = new(TimeSpan.FromDays(1), TimeSpan.FromMinutes(5));

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    /// <summary>Calls an operation and returns its result.</summary>
    /// <exception cref="EntityOperationFailedException">The last failure, when the time for retries is used up.</exception>
    public static Task<T> CallEntityAsync<T>(
        this TaskOrchestrationContext context, EntityInstanceId id, string operation, object input, EntityRetry retry) =>
        RetryAsync(context, id, operation, retry, () => context.Entities.CallEntityAsync<T>(id, operation, input));

    /// <summary>Calls an operation that has no result.</summary>
    /// <inheritdoc cref="CallEntityAsync{T}" path="/exception"/>
    public static Task CallEntityAsync(
        this TaskOrchestrationContext context, EntityInstanceId id, string operation, object input, EntityRetry retry) =>
        RetryAsync(context, id, operation, retry, async () =>
        {
            await context.Entities.CallEntityAsync(id, operation, input);
            return true;
        });

    private static async Task<T> RetryAsync<T>(
        TaskOrchestrationContext context, EntityInstanceId id, string operation, EntityRetry retry, Func<Task<T>> call)
    {
        var deadline = context.Now() + retry.Limit;
        for (var delay = FirstDelay; context.Now() < deadline; delay = delay * 2 < retry.MaxDelay ? delay * 2 : retry.MaxDelay)
        {
            try
            {
                return await call();
            }
            catch (EntityOperationFailedException e)
            {
                LogRetry(context.CreateReplaySafeLogger(nameof(EntityCalls)), operation, id, delay, FailureMapping.ToError(e.FailureDetails).Message);
            }

            await context.CreateTimer(Jitter.Add(context, delay), CancellationToken.None);
        }

        return await call();
    }

    [LoggerMessage(LogLevel.Warning, "Operation {Operation} of entity {Entity} failed; it is retried in {Delay}: {Reason}")]
    private static partial void LogRetry(ILogger logger, string operation, EntityInstanceId entity, TimeSpan delay, string reason);
}

/// <summary>How long to retry an entity call.</summary>
/// <param name="Limit">No attempt starts later than one delay after this.</param>
/// <param name="MaxDelay">The longest delay between two attempts; delays double from one second.</param>
internal sealed record EntityRetry(TimeSpan Limit, TimeSpan MaxDelay);
