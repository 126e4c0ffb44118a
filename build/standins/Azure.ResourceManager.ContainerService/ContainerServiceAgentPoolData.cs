using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.ResourceManager.ContainerService.Models;
using Azure.ResourceManager.ContainerService.Wire;
using Azure.ResourceManager.Models;

namespace Azure.ResourceManager.ContainerService;

/// <summary>
/// An agent pool. It keeps the <c>properties</c> object that the service sent, so that an update sends back the properties
/// that this class doesn't declare.
/// </summary>
public partial class ContainerServiceAgentPoolData : ResourceData
{
    private readonly JsonObject _properties;

    public ContainerServiceAgentPoolData() => _properties = [];

    internal ContainerServiceAgentPoolData(ResourceIdentifier id, string name, ResourceType type, JsonObject properties)
        : base(id, name, type, null)
    {
        _properties = properties;
        WasSent = [.. properties.Select(p => p.Key)];
        AvailabilityZones = properties.TakeList("availabilityZones");
        NodeTaints = properties.TakeList("nodeTaints");
        NodeLabels = properties.TakeMap("nodeLabels");
        Tags = properties.TakeMap("tags");
    }

    public IList<string> AvailabilityZones { get; } = [];

    public int? Count { get => Number("count"); set => Set("count", value); }

    public string CurrentOrchestratorVersion => Text("currentOrchestratorVersion");

    public bool? EnableAutoScaling { get => Flag("enableAutoScaling"); set => Set("enableAutoScaling", value); }

    public bool? EnableEncryptionAtHost { get => Flag("enableEncryptionAtHost"); set => Set("enableEncryptionAtHost", value); }

    public bool? EnableFips { get => Flag("enableFIPS"); set => Set("enableFIPS", value); }

    public ETag? ETag => Text("eTag") is { } tag ? new ETag(tag) : null;

    public int? MaxCount { get => Number("maxCount"); set => Set("maxCount", value); }

    public int? MaxPods { get => Number("maxPods"); set => Set("maxPods", value); }

    public int? MinCount { get => Number("minCount"); set => Set("minCount", value); }

    public AgentPoolMode? Mode { get => Text("mode") is { } v ? new(v) : null; set => Set("mode", value?.ToString()); }

    public string NodeImageVersion { get => Text("nodeImageVersion"); set => Set("nodeImageVersion", value); }

    public IDictionary<string, string> NodeLabels { get; } = new Dictionary<string, string>();

    public IList<string> NodeTaints { get; } = [];

    public string OrchestratorVersion { get => Text("orchestratorVersion"); set => Set("orchestratorVersion", value); }

    public int? OSDiskSizeInGB { get => Number("osDiskSizeGB"); set => Set("osDiskSizeGB", value); }

    public ContainerServiceOSDiskType? OSDiskType
    {
        get => Text("osDiskType") is { } v ? new(v) : null;
        set => Set("osDiskType", value?.ToString());
    }

    public ContainerServiceOSSku? OSSku { get => Text("osSKU") is { } v ? new(v) : null; set => Set("osSKU", value?.ToString()); }

    public ContainerServiceOSType? OSType { get => Text("osType") is { } v ? new(v) : null; set => Set("osType", value?.ToString()); }

    public ResourceIdentifier PodSubnetId
    {
        get => Text("podSubnetID") is { } v ? new(v) : null;
        set => Set("podSubnetID", value?.ToString());
    }

    public ContainerServiceStateCode? PowerStateCode
    {
        get => _properties["powerState"]?["code"]?.GetValue<string>() is { } v ? new(v) : null;
        set => Set("powerState", value is { } v ? new JsonObject { ["code"] = v.ToString() } : null);
    }

    public string ProvisioningState => Text("provisioningState");

    public ScaleDownMode? ScaleDownMode
    {
        get => Text("scaleDownMode") is { } v ? new(v) : null;
        set => Set("scaleDownMode", value?.ToString());
    }

    public ScaleSetPriority? ScaleSetPriority
    {
        get => Text("scaleSetPriority") is { } v ? new(v) : null;
        set => Set("scaleSetPriority", value?.ToString());
    }

    public ResponseError StatusProvisioningError => _properties["status"]?["provisioningError"] is JsonObject error
        ? JsonSerializer.Deserialize<ResponseError>(error.ToJsonString())
        : null;

    public IDictionary<string, string> Tags { get; } = new Dictionary<string, string>();

    public AgentPoolType? TypePropertiesType { get => Text("type") is { } v ? new(v) : null; set => Set("type", value?.ToString()); }

    public AgentPoolUpgradeSettings UpgradeSettings
    {
        get => field ??= UpgradeSettingsWire.Read(_properties["upgradeSettings"] as JsonObject);
        set;
    }

    public string VmSize { get => Text("vmSize"); set => Set("vmSize", value); }

    public ResourceIdentifier VnetSubnetId
    {
        get => Text("vnetSubnetID") is { } v ? new(v) : null;
        set => Set("vnetSubnetID", value?.ToString());
    }

    public WorkloadRuntime? WorkloadRuntime
    {
        get => Text("workloadRuntime") is { } v ? new(v) : null;
        set => Set("workloadRuntime", value?.ToString());
    }

    /// <summary>The properties as the service sent them. A list or map that was read and then emptied is sent empty, which clears it.</summary>
    internal HashSet<string> WasSent { get; } = [];

    internal JsonObject Properties => _properties;

    private string Text(string name) => _properties[name]?.GetValue<string>();

    private int? Number(string name) => _properties[name]?.GetValue<int>();

    private bool? Flag(string name) => _properties[name]?.GetValue<bool>();

    private void Set(string name, JsonNode value)
    {
        if (value is null)
        {
            _properties.Remove(name);
        }
        else
        {
            _properties[name] = value;
        }
    }
}
