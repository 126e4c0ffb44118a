namespace TenantSandbox.AksTwin;

/// <summary>What a twin is made of. Everything has a default, so <c>new TwinOptions()</c> is one instant cluster in memory.</summary>
public sealed record TwinOptions
{
    public string SubscriptionId { get; init; } = "11111111-2222-3333-4444-555555555555";

    public string ResourceGroup { get; init; } = "rg-tenant-sandbox";

    /// <summary>The clusters that exist; they are never made or deleted over ARM.</summary>
    public IReadOnlyList<TwinCluster> Clusters { get; init; } = [new()];

    /// <summary>How long things take.</summary>
    public TimingProfile Timing { get; init; } = TimingProfile.Instant;

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Fixes names, faults by chance and jitter: the same seed and the same calls give the same answers.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Whether the documented token buckets of AKS and of ARM's front door apply; null lets the timing decide, which says yes
    /// only when it is true to life.
    /// </summary>
    public bool? Throttling { get; init; }

    /// <summary>Total vCPUs of one VM family that the subscription may use in a region; a pool beyond it is refused.</summary>
    public int VCpuQuotaPerFamily { get; init; } = 10_000;

    /// <summary>Where the state is kept; null keeps it in memory only.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>Port of the ARM endpoint on 127.0.0.1; 0 takes a free one.</summary>
    public int ArmPort { get; init; }
}

/// <summary>One managed cluster of the twin.</summary>
public sealed record TwinCluster
{
    public string Name { get; init; } = "aks-twin";

    public string Location { get; init; } = "westeurope";

    public string KubernetesVersion { get; init; } = "1.34.2";

}
