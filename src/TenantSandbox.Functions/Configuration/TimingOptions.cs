namespace TenantSandbox.Functions.Configuration;

/// <summary>Polling delays and timeouts, in seconds.</summary>
internal sealed class TimingOptions
{
    public double PollMinSeconds { get; set; } = 5;

    public double PollMaxSeconds { get; set; } = 60;

    public int PoolCreateSeconds { get; set; } = 20 * 60;

    public int PoolDeleteSeconds { get; set; } = 20 * 60;

    public int RolloutSeconds { get; set; } = 10 * 60;

    public int NamespaceDeleteSeconds { get; set; } = 10 * 60;

    /// <summary>Burst of pool writes for one cluster.</summary>
    public int WriteBurst { get; set; } = 60;

    /// <summary>Seconds until one more pool write is allowed.</summary>
    public int WriteRefillSeconds { get; set; } = 1;

    /// <summary>How long one activity watches before it returns; well below the host's function timeout.</summary>
    public int WatchSeconds { get; set; } = 20;
}
