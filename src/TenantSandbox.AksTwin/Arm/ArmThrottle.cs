namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// The documented token buckets: those of ARM per subscription (request-limits-and-throttling), then those of AKS per kind of call
/// (quotas-skus-regions, 2026-08).
/// </summary>
internal sealed class ArmThrottle(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (double Tokens, long At)> _buckets = [];

    /// <summary>Takes a token from each bucket that applies to the call.</summary>
    /// <exception cref="ArmException">429: a bucket is empty.</exception>
    public void Acquire(ArmRequest call)
    {
        lock (_gate)
        {
            Acquire("SubscriptionRequestsThrottled", call.Http.Request.Method switch
            {
                "GET" => ("front reads", 250, 25),
                "DELETE" => ("front deletes", 200, 10),
                _ => ("front writes", 200, 10),
            });
            Acquire("Throttled", call.CallName switch
            {
                "arm.agentPools.put" => ($"put {call["cluster"]}/{call.Pool}", 20, 1 / 60.0),
                "arm.managedClusters.get" => ($"get {call["cluster"]}", 60, 1),
                "arm.managedClusters.list" => ($"list {call["group"]}", call["group"] is null ? 500 : 60, 1),
                "arm.operations.get" or "arm.operationresults.get" => ("operations", 200, 2),
                _ => ("others", 60, 1),
            });
        }
    }

    private void Acquire(string code, (string Name, double Size, double PerSecond) bucket)
    {
        var now = time.GetTimestamp();
        var (tokens, at) = _buckets.GetValueOrDefault(bucket.Name, (bucket.Size, now));
        tokens = Math.Min(bucket.Size, tokens + time.GetElapsedTime(at, now).TotalSeconds * bucket.PerSecond);
        var wait = (int)Math.Ceiling((1 - tokens) / bucket.PerSecond);
        if (tokens < 1)
        {
            throw new ArmException(429, code, $"The limit of '{bucket.Name}' is reached. Retry in {wait} seconds.") { RetryAfter = wait };
        }

        _buckets[bucket.Name] = (tokens - 1, now);
    }
}
