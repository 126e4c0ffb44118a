namespace TenantSandbox.AksTwin.Arm;

/// <summary>What nodes a pool makes: names, zones, and the labels that AKS stamps.</summary>
internal sealed class PoolNodes(ClusterContext context)
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    // AKS puts one number per cluster into its scale sets' names.
    private readonly int _number = 10_000_000 + new Random(context.Options.Seed).Next() % 80_000_000;

    /// <summary>Orders a machine.</summary>
    public void Add(AgentPool pool, DateTimeOffset bootedAt, bool neverReady = false)
    {
        var index = pool.NextNode++;
        var zones = pool.Properties.Texts("availabilityZones").ToList();
        var base36 = string.Concat(Enumerable.Range(0, 6).Select(i => Digits[index / (int)Math.Pow(36, 5 - i) % 36]));
        pool.Nodes.Add(new($"aks-{pool.Name}-{_number}-vmss{base36}", zones.Count > 0 ? zones[index % zones.Count] : null, bootedAt, neverReady));
    }

    public NodeSpec Spec(AgentPool pool, PoolNode node)
    {
        var (size, location, isKata) = (pool.Size, context.Cluster.Location, AgentPoolRules.IsKata(pool.Properties));
        var architecture = size.Arm64 ? "arm64" : "amd64";
        var labels = new Dictionary<string, string>
        {
            ["agentpool"] = pool.Name,
            ["beta.kubernetes.io/arch"] = architecture,
            ["beta.kubernetes.io/os"] = "linux",
            ["failure-domain.beta.kubernetes.io/region"] = location,
            ["kubernetes.azure.com/agentpool"] = pool.Name,
            ["kubernetes.azure.com/cluster"] = context.NodeResourceGroup,
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
        var taints = pool.Properties.Texts("nodeTaints").ToList();
        if (isKata)
            labels["kubernetes.azure.com/kata-vm-isolation"] = "true";
        if (pool["scaleSetPriority"] == "Spot")
        {
            labels["kubernetes.azure.com/scalesetpriority"] = "spot";
            taints.Add("kubernetes.azure.com/scalesetpriority=spot:NoSchedule");
        }

        foreach (var (key, value) in pool.Properties.Pairs("nodeLabels"))
            labels[key] = value;
        var runtimeClass = isKata ? "kata-vm-isolation" : null;
        return new(node.Name, size, labels, taints, runtimeClass, pool["orchestratorVersion"]!, pool.Number("maxPods"), node.NeverReady);
    }
}
