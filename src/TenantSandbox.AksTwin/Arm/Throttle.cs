namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// The documented token buckets: AKS's own per kind of call (quotas-skus-regions, 2026-08) and, before it, ARM's front door per
/// subscription (request-limits-and-throttling).
/// </summary>
internal sealed class Throttle(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (double Tokens, long At)> _buckets = [];

    /// <summary>Takes a token of each bucket that the call draws from, or throws 429.</summary>
    public void Take(ArmCall call)
    {
        lock (_gate)
        {
            Take("SubscriptionRequestsThrottled", call.Http.Request.Method switch
            {
                "GET" => ("front reads", 250, 25),
                "DELETE" => ("front deletes", 200, 10),
                _ => ("front writes", 200, 10),
            });
            Take("Throttled", call.Name switch
            {
                "arm.agentPools.put" => ($"put {call["cluster"]}/{call.Pool}", 20, 1 / 60.0),
                "arm.managedClusters.get" => ($"get {call["cluster"]}", 60, 1),
                "arm.managedClusters.list" => ($"list {call["group"]}", call["group"] is null ? 500 : 60, 1),
                "arm.operations.get" or "arm.operationresults.get" => ("operations", 200, 2),
                _ => ("others", 60, 1),
            });
        }
    }

    private void Take(string code, (string Name, double Size, double PerSecond) bucket)
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
