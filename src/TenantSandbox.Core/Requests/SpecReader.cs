namespace TenantSandbox.Core.Requests;

/// <summary>Reads the desired state out of a request.</summary>
internal static class SpecReader
{
    private static readonly TextRule ExpiresAtRule = new("a date and time with its offset, like \"2027-01-31T12:00:00Z\"", 40);
    private static readonly TextRule TimeToLiveRule = new("a duration, like \"PT8H\" or \"P30D\"", 40);

    /// <summary>The names that belong to the desired state, beside those of every request.</summary>
    public static readonly string[] Properties = ["tier", "cluster", "region", "expiresAt", "timeToLive", "workloads", "egressAllowList"];

    /// <returns>The state, and the time to live that its expiry was made from, if it was.</returns>
    public static (TenantSpec Spec, TimeSpan? TimeToLive) Read(ObjectReader request, ValidationFaultList faults, DateTimeOffset now)
    {
        var tier = request.Text("tier", TextRules.Any, required: true);
        if (tier is not (null or "pooled" or "dedicated"))
            request.Fault("tier", ValidationFaultCodes.Format, "Must be \"pooled\" or \"dedicated\".");
        var cluster = request.Text("cluster", TextRules.Cluster);
        var region = request.Text("region", TextRules.Region);
        if (request.Has("cluster") && request.Has("region"))
            request.Fault("region", ValidationFaultCodes.Exclusive, "Give \"cluster\" or \"region\", not both.");
        var (expiresAt, timeToLive) = ReadExpiry(request, now);
        var spec = new TenantSpec(
            tier == "dedicated" ? TenantTier.Dedicated : TenantTier.Pooled,
            cluster,
            region,
            expiresAt,
            WorkloadReader.Read(request, faults),
            EgressReader.Read(request, faults));
        return (spec, timeToLive);
    }

    private static (DateTimeOffset? ExpiresAt, TimeSpan? TimeToLive) ReadExpiry(ObjectReader request, DateTimeOffset now)
    {
        DateTimeOffset? expiresAt = null;
        if (request.Text("expiresAt", ExpiresAtRule) is { } point)
        {
            expiresAt = Expiry.PointInTime(point);
            if (expiresAt is null)
                request.Fault("expiresAt", ValidationFaultCodes.Format, $"Must be {ExpiresAtRule.Expectation}.");
        }

        TimeSpan? timeToLive = null;
        if (request.Text("timeToLive", TimeToLiveRule) is { } duration)
        {
            timeToLive = Expiry.Duration(duration);
            if (timeToLive is null)
                request.Fault("timeToLive", ValidationFaultCodes.Format, $"Must be {TimeToLiveRule.Expectation}, of weeks, or of days, hours, minutes and seconds.");
            else if (timeToLive < RequestLimits.MinTimeToLive || timeToLive > RequestLimits.MaxTimeToLive)
                request.Fault("timeToLive", ValidationFaultCodes.Range, "Must be from one minute (PT1M) to ten years (P3650D).");
            else
                expiresAt ??= now.ToUniversalTime() + timeToLive;
        }

        if (request.Has("expiresAt") && request.Has("timeToLive"))
            request.Fault("timeToLive", ValidationFaultCodes.Exclusive, "Give \"expiresAt\" or \"timeToLive\", not both.");
        return (expiresAt, timeToLive);
    }
}
