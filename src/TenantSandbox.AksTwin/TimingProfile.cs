namespace TenantSandbox.AksTwin;

/// <summary>
/// Durations of what the twin simulates. The defaults are realistic: node times from the AKS team's one-node scale-out benchmark
/// (P50 53 s), Kata sandbox times from public measurements (6 to 13 s). The others are estimates, because nothing is published.
/// </summary>
public sealed record TimingProfile
{
    public string Name { get; init; } = "realistic";

    /// <summary>From the PUT of a new agent pool until its VM scale set exists; <see cref="NodeBoot"/> is added to it.</summary>
    public TimeSpan PoolCreate { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>An update of a pool that adds no node.</summary>
    public TimeSpan PoolUpdate { get; init; } = TimeSpan.FromSeconds(20);

    public TimeSpan PoolDelete { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Reimaging one node.</summary>
    public TimeSpan NodeReimage { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>From the creation of a VM until its node is registered.</summary>
    public TimeSpan NodeBoot { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>From registration until the node is Ready.</summary>
    public TimeSpan NodeReady { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Delay between a pod becoming unschedulable and the next autoscaler scan.</summary>
    public TimeSpan ScaleUpScan { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a node must be idle before the autoscaler removes it.</summary>
    public TimeSpan ScaleDownUnneeded { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan ImagePull { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Sandbox start of a pod under runc.</summary>
    public TimeSpan SandboxStart { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Sandbox start (VM boot) of a pod under Kata.</summary>
    public TimeSpan KataSandboxStart { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>From a container's start until its readiness probe passes.</summary>
    public TimeSpan ReadinessDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From the claim of a volume, or the choice of a node for it, until the volume is bound.</summary>
    public TimeSpan VolumeProvision { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a container runs that is meant to complete: an init container, or one of a pod that isn't always restarted.
    /// </summary>
    public TimeSpan ContainerRun { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>First delay before a container or a pod of a Job is restarted after a failure; it doubles with each failure.</summary>
    public TimeSpan RestartBackOff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From a pod's deletion until it is removed, unless its grace period is shorter.</summary>
    public TimeSpan PodTermination { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Delay before the namespace controller deletes the content of a terminating namespace.</summary>
    public TimeSpan NamespaceSweep { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Retry-After of asynchronous ARM responses; rounded up to whole seconds.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(10);

    public static TimingProfile Realistic { get; } = new();

    /// <summary>
    /// Every duration is zero, so the first poll finds an operation completed. Only <see cref="ScaleDownUnneeded"/> stays as on AKS,
    /// or a new autoscaled pool would lose its nodes before the first pod arrives.
    /// </summary>
    public static TimingProfile Instant { get; } = Scaled("instant", 0) with { ScaleDownUnneeded = Realistic.ScaleDownUnneeded };

    /// <summary>The realistic profile, sped up by a factor.</summary>
    public static TimingProfile Accelerated(double factor = 60)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        return Scaled(FormattableString.Invariant($"accelerated x{factor}"), 1 / factor);
    }

    // By reflection, so that a duration added later is scaled too.
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
