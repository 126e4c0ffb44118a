namespace TenantSandbox.AksTwin.Arm;

/// <summary>One agent pool and the machines it has. What is public is kept; its cluster's lock guards it.</summary>
internal sealed class AgentPool
{
    public required string Name { get; init; }

    /// <summary>The wire's properties, with those that only the service writes.</summary>
    public required JsonObject Properties { get; set; }

    public List<PoolNode> Nodes { get; init; } = [];

    public int NextNode { get; set; }

    /// <summary>The operation that runs, or null.</summary>
    public PoolOperation? Running { get; set; }

    public string? this[string property] => Properties.Text(property);

    internal string State { get => this["provisioningState"] ?? ""; set => Properties["provisioningState"] = value; }

    internal bool IsAutoscaled => Properties.Flag("enableAutoScaling") is true;

    internal int Count => Number("count");

    internal VmSize Size => VmSize.Find(this["vmSize"]!)!;

    internal int VCpus => Count * Size.VCpus;

    /// <summary>Node images come out weekly; the newest is the one of the last Thursday, and Kata pools have images of their own.</summary>
    internal string NewestImage(DateTimeOffset now)
    {
        var thursday = now.UtcDateTime.AddDays(-(((int)now.UtcDateTime.DayOfWeek - (int)DayOfWeek.Thursday + 7) % 7));
        var family = this["osSKU"]!.StartsWith("Ubuntu", StringComparison.Ordinal) ? "AKSUbuntu-2404gen2containerd"
            : AgentPoolRules.IsKata(Properties) ? "AKSAzureLinux-V3katagen2" : "AKSAzureLinux-V3gen2";
        return string.Create(CultureInfo.InvariantCulture, $"{family}-{thursday:yyyyMM.dd}.0");
    }

    internal int Number(string property) => (int?)Properties.Number(property) ?? 0;

    /// <summary>The pool as its cluster shows it.</summary>
    internal JsonObject Profile() =>
        new(Properties.Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())).Append(new("name", Name)));

    internal JsonObject View(string cluster) => Json.Of(
        $$"""
        {"id":{{$"{cluster}/agentPools/{Name}"}}, "name":{{Name}}, "type":"Microsoft.ContainerService/managedClusters/agentPools",
        "properties":{{Properties}} }
        """);
}

/// <summary>One machine of a pool; it is a node of Kubernetes once it has booted.</summary>
internal sealed record PoolNode(string Name, string? Zone, DateTimeOffset BootedAt, bool NeverReady)
{
    /// <summary>Whether Kubernetes was told, by this process.</summary>
    internal bool Joined { get; set; }

    /// <summary>Since when the autoscaler has seen it idle.</summary>
    internal DateTimeOffset? IdleSince { get; set; }
}

/// <summary>One asynchronous operation.</summary>
/// <param name="Kind">The state that the pool has meanwhile.</param>
/// <param name="DueAt">When it ends, or ended.</param>
/// <param name="Error">How it is going to end, when a fault has decided so; how it ended, when it has.</param>
internal sealed record PoolOperation(string Id, string Kind, string Pool, DateTimeOffset StartedAt, DateTimeOffset DueAt, JsonObject? Error)
{
    public string Status { get; init; } = "InProgress";

    internal bool IsRunning => Status == "InProgress";

    internal JsonObject View() => Json.Of(
        $$"""
        {"name":{{Id}}, "status":{{Status}}, "startTime":{{StartedAt}},
        "endTime":{{(IsRunning ? null : DueAt as DateTimeOffset?)}}, "error":{{(IsRunning ? null : Error)}} }
        """);
}
