using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>What nodes a pool makes: names, zones, and the labels that AKS stamps.</summary>
internal sealed class PoolNodes(ClusterContext context)
{
    // AKS puts one number per cluster into its scale sets' names.
    private readonly uint _number = 10_000_000 + (uint)(new Random(context.Options.Seed).Next() % 80_000_000);

    public PoolNode Next(AgentPool pool, DateTimeOffset bootedAt, bool neverReady)
    {
        var index = pool.NextNode++;
        var zones = pool.Properties["availabilityZones"] as JsonArray;
        var zone = zones is { Count: > 0 } ? zones[index % zones.Count]!.GetValue<string>() : null;
        return new($"aks-{pool.Name}-{_number}-vmss{Base36(index)}", zone, bootedAt, neverReady, Joined: false);
    }

    public NodeSpec Spec(AgentPool pool, PoolNode node)
    {
        var location = context.Cluster.Location;
        var size = pool.Size;
        var labels = new Dictionary<string, string>
        {
            ["agentpool"] = pool.Name,
            ["beta.kubernetes.io/arch"] = size.Arm64 ? "arm64" : "amd64",
            ["beta.kubernetes.io/os"] = "linux",
            ["failure-domain.beta.kubernetes.io/region"] = location,
            ["kubernetes.azure.com/agentpool"] = pool.Name,
            ["kubernetes.azure.com/cluster"] = $"MC_{context.Options.ResourceGroup}_{context.Cluster.Name}_{location}",
            ["kubernetes.azure.com/mode"] = pool.Text("mode")!.ToLowerInvariant(),
            ["kubernetes.azure.com/node-image-version"] = pool.NodeImageVersion,
            ["kubernetes.azure.com/os-sku"] = pool.Text("osSKU")!,
            ["kubernetes.azure.com/role"] = "agent",
            ["kubernetes.io/arch"] = size.Arm64 ? "arm64" : "amd64",
            ["kubernetes.io/hostname"] = node.Name,
            ["kubernetes.io/os"] = "linux",
            ["node.kubernetes.io/instance-type"] = size.Name,
            ["topology.kubernetes.io/region"] = location,
            ["topology.kubernetes.io/zone"] = node.Zone is null ? "0" : $"{location}-{node.Zone}",
        };
        // AKS stamps only the label that belongs to the value it was sent.
        var runtimeClass = pool.Text("workloadRuntime") switch
        {
            "KataVmIsolation" => "kata-vm-isolation",
            "KataMshvVmIsolation" => "kata-mshv-vm-isolation",
            _ => null,
        };
        if (runtimeClass is not null)
            labels[$"kubernetes.azure.com/{runtimeClass}"] = "true";
        var taints = Texts(pool, "nodeTaints").ToList();
        if (pool.Text("scaleSetPriority") == "Spot")
        {
            labels["kubernetes.azure.com/scalesetpriority"] = "spot";
            taints.Add("kubernetes.azure.com/scalesetpriority=spot:NoSchedule");
        }

        foreach (var (key, value) in pool.Properties["nodeLabels"] as JsonObject ?? [])
            labels[key] = value?.GetValue<string>() ?? "";
        return new(
            node.Name,
            size,
            labels,
            taints,
            runtimeClass,
            pool.Text("orchestratorVersion")!,
            pool.Properties["maxPods"]!.GetValue<int>())
        {
            NeverReady = node.NeverReady,
        };
    }

    public static IEnumerable<string> Texts(AgentPool pool, string name) =>
        (pool.Properties[name] as JsonArray ?? []).Select(v => v!.GetValue<string>());

    private static string Base36(int value)
    {
        Span<char> digits = ['0', '0', '0', '0', '0', '0'];
        for (var i = 5; i >= 0 && value > 0; i--, value /= 36)
            digits[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36];
        return new(digits);
    }
}
