using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>One agent pool and the machines it has, as kept. Its cluster's lock guards it.</summary>
internal sealed class AgentPool
{
    public required string Name { get; init; }

    /// <summary>The wire's properties without what the service alone decides.</summary>
    public required JsonObject Properties { get; set; }

    public string State { get; set; } = "Creating";

    public string ETag { get; set; } = "";

    public string NodeImageVersion { get; set; } = "";

    /// <summary>Why the last operation failed: <c>status.provisioningError</c>.</summary>
    public JsonObject? Error { get; set; }

    public List<PoolNode> Nodes { get; init; } = [];

    public int NextNode { get; set; }

    /// <summary>The operation that runs, or null.</summary>
    public PoolOperation? Running { get; set; }

    [JsonIgnore]
    public int Count => Properties["count"]!.GetValue<int>();

    [JsonIgnore]
    public bool IsAutoscaled => Flag("enableAutoScaling");

    [JsonIgnore]
    public int MinCount => Properties["minCount"]?.GetValue<int>() ?? 0;

    [JsonIgnore]
    public int MaxCount => Properties["maxCount"]?.GetValue<int>() ?? 0;

    [JsonIgnore]
    public VmSize Size => VmSizes.Find(Text("vmSize")!)!;

    public string? Text(string name) => Properties[name]?.GetValue<string>();

    public bool Flag(string name) => Properties[name]?.GetValue<bool>() ?? false;

    /// <summary>The wire's properties, with what the service decides.</summary>
    public JsonObject View()
    {
        var view = (JsonObject)Properties.DeepClone();
        view["provisioningState"] = State;
        view["currentOrchestratorVersion"] = Text("orchestratorVersion");
        view["nodeImageVersion"] = NodeImageVersion;
        view["eTag"] = ETag;
        if (Error is not null)
            view["status"] = new JsonObject { ["provisioningError"] = Error.DeepClone() };
        return view;
    }
}

/// <summary>One machine of a pool; it is a node of Kubernetes once it has booted.</summary>
internal sealed record PoolNode(string Name, string? Zone, DateTimeOffset BootedAt, bool NeverReady, bool Joined)
{
    /// <summary>Since when the autoscaler has seen it idle.</summary>
    [JsonIgnore]
    public DateTimeOffset? IdleSince { get; init; }
}

/// <summary>One asynchronous operation.</summary>
internal sealed record PoolOperation(string Id, string Kind, string Pool, DateTimeOffset StartedAt, DateTimeOffset DueAt)
{
    public string Status { get; init; } = "InProgress";

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How it is going to end, when a fault has decided so; how it ended, when it has.</summary>
    public JsonObject? Error { get; init; }
}
