using System.Text.Json.Serialization;

namespace TenantSandbox.Core.Placement;

/// <summary>ARM's write budget as a leaky bucket: one instant says all (generic cell rate algorithm).</summary>
/// <param name="Total">Writes planned since the cluster was first used.</param>
/// <param name="FullAt">When the bucket will be full again if nothing more is written; null when nothing was.</param>
public sealed record WriteBudget(
    [property: JsonPropertyName("total")] long Total,
    [property: JsonPropertyName("fullAt")] DateTimeOffset? FullAt)
{
    /// <summary>Plans one write: when it may be made at the earliest, and the budget after it.</summary>
    public (WriteBudget After, DateTimeOffset NotBefore) Spend(DateTimeOffset now, OperationTiming timing)
    {
        ArgumentNullException.ThrowIfNull(timing);
        var refill = TimeSpan.FromSeconds(timing.WriteRefillSeconds);
        var fullAt = (FullAt is { } at && at > now ? at : now) + refill;
        var earliest = fullAt - (refill * Math.Max(1, timing.WriteBurst));
        return (new(Total + 1, fullAt), earliest > now ? earliest : now);
    }
}
