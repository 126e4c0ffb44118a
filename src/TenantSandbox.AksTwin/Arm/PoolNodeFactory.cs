using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>Creates the nodes of a pool: names, zones and the labels that AKS sets.</summary>
internal sealed class PoolNodeFactory(ClusterContext context)
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    // AKS uses one number per cluster in the names of its scale sets.
    private readonly int _number = 10_000_000 + new Random(context.Options.Seed).Next() % 80_000_000;

    /// <summary>Adds a VM to the pool that boots at the given time.</summary>
    public void AddNode(AgentPool pool, DateTimeOffset bootedAt, bool neverReady = false)
    {
        var index = pool.NextNode++;
        var zones = pool.Properties.GetStrings("availabilityZones").ToList();
        var base36 = string.Concat(Enumerable.Range(0, 6).Select(i => Digits[index / (int)Math.Pow(36, 5 - i) % 36]));
        var zone = zones.Count > 0 ? zones[index % zones.Count] : null;
        pool.Nodes.Add(new($"aks-{pool.Name}-{_number}-vmss{base36}", zone, bootedAt, neverReady));
    }

    public NodeSpec CreateSpec(AgentPool pool, PoolNode node)
    {
        var (size, location, isSpot) = (pool.VmSize, context.Cluster.Location, pool["scaleSetPriority"] == "Spot");
        var architecture = size.IsArm64 ? "arm64" : "amd64";
        var isKata = AgentPool.IsKata(pool.Properties);
        var aksLabels = JsonTemplate.Fill(
            $$"""
            {"agentpool":{{pool.Name}}, "kubernetes.azure.com/agentpool":{{pool.Name}},
            "kubernetes.io/arch":{{architecture}}, "beta.kubernetes.io/arch":{{architecture}},
            "kubernetes.io/os":"linux", "beta.kubernetes.io/os":"linux", "kubernetes.io/hostname":{{node.Name}},
            "kubernetes.azure.com/cluster":{{context.NodeResourceGroup}}, "kubernetes.azure.com/role":"agent",
            "kubernetes.azure.com/mode":{{pool["mode"]!.ToLowerInvariant()}}, "kubernetes.azure.com/os-sku":{{pool["osSKU"]}},
            {{NodeSpec.ImageLabel}}:{{pool["nodeImageVersion"]}},
            {{NodeSpec.KataLabel}}:{{(isKata ? "true" : null)}},
            "kubernetes.azure.com/scalesetpriority":{{(isSpot ? "spot" : null)}}, "node.kubernetes.io/instance-type":{{size.Name}},
            "topology.kubernetes.io/region":{{location}}, "failure-domain.beta.kubernetes.io/region":{{location}},
            "topology.kubernetes.io/zone":{{(node.Zone is null ? "0" : $"{location}-{node.Zone}")}},
            {{StorageAddOn.ZoneLabel}}:{{(node.Zone is null ? "" : $"{location}-{node.Zone}")}} }
            """);
        var labels = aksLabels.GetStringMap().Concat(pool.Properties.GetStringMap("nodeLabels")).DistinctBy(l => l.Key).ToDictionary();
        var taints = pool.Properties.GetStrings("nodeTaints").ToList();
        if (isSpot)
        {
            taints.Add("kubernetes.azure.com/scalesetpriority=spot:NoSchedule");
        }

        var version = pool["currentOrchestratorVersion"]!;
        return new(
            node.Name, size, labels, taints, version, pool.GetInteger("maxPods"), node.NeverReady, pool.Properties.GetBoolean("enableNodePublicIP") is true);
    }
}
