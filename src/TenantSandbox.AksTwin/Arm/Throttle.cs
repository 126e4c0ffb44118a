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
            var (front, size, perSecond) = call.Route.Method switch
            {
                "GET" => ("front reads", 250, 25),
                "DELETE" => ("front deletes", 200, 10),
                _ => ("front writes", 200, 10),
            };
            Take(front, size, perSecond, "SubscriptionRequestsThrottled");
            var (own, ownSize, ownPerSecond) = call.Route.Name switch
            {
                "arm.agentPools.put" => ($"put {call.ClusterName}/{call.Pool}", 20, 1 / 60.0),
                "arm.managedClusters.get" => ($"get {call.ClusterName}", 60, 1),
                "arm.managedClusters.list" => ($"list {call.Group}", call.Group is null ? 500 : 60, 1),
                "arm.operations.get" or "arm.operationresults.get" => ("operations", 200, 2),
                _ => ("others", 60, 1),
            };
            Take(own, ownSize, ownPerSecond, "Throttled");
        }
    }

    private void Take(string bucket, double size, double perSecond, string code)
    {
        var now = time.GetTimestamp();
        var (tokens, at) = _buckets.GetValueOrDefault(bucket, (size, now));
        tokens = Math.Min(size, tokens + time.GetElapsedTime(at, now).TotalSeconds * perSecond);
        if (tokens < 1)
        {
            var wait = (int)Math.Ceiling((1 - tokens) / perSecond);
            throw new ArmException(code, $"The request is being throttled: the limit of '{bucket}' is reached. Retry after {wait} seconds.", status: 429)
            {
                RetryAfter = wait,
            };
        }

        _buckets[bucket] = (tokens - 1, now);
    }
}
