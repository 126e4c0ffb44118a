namespace TenantSandbox.AksTwin;

/// <summary>How long each thing takes in the twin.</summary>
public sealed record TimingProfile
{
    public string Name { get; init; } = "custom";

    /// <summary>From the PUT of a new agent pool until its VM scale set stands; node boot comes on top.</summary>
    public TimeSpan PoolCreate { get; init; }

    /// <summary>An update of a pool that moves no node.</summary>
    public TimeSpan PoolUpdate { get; init; }

    public TimeSpan PoolDelete { get; init; }

    /// <summary>Reimaging one node.</summary>
    public TimeSpan NodeReimage { get; init; }

    /// <summary>From the order of a VM until its node is registered.</summary>
    public TimeSpan NodeBoot { get; init; }

    /// <summary>From registration until the node is Ready.</summary>
    public TimeSpan NodeReady { get; init; }

    /// <summary>How long the autoscaler takes to notice a pod that fits nowhere.</summary>
    public TimeSpan ScaleUpScan { get; init; }

    /// <summary>How long a node must stand idle before the autoscaler takes it away.</summary>
    public TimeSpan ScaleDownUnneeded { get; init; }

    public TimeSpan ImagePull { get; init; }

    /// <summary>Start of a pod's sandbox under runc.</summary>
    public TimeSpan SandboxStart { get; init; }

    /// <summary>Start of a pod's VM under Kata.</summary>
    public TimeSpan KataSandboxStart { get; init; }

    /// <summary>From a container's start until its readiness probe passes.</summary>
    public TimeSpan ReadinessDelay { get; init; }

    /// <summary>From a pod's deletion until it is gone, unless its grace period is shorter.</summary>
    public TimeSpan PodTermination { get; init; }

    /// <summary>The namespace controller's sweep of a terminating namespace.</summary>
    public TimeSpan NamespaceSweep { get; init; }

    /// <summary>What asynchronous answers carry in Retry-After; whole seconds on the wire, at least 1 unless zero.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>
    /// Nothing takes any time; an operation is finished when it is asked about for the first time. Only idle nodes stay as long
    /// as they do on AKS, or a fresh pool would lose its nodes before the first pod comes.
    /// </summary>
    public static TimingProfile Instant { get; } = new() { Name = "instant", ScaleDownUnneeded = TimeSpan.FromMinutes(10) };

    /// <summary>
    /// Node times from the AKS team's one-node scale-out benchmark (P50 53 s); Kata sandbox times from public measurements
    /// (6 to 13 s); the rest are plain estimates, for nothing is published.
    /// </summary>
    public static TimingProfile TrueToLife { get; } = new()
    {
        Name = "true-to-life",
        PoolCreate = TimeSpan.FromSeconds(100),
        PoolUpdate = TimeSpan.FromSeconds(20),
        PoolDelete = TimeSpan.FromSeconds(120),
        NodeReimage = TimeSpan.FromSeconds(180),
        NodeBoot = TimeSpan.FromSeconds(45),
        NodeReady = TimeSpan.FromSeconds(15),
        ScaleUpScan = TimeSpan.FromSeconds(10),
        ScaleDownUnneeded = TimeSpan.FromMinutes(10),
        ImagePull = TimeSpan.FromSeconds(4),
        SandboxStart = TimeSpan.FromSeconds(1),
        KataSandboxStart = TimeSpan.FromSeconds(7),
        ReadinessDelay = TimeSpan.FromSeconds(2),
        PodTermination = TimeSpan.FromSeconds(5),
        NamespaceSweep = TimeSpan.FromSeconds(6),
        RetryAfter = TimeSpan.FromSeconds(10),
    };

    /// <summary>True to life, sped up by a factor.</summary>
    public static TimingProfile Show(double factor = 60)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
        var t = TrueToLife;
        return new()
        {
            Name = FormattableString.Invariant($"show x{factor}"),
            PoolCreate = t.PoolCreate / factor,
            PoolUpdate = t.PoolUpdate / factor,
            PoolDelete = t.PoolDelete / factor,
            NodeReimage = t.NodeReimage / factor,
            NodeBoot = t.NodeBoot / factor,
            NodeReady = t.NodeReady / factor,
            ScaleUpScan = t.ScaleUpScan / factor,
            ScaleDownUnneeded = t.ScaleDownUnneeded / factor,
            ImagePull = t.ImagePull / factor,
            SandboxStart = t.SandboxStart / factor,
            KataSandboxStart = t.KataSandboxStart / factor,
            ReadinessDelay = t.ReadinessDelay / factor,
            PodTermination = t.PodTermination / factor,
            NamespaceSweep = t.NamespaceSweep / factor,
            RetryAfter = t.RetryAfter / factor,
        };
    }
}
