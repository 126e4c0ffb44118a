using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Core.Requests.Volumes;

namespace TenantSandbox.Core.Requests;

/// <summary>Reads the desired state of a request.</summary>
internal static class SpecReader
{
    /// <summary>The properties of the desired state, in addition to those of every request.</summary>
    public static readonly string[] Properties = ["tier", "cluster", "region", "workloads", "egressAllowList", .. DeclaredObjects.Properties];

    /// <returns>The desired state; meaningless when a fault was added.</returns>
    public static TenantSpec Read(ObjectReader request, string? tenantId, InstallationRules rules, ValidationFaultList faults)
    {
        var network = new NetworkReader(tenantId, rules, faults);
        var tier = request.Text("tier", TextRules.Any, required: true);
        if (tier is not (null or "pooled" or "dedicated"))
        {
            request.AddFault("tier", ValidationFaultCodes.Format, "Must be \"pooled\" or \"dedicated\".");
        }

        var cluster = request.Text("cluster", TextRules.Cluster);
        var region = request.Text("region", TextRules.Region);
        if (request.Has("cluster") && request.Has("region"))
        {
            request.AddFault("region", ValidationFaultCodes.Exclusive, "Give \"cluster\" or \"region\", not both.");
        }

        var declared = DeclaredObjects.Read(request, rules, faults);
        var spec = new TenantSpec(
            tier == "dedicated" ? TenantTier.Dedicated : TenantTier.Pooled,
            cluster,
            region,
            WorkloadReader.Read(request, rules, declared, network, faults),
            EgressReader.Read(request, rules, network.References, faults))
        {
            ConfigMaps = declared.ToConfigMaps(),
            Claims = declared.ToClaims(),
        };
        network.CheckReferences();
        return spec;
    }
}
