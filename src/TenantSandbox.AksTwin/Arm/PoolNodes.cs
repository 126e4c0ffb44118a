using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>What nodes a pool makes: names, zones, and the labels that AKS stamps.</summary>
internal sealed class PoolNodes(ClusterContext context)
{
    // AKS puts one number per cluster into its scale sets' names.
    private readonly uint _number = 10_000_000 + (uint)(new Random(context.Options.Seed).Next() % 80_000_000);

    public void Add(AgentPool pool, DateTimeOffset bootedAt, bool neverReady = false)
    {
        var index = pool.NextNode++;
        var zones = pool.Properties.Texts("availabilityZones").ToList();
        pool.Nodes.Add(new($"aks-{pool.Name}-{_number}-vmss{Base36(index)}", zones.Count > 0 ? zones[index % zones.Count] : null, bootedAt, neverReady));
    }

    public NodeSpec Spec(AgentPool pool, PoolNode node)
    {
        var (size, location) = (pool.Size, context.Cluster.Location);
        var architecture = size.Arm64 ? "arm64" : "amd64";
        var labels = new Dictionary<string, string>
        {
            ["agentpool"] = pool.Name,
            ["beta.kubernetes.io/arch"] = architecture,
            ["beta.kubernetes.io/os"] = "linux",
            ["failure-domain.beta.kubernetes.io/region"] = location,
            ["kubernetes.azure.com/agentpool"] = pool.Name,
            ["kubernetes.azure.com/cluster"] = $"MC_{context.Options.ResourceGroup}_{context.Cluster.Name}_{location}",
            ["kubernetes.azure.com/mode"] = pool["mode"]!.ToLowerInvariant(),
            ["kubernetes.azure.com/node-image-version"] = pool["nodeImageVersion"]!,
            ["kubernetes.azure.com/os-sku"] = pool["osSKU"]!,
            ["kubernetes.azure.com/role"] = "agent",
            ["kubernetes.io/arch"] = architecture,
            ["kubernetes.io/hostname"] = node.Name,
            ["kubernetes.io/os"] = "linux",
            ["node.kubernetes.io/instance-type"] = size.Name,
            ["topology.kubernetes.io/region"] = location,
            ["topology.kubernetes.io/zone"] = node.Zone is null ? "0" : $"{location}-{node.Zone}",
        };
        var runtimeClass = pool["workloadRuntime"] switch
        {
            "KataVmIsolation" => "kata-vm-isolation",
            "KataMshvVmIsolation" => "kata-mshv-vm-isolation",
            _ => null,
        };
        // AKS stamps only the label that belongs to the value it was sent.
        if (runtimeClass is not null)
            labels[$"kubernetes.azure.com/{runtimeClass}"] = "true";
        var taints = pool.Properties.Texts("nodeTaints").ToList();
        if (pool["scaleSetPriority"] == "Spot")
        {
            labels["kubernetes.azure.com/scalesetpriority"] = "spot";
            taints.Add("kubernetes.azure.com/scalesetpriority=spot:NoSchedule");
        }

        foreach (var (key, value) in pool.Properties.Pairs("nodeLabels"))
            labels[key] = value;
        return new(node.Name, size, labels, taints, runtimeClass, pool["orchestratorVersion"]!, pool.Number("maxPods")) { NeverReady = node.NeverReady };
    }

    private static string Base36(int value)
    {
        Span<char> digits = ['0', '0', '0', '0', '0', '0'];
        for (var i = 5; i >= 0 && value > 0; i--, value /= 36)
            digits[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36];
        return new(digits);
    }
}
