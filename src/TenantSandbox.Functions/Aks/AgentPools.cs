using Azure;
using Azure.ResourceManager;
using Azure.ResourceManager.ContainerService;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Pools;

namespace TenantSandbox.Functions.Aks;

/// <summary>Sandboxed agent pools over ARM. No call waits for a long-running operation: each returns what it saw.</summary>
internal sealed partial class AgentPools(
    ArmClient arm, ClusterDirectory clusters, IOptions<TenantSandboxOptions> options, ILogger<AgentPools> logger)
{
    private string Owner => options.Value.Owner;

    /// <summary>
    /// Makes the pool unless it is there; writes it again when it failed or lacks a field. In progress with an error class means that
    /// the write was not accepted yet: call again.
    /// </summary>
    /// <exception cref="InvalidException">A pool of that name exists that isn't this one, or the request is wrong.</exception>
    /// <exception cref="SandboxException">The call failed.</exception>
    public Task<PoolObservation> EnsureAsync(PoolRef pool, CancellationToken cancellationToken) =>
        ObserveAsync($"make agent pool {pool.Name} on cluster {pool.ClusterId}", async () =>
        {
            var pools = Pools(pool);
            if (await FindAsync(pools, pool, cancellationToken).ConfigureAwait(false) is not { } found)
            {
                // Never written over: if another made a pool of this name meanwhile, this is a conflict and the next look says whose.
                return await PutAsync(pools, pool, null, ETag.All.ToString(), cancellationToken).ConfigureAwait(false);
            }

            if (!PoolTags.AreOf(found.Tags, pool, Owner))
            {
                throw new InvalidException(
                    "PoolNotOwned",
                    $"agent pool {pool.Name} on cluster {pool.ClusterId} exists and is {PoolTags.Describe(found.Tags)}, not generation "
                    + $"{pool.Generation} of {Owner}; it is left alone");
            }

            return AgentPoolVerdict.NeedsWrite(found, pool)
                ? await PutAsync(pools, pool, found.ETag?.ToString(), null, cancellationToken).ConfigureAwait(false)
                : AgentPoolVerdict.Of(found, pool);
        }, cancellationToken);

    /// <summary>Reads the pool and changes nothing.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    public Task<PoolObservation> ReadAsync(PoolRef pool, CancellationToken cancellationToken) =>
        ObserveAsync($"read agent pool {pool.Name} on cluster {pool.ClusterId}", async () =>
            await FindAsync(Pools(pool), pool, cancellationToken).ConfigureAwait(false) is not { } found ? Absent
            : PoolTags.AreOf(found.Tags, pool, Owner) ? AgentPoolVerdict.Of(found, pool)
            : NotOurs(found, pool), cancellationToken);

    /// <summary>Asks for deletion unless it is under way or done.</summary>
    /// <exception cref="SandboxException">The call failed.</exception>
    public Task<PoolObservation> DeleteAsync(PoolRef pool, CancellationToken cancellationToken) =>
        ObserveAsync($"delete agent pool {pool.Name} on cluster {pool.ClusterId}", async () =>
        {
            if (await FindAsync(Pools(pool), pool, cancellationToken).ConfigureAwait(false) is not { } found)
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

            // The tag makes sure that what goes is what was looked at; older API versions sent none.
            var operation = await Resource(pool)
                .DeleteAsync(WaitUntil.Started, ignorePodDisruptionBudget: null, ifMatch: found.ETag?.ToString(), cancellationToken)
                .ConfigureAwait(false);
            LogDeleting(pool.Name, pool.ClusterId);
            return operation.HasCompleted ? Absent : Started("Deleting", operation.GetRawResponse());
        }, cancellationToken);

    private static readonly PoolObservation Absent = new(PoolCondition.Absent, "not found");

    private static PoolObservation Started(string state, Response response) => new(
        PoolCondition.InProgress, state, ArmFailures.RetryAfter(response) is { } wait ? (int)wait.TotalSeconds : null);

    private PoolObservation NotOurs(ContainerServiceAgentPoolData found, PoolRef pool)
    {
        var whose = PoolTags.Describe(found.Tags);
        LogNotOurs(pool.Name, pool.ClusterId, whose);
        return new PoolObservation(PoolCondition.Absent, $"generation {pool.Generation} isn't there; the pool of this name is {whose}");
    }

    private async Task<PoolObservation> PutAsync(
        ContainerServiceAgentPoolCollection pools, PoolRef pool, string? ifMatch, string? ifNoneMatch, CancellationToken cancellationToken)
    {
        var operation = await pools.CreateOrUpdateAsync(
            WaitUntil.Started, pool.Name, AgentPoolBody.Of(pool, Owner), ifMatch, ifNoneMatch, cancellationToken).ConfigureAwait(false);
        LogWritten(pool.Name, pool.ClusterId, pool.Generation);
        return operation is { HasCompleted: true, HasValue: true }
            ? AgentPoolVerdict.Of(operation.Value.Data, pool)
            : Started("Creating", operation.GetRawResponse());
    }

    private static async Task<ContainerServiceAgentPoolData?> FindAsync(
        ContainerServiceAgentPoolCollection pools, PoolRef pool, CancellationToken cancellationToken)
    {
        var found = await pools.GetIfExistsAsync(pool.Name, cancellationToken).ConfigureAwait(false);
        return found.HasValue ? found.Value!.Data : null;
    }

    private static async Task<PoolObservation> ObserveAsync(
        string what, Func<Task<PoolObservation>> look, CancellationToken cancellationToken)
    {
        try
        {
            return await look().ConfigureAwait(false);
        }
        catch (Exception e) when (ArmFailures.IsFailure(e, cancellationToken))
        {
            var failure = ArmFailures.Translate(e, what);
            return ArmFailures.AsObservation(failure) ?? throw failure;
        }
    }

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

    [LoggerMessage(LogLevel.Information, "Agent pool {Pool} on cluster {ClusterId}, generation {Generation}, was written.")]
    private partial void LogWritten(string pool, string clusterId, long generation);

    [LoggerMessage(LogLevel.Information, "Deletion of agent pool {Pool} on cluster {ClusterId} was asked for.")]
    private partial void LogDeleting(string pool, string clusterId);

    [LoggerMessage(LogLevel.Warning, "Agent pool {Pool} on cluster {ClusterId} is {Whose}; it is left alone.")]
    private partial void LogNotOurs(string pool, string clusterId, string whose);
}
