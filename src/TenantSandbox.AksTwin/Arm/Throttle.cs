namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// The documented token buckets: AKS's own per kind of call (quotas-skus-regions, 2026-08) and, before it, ARM's front door per
/// subscription (request-limits-and-throttling).
/// </summary>
internal sealed class Throttle(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (double Tokens, long At)> _buckets = new(StringComparer.Ordinal);

    /// <summary>Takes a token of each bucket that the call draws from, or throws 429.</summary>
    public void Take(ArmCall call)
    {
        lock (_gate)
        {
            Take(call.Method switch
            {
                "GET" => ("front reads", 250, 25),
                "DELETE" => ("front deletes", 200, 10),
                _ => ("front writes", 200, 10),
            }, "SubscriptionRequestsThrottled");
            Take(call.Name switch
            {
                "arm.agentPools.put" => ($"put {call.Cluster}/{call.Pool}", 20, 1 / 60.0),
                "arm.managedClusters.get" => ($"get {call.Cluster}", 60, 1),
                "arm.managedClusters.list" => ($"list {call.ResourceGroup}", call.ResourceGroup is null ? 500 : 60, 1),
                "arm.operations.get" or "arm.operationresults.get" => ("operations", 200, 2),
                _ => ("others", 60, 1),
            }, "Throttled");
        }
    }

    private void Take((string Key, double Size, double PerSecond) bucket, string code)
    {
        var now = time.GetTimestamp();
        var (tokens, at) = _buckets.GetValueOrDefault(bucket.Key, (bucket.Size, now));
        tokens = Math.Min(bucket.Size, tokens + time.GetElapsedTime(at, now).TotalSeconds * bucket.PerSecond);
        if (tokens < 1)
        {
            var wait = (int)Math.Ceiling((1 - tokens) / bucket.PerSecond);
            throw new ArmException(429, code, $"The request is being throttled: the limit of '{bucket.Key}' is reached. Retry after {wait} seconds.")
            {
                RetryAfter = wait,
            };
        }

        _buckets[bucket.Key] = (tokens - 1, now);
    }
}
