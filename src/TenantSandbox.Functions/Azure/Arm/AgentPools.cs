using Azure;
using Azure.ResourceManager;
using Azure.ResourceManager.ContainerService;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>Sandboxed agent pools on ARM. No call waits for a long-running operation: each returns the state that it found.</summary>
internal sealed partial class AgentPools(
    ArmClient arm, ClusterDirectory clusters, IOptions<TenantSandboxOptions> options, ILogger<AgentPools> logger)
{
    private string Owner => options.Value.Owner;

    /// <summary>
    /// Creates the pool if it doesn't exist; repeats the PUT if it failed or lacks a desired field. In progress with an error class
    /// means that the PUT was not accepted: call again.
    /// </summary>
    /// <exception cref="InvalidException">Another pool has this name, or the request is invalid.</exception>
    /// <exception cref="SandboxException">The call failed.</exception>
    [Function(ActivityNames.EnsurePool)]
    public Task<PoolObservation> EnsureAsync([ActivityTrigger] PoolRef pool, CancellationToken cancellationToken) =>
        ObserveAsync($"create agent pool {pool.Name} on cluster {pool.ClusterId}", async () =>
        {
            var pools = Pools(pool);
            if (await FindAsync(pools, pool, cancellationToken) is not { } found)
            {
                // Only if absent: if someone else created a pool of this name meanwhile, the PUT conflicts and the next read tells whose it is.
                return await PutAsync(pools, pool, null, ETag.All.ToString(), cancellationToken);
            }

            if (!PoolTags.AreOf(found.Tags, pool, Owner))
            {
                throw new InvalidException(
                    "PoolNotOwned",
                    $"agent pool {pool.Name} on cluster {pool.ClusterId} exists and is {PoolTags.Describe(found.Tags)}, not generation "
                    + $"{pool.Generation} of {Owner}; it was not changed");
            }

            return AgentPoolVerdict.NeedsWrite(found, pool)
                ? await PutAsync(pools, pool, found.ETag?.ToString(), null, cancellationToken)
                : AgentPoolVerdict.Of(found, pool);
        }, cancellationToken);

    /// <summary>Reads the pool and changes nothing.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    [Function(ActivityNames.ReadPool)]
    public Task<PoolObservation> ReadAsync([ActivityTrigger] PoolRef pool, CancellationToken cancellationToken) =>
        ObserveAsync($"read agent pool {pool.Name} on cluster {pool.ClusterId}", async () =>
            await FindAsync(Pools(pool), pool, cancellationToken) is not { } found ? Absent
            : PoolTags.AreOf(found.Tags, pool, Owner) ? AgentPoolVerdict.Of(found, pool)
            : NotOurs(found, pool), cancellationToken);

    /// <summary>Requests deletion unless the pool is being deleted or is absent.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    [Function(ActivityNames.DeletePool)]
    public Task<PoolObservation> DeleteAsync([ActivityTrigger] PoolRef pool, CancellationToken cancellationToken) =>
        ObserveAsync($"delete agent pool {pool.Name} on cluster {pool.ClusterId}", async () =>
        {
            if (await FindAsync(Pools(pool), pool, cancellationToken) is not { } found)
            {
                return Absent;
            }

            if (!PoolTags.AreOf(found.Tags, pool, Owner))
            {
                return NotOurs(found, pool);
            }

            if (found.ProvisioningState == "Deleting")
            {
                return new PoolObservation(PoolCondition.InProgress, found.ProvisioningState);
            }

            // The ETag ensures that only the pool that was read is deleted; older API versions have none.
            var operation = await Resource(pool)
                .DeleteAsync(WaitUntil.Started, ignorePodDisruptionBudget: null, ifMatch: found.ETag?.ToString(), cancellationToken);
            LogDeleting(pool.Name, pool.ClusterId);
            return operation.HasCompleted ? Absent : Started("Deleting", operation.GetRawResponse());
        }, cancellationToken);

    private static readonly PoolObservation Absent = new(PoolCondition.Absent, "not found");

    private static PoolObservation Started(string state, Response response) => new(
        PoolCondition.InProgress, state, AzureFailures.RetryAfter(response) is { } wait ? (int)wait.TotalSeconds : null);

    private PoolObservation NotOurs(ContainerServiceAgentPoolData found, PoolRef pool)
    {
        var whose = PoolTags.Describe(found.Tags);
        LogNotOurs(pool.Name, pool.ClusterId, whose);
        return new PoolObservation(PoolCondition.Absent, $"generation {pool.Generation} does not exist; the pool of this name is {whose}");
    }

    private async Task<PoolObservation> PutAsync(
        ContainerServiceAgentPoolCollection pools, PoolRef pool, string? ifMatch, string? ifNoneMatch, CancellationToken cancellationToken)
    {
        var operation = await pools.CreateOrUpdateAsync(
            WaitUntil.Started, pool.Name, AgentPoolBody.Of(pool, Owner), ifMatch, ifNoneMatch, cancellationToken);
        LogWritten(pool.Name, pool.ClusterId, pool.Generation);
        return operation is { HasCompleted: true, HasValue: true }
            ? AgentPoolVerdict.Of(operation.Value.Data, pool)
            : Started("Creating", operation.GetRawResponse());
    }

    private static async Task<ContainerServiceAgentPoolData?> FindAsync(
        ContainerServiceAgentPoolCollection pools, PoolRef pool, CancellationToken cancellationToken)
    {
        var found = await pools.GetIfExistsAsync(pool.Name, cancellationToken);
        return found.HasValue ? found.Value!.Data : null;
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

    private ContainerServiceAgentPoolCollection Pools(PoolRef pool)
    {
        var cluster = clusters.Get(pool.ClusterId);
        var id = ContainerServiceManagedClusterResource.CreateResourceIdentifier(cluster.SubscriptionId, cluster.ResourceGroup, cluster.Name);
        return arm.GetContainerServiceManagedClusterResource(id).GetContainerServiceAgentPools();
    }

    private ContainerServiceAgentPoolResource Resource(PoolRef pool)
    {
        var cluster = clusters.Get(pool.ClusterId);
        return arm.GetContainerServiceAgentPoolResource(ContainerServiceAgentPoolResource.CreateResourceIdentifier(
            cluster.SubscriptionId, cluster.ResourceGroup, cluster.Name, pool.Name));
    }

    [LoggerMessage(LogLevel.Information, "Agent pool {Pool} on cluster {ClusterId}, generation {Generation}, was written by PUT.")]
    private partial void LogWritten(string pool, string clusterId, long generation);

    [LoggerMessage(LogLevel.Information, "Deletion of agent pool {Pool} on cluster {ClusterId} was requested.")]
    private partial void LogDeleting(string pool, string clusterId);

    [LoggerMessage(LogLevel.Warning, "Agent pool {Pool} on cluster {ClusterId} is {Whose}; it was not changed.")]
    private partial void LogNotOurs(string pool, string clusterId, string whose);
}
