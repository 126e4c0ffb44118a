namespace TenantSandbox.AksTwin;

/// <summary>
/// How long each thing takes in the twin. The values given here are true to life: node times from the AKS team's one-node scale-out
/// benchmark (P50 53 s), Kata sandbox times from public measurements (6 to 13 s); the rest are plain estimates, for nothing is
/// published.
/// </summary>
public sealed record TimingProfile
{
    public string Name { get; init; } = "true-to-life";

    /// <summary>From the PUT of a new agent pool until its VM scale set stands; node boot comes on top.</summary>
    public TimeSpan PoolCreate { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>An update of a pool that moves no node.</summary>
    public TimeSpan PoolUpdate { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan PoolDelete { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Reimaging one node.</summary>
    public TimeSpan NodeReimage { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>From the order of a VM until its node is registered.</summary>
    public TimeSpan NodeBoot { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>From registration until the node is Ready.</summary>
    public TimeSpan NodeReady { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the autoscaler takes to notice a pod that fits nowhere.</summary>
    public TimeSpan ScaleUpScan { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a node must stand idle before the autoscaler takes it away.</summary>
    public TimeSpan ScaleDownUnneeded { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan ImagePull { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Start of a pod's sandbox under runc.</summary>
    public TimeSpan SandboxStart { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Start of a pod's VM under Kata.</summary>
    public TimeSpan KataSandboxStart { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>From a container's start until its readiness probe passes.</summary>
    public TimeSpan ReadinessDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From a pod's deletion until it is gone, unless its grace period is shorter.</summary>
    public TimeSpan PodTermination { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The namespace controller's sweep of a terminating namespace.</summary>
    public TimeSpan NamespaceSweep { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>What asynchronous answers carry in Retry-After; whole seconds on the wire, at least 1 unless zero.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(10);

    public static TimingProfile TrueToLife { get; } = new();

    /// <summary>
    /// Nothing takes any time; an operation is finished when it is asked about for the first time. Only idle nodes stay as long
    /// as they do on AKS, or a fresh pool would lose its nodes before the first pod comes.
    /// </summary>
    public static TimingProfile Instant { get; } = Scaled("instant", 0) with { ScaleDownUnneeded = TrueToLife.ScaleDownUnneeded };

    /// <summary>True to life, sped up by a factor.</summary>
    public static TimingProfile Show(double factor = 60)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        return Scaled(FormattableString.Invariant($"show x{factor}"), 1 / factor);
    }

    // Every duration, also the next one to be added.
    private static TimingProfile Scaled(string name, double scale)
    {
        var profile = new TimingProfile { Name = name };
        foreach (var duration in typeof(TimingProfile).GetProperties().Where(p => p.PropertyType == typeof(TimeSpan)))
        {
            duration.SetValue(profile, (TimeSpan)duration.GetValue(profile)! * scale);
        }

        return profile;
    }
}
