using Azure;
using Azure.ResourceManager.ContainerService;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>
/// Sandboxed agent pools on ARM. No call waits for a long-running operation: each returns the state that it found. A pool is changed
/// or deleted only if all its tags and its resource id are those of the pool that is meant.
/// </summary>
internal sealed partial class AgentPools(PoolAddresses addresses, ILogger<AgentPools> logger)
{
    private static readonly PoolObservation Absent = new(PoolCondition.Absent, "not found");

    /// <summary>
    /// Creates the pool if it doesn't exist; repeats the PUT if it failed or lacks a desired field. In progress with an error class
    /// means that the PUT was not accepted: call again. Not ours means that another pool has the name, which is left alone.
    /// </summary>
    /// <exception cref="SandboxException">The request is invalid, or the call failed.</exception>
    [Function(ActivityNames.EnsurePool)]
    public Task<PoolObservation> EnsureAsync([ActivityTrigger] PoolRef pool, CancellationToken cancellationToken) =>
        ObserveAsync($"create agent pool {pool.Name} on cluster {pool.ClusterId}", async () =>
        {
            if (await addresses.FindAsync(pool, cancellationToken) is not { } found)
            {
                // Only if absent: if someone else created a pool of this name meanwhile, the PUT conflicts and the next read tells whose it is.
                var subnets = await addresses.SubnetsOfNewPoolAsync(pool, cancellationToken);
                return await PutAsync(pool, subnets, null, ETag.All.ToString(), cancellationToken);
            }

            if (addresses.Compare(found, pool) == PoolMatch.Other)
            {
                return NotOurs(found, pool);
            }

            return AgentPoolVerdict.NeedsWrite(found, pool)
                ? await PutAsync(pool, PoolSubnets.Of(found), found.ETag?.ToString(), null, cancellationToken)
                : AgentPoolVerdict.Of(found, pool);
        }, cancellationToken);

    /// <summary>Reads the pool and changes nothing.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    [Function(ActivityNames.ReadPool)]
    public Task<PoolObservation> ReadAsync([ActivityTrigger] PoolRef pool, CancellationToken cancellationToken) =>
        ObserveAsync($"read agent pool {pool.Name} on cluster {pool.ClusterId}", async () =>
            await addresses.FindAsync(pool, cancellationToken) is not { } found ? Absent
            : addresses.Compare(found, pool) == PoolMatch.Other ? NotOurs(found, pool)
            : AgentPoolVerdict.Of(found, pool), cancellationToken);

    /// <summary>Requests deletion unless the pool is being deleted or is absent.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    [Function(ActivityNames.DeletePool)]
    public Task<PoolObservation> DeleteAsync([ActivityTrigger] PoolRef pool, CancellationToken cancellationToken) =>
        ObserveAsync($"delete agent pool {pool.Name} on cluster {pool.ClusterId}", async () =>
        {
            if (await addresses.FindAsync(pool, cancellationToken) is not { } found)
            {
                return Absent;
            }

            if (addresses.Compare(found, pool) == PoolMatch.Other)
            {
                return NotOurs(found, pool);
            }

            if (found.ProvisioningState == "Deleting")
            {
                return AgentPoolVerdict.Of(found, pool);
            }

            // The ETag ensures that only the pool that was read is deleted; older API versions have none.
            var operation = await addresses.Resource(pool)
                .DeleteAsync(WaitUntil.Started, ignorePodDisruptionBudget: null, ifMatch: found.ETag?.ToString(), cancellationToken);
            LogDeleting(pool.Name, pool.ClusterId);
            return operation.HasCompleted ? Absent : Started("Deleting", operation.GetRawResponse()) with { IsDeleting = true };
        }, cancellationToken);

    /// <summary>Adds the installation's tag to a pool that an older version made. Changes nothing if the pool has it, is busy or isn't ours.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    [Function(ActivityNames.TagPool)]
    public Task<PoolObservation> TagAsync([ActivityTrigger] PoolRef pool, CancellationToken cancellationToken) =>
        ObserveAsync($"tag agent pool {pool.Name} on cluster {pool.ClusterId}", async () =>
        {
            if (await addresses.FindAsync(pool, cancellationToken) is not { } found)
            {
                return Absent;
            }

            var match = addresses.Compare(found, pool);
            if (match == PoolMatch.Other)
            {
                return NotOurs(found, pool);
            }

            if (match == PoolMatch.Same || found.ProvisioningState != "Succeeded")
            {
                return AgentPoolVerdict.Of(found, pool);
            }

            foreach (var (name, value) in addresses.MarksOf(pool).ToTags())
            {
                found.Tags[name] = value;
            }

            var operation = await addresses.Resource(pool)
                .UpdateAsync(WaitUntil.Started, found, ifMatch: found.ETag?.ToString(), ifNoneMatch: null, cancellationToken);
            LogTagged(pool.Name, pool.ClusterId);
            return Started("Updating", operation.GetRawResponse());
        }, cancellationToken);

    private static PoolObservation Started(string state, Response response) => new(
        PoolCondition.InProgress, state, AzureFailures.RetryAfter(response) is { } wait ? (int)wait.TotalSeconds : null);

    private PoolObservation NotOurs(ContainerServiceAgentPoolData found, PoolRef pool)
    {
        var whose = PoolMarks.Read(found.Tags).Describe();
        LogNotOurs(pool.Name, pool.ClusterId, whose);
        return new PoolObservation(
            PoolCondition.NotOurs,
            $"generation {pool.Generation} does not exist; the pool of this name on cluster {pool.ClusterId} is {whose}, and was not changed");
    }

    private async Task<PoolObservation> PutAsync(
        PoolRef pool, PoolSubnets subnets, string? ifMatch, string? ifNoneMatch, CancellationToken cancellationToken)
    {
        var operation = await addresses.PoolsOf(pool).CreateOrUpdateAsync(
            WaitUntil.Started, pool.Name, AgentPoolBody.Of(pool, addresses.MarksOf(pool), subnets), ifMatch, ifNoneMatch, cancellationToken);
        LogWritten(pool.Name, pool.ClusterId, pool.Generation);
        return operation is { HasCompleted: true, HasValue: true }
            ? AgentPoolVerdict.Of(operation.Value.Data, pool)
            : Started("Creating", operation.GetRawResponse());
    }

    private static async Task<PoolObservation> ObserveAsync(
        string what, Func<Task<PoolObservation>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (AzureFailures.IsFailure(e, cancellationToken))
        {
            var failure = AzureFailures.Translate(e, what);
            return NotAccepted(failure) ?? throw failure;
        }
    }

    // Throttled or conflicting: the call was not accepted, and the orchestration makes it again after a durable wait.
    private static PoolObservation? NotAccepted(SandboxException failure) => failure.ErrorClass switch
    {
        ErrorClass.Throttled or ErrorClass.Conflict => new PoolObservation(
            PoolCondition.InProgress,
            failure.Message,
            (failure as ThrottledException)?.RetryAfter is { } wait ? (int)Math.Ceiling(wait.TotalSeconds) : null,
            failure.ErrorClass,
            failure.Code),
        _ => null,
    };

    [LoggerMessage(LogLevel.Information, "Agent pool {Pool} on cluster {ClusterId}, generation {Generation}, was written by PUT.")]
    private partial void LogWritten(string pool, string clusterId, long generation);

    [LoggerMessage(LogLevel.Information, "Deletion of agent pool {Pool} on cluster {ClusterId} was requested.")]
    private partial void LogDeleting(string pool, string clusterId);

    [LoggerMessage(LogLevel.Information, "Agent pool {Pool} on cluster {ClusterId} is tagged with the installation.")]
    private partial void LogTagged(string pool, string clusterId);

    [LoggerMessage(LogLevel.Warning, "Agent pool {Pool} on cluster {ClusterId} is {Whose}; it was not changed.")]
    private partial void LogNotOurs(string pool, string clusterId, string whose);
}
