using System.Text.Json.Serialization;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>An agent pool and its nodes. Public properties are persisted as JSON. Guarded by the lock of its cluster.</summary>
internal sealed class AgentPool
{
    public required string Name { get; init; }

    /// <summary>The <c>properties</c> of the ARM resource, read-only ones included.</summary>
    public required JsonObject Properties { get; set; }

    public List<PoolNode> Nodes { get; init; } = [];

    public int NextNode { get; set; }

    /// <summary>The operation in progress, or null.</summary>
    [JsonPropertyName("Running")]
    public PoolOperation? RunningOperation { get; set; }

    public string? this[string property] => Properties.GetString(property);

    internal string ProvisioningState { get => this["provisioningState"] ?? ""; set => Properties["provisioningState"] = value; }

    internal bool IsAutoscaled => Properties.GetBoolean("enableAutoScaling") is true;

    internal int Count => GetInteger("count");

    internal VmSize VmSize => VmSize.Find(this["vmSize"]!)!;

    internal int VCpus => Count * VmSize.VCpus;

    internal static bool IsKata(JsonObject properties) => properties.GetString("workloadRuntime") == "KataVmIsolation";

    /// <summary>The newest node image version: AKS publishes weekly, here every Thursday; Kata pools have their own images.</summary>
    internal string LatestNodeImage(DateTimeOffset now)
    {
        var thursday = now.UtcDateTime.AddDays(-(((int)now.UtcDateTime.DayOfWeek - (int)DayOfWeek.Thursday + 7) % 7));
        var family = this["osSKU"]!.StartsWith("Ubuntu", StringComparison.Ordinal) ? "AKSUbuntu-2404gen2containerd"
            : IsKata(Properties) ? "AKSAzureLinux-V3katagen2" : "AKSAzureLinux-V3gen2";
        return string.Create(CultureInfo.InvariantCulture, $"{family}-{thursday:yyyyMM.dd}.0");
    }

    internal int GetInteger(string property) => (int?)Properties.GetInteger(property) ?? 0;

    /// <summary>The pool as an <c>agentPoolProfile</c> of the managed cluster.</summary>
    internal JsonObject ToProfile() =>
        new(Properties.Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())).Append(new("name", Name)));

    /// <param name="clusterId">Resource id of the managed cluster.</param>
    internal JsonObject ToResource(string clusterId) => JsonTemplate.Fill(
        $$"""
        {"id":{{$"{clusterId}/agentPools/{Name}"}}, "name":{{Name}}, "type":"Microsoft.ContainerService/managedClusters/agentPools",
        "properties":{{Properties}} }
        """);
}

/// <summary>A VM of a pool. It becomes a Kubernetes node when it has booted.</summary>
internal sealed record PoolNode(string Name, string? Zone, DateTimeOffset BootedAt, bool NeverReady)
{
    /// <summary>Whether this process has registered it with Kubernetes.</summary>
    internal bool IsRegistered { get; set; }

    /// <summary>When the autoscaler first found it idle; null while it is in use.</summary>
    internal DateTimeOffset? IdleSince { get; set; }
}

/// <summary>An asynchronous operation on a pool.</summary>
/// <param name="Kind">The <c>provisioningState</c> of the pool while the operation runs, such as Creating.</param>
/// <param name="DueAt">When the operation ends or ended.</param>
/// <param name="Error">The error it ends or ended with; null for success.</param>
internal sealed record PoolOperation(string Id, string Kind, string Pool, DateTimeOffset StartedAt, DateTimeOffset DueAt, JsonObject? Error)
{
    public string Status { get; init; } = "InProgress";

    internal bool IsRunning => Status == "InProgress";

    internal JsonObject ToStatus() => JsonTemplate.Fill(
        $$"""
        {"name":{{Id}}, "status":{{Status}}, "startTime":{{StartedAt}},
        "endTime":{{(IsRunning ? null : DueAt as DateTimeOffset?)}}, "error":{{(IsRunning ? null : Error)}} }
        """);
}
