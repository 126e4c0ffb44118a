using Azure.ResourceManager.ContainerService;
using Azure.ResourceManager.ContainerService.Models;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Azure.Arm;

/// <summary>The body of a sandboxed agent pool's PUT.</summary>
internal static class AgentPoolBody
{
    public static ContainerServiceAgentPoolData Of(PoolRef pool, PoolMarks marks, PoolSubnets subnets)
    {
        var template = pool.Template;
        var body = new ContainerServiceAgentPoolData
        {
            // The initial count; the autoscaler changes it from then on.
            Count = template.MinCount,
            VmSize = template.VmSize,
            OSType = ContainerServiceOSType.Linux,
            OSSku = new ContainerServiceOSSku(template.OsSku),
            WorkloadRuntime = new WorkloadRuntime(template.WorkloadRuntime),
            Mode = AgentPoolMode.User,
            TypePropertiesType = AgentPoolType.VirtualMachineScaleSets,
            EnableAutoScaling = true,
            MinCount = template.MinCount,
            MaxCount = template.MaxCount,
            MaxPods = template.MaxPods,
            VnetSubnetId = subnets.Nodes,
            PodSubnetId = subnets.Pods,
        };
        foreach (var zone in template.Zones)
        {
            body.AvailabilityZones.Add(zone);
        }

        foreach (var (key, value) in Labels(pool))
        {
            body.NodeLabels[key] = value;
        }

        body.NodeTaints.Add(SandboxNodes.TaintText);
        foreach (var (key, value) in marks.ToTags())
        {
            body.Tags[key] = value;
        }

        return body;
    }

    /// <summary>Only of our own domain: AKS refuses labels under kubernetes.azure.com.</summary>
    public static Dictionary<string, string> Labels(PoolRef pool) => new()
    {
        [SandboxNodes.PoolLabel] = pool.Name,
        [SandboxNodes.TierLabel] = PoolMarks.TierName(pool.Tier),
    };
}
