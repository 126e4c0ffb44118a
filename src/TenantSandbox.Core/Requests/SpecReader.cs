using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Core.Requests.Volumes;

namespace TenantSandbox.Core.Requests;

/// <summary>Reads the desired state of a request.</summary>
internal static class SpecReader
{
    /// <summary>The properties of the desired state, in addition to those of every request.</summary>
    public static readonly string[] Properties = ["tier", "cluster", "region", "workloads", "egressAllowList", "secretRefs", .. DeclaredObjects.Properties];

    /// <param name="request">The request.</param>
    /// <param name="tenantId">The tenant; null when the request names none that is valid.</param>
    /// <param name="rules">What the installation allows.</param>
    /// <param name="faults">The faults.</param>
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
        var secretRefs = SecretRefReader.Read(request, tenantId, rules, faults);
        var spec = new TenantSpec(
            tier == "dedicated" ? TenantTier.Dedicated : TenantTier.Pooled,
            cluster,
            region,
            WorkloadReader.Read(request, tenantId, rules, declared, new DeclaredSecrets(secretRefs), network, faults),
            EgressReader.Read(request, rules, network.References, faults))
        {
            ConfigMaps = declared.ToConfigMaps(),
            Claims = declared.ToClaims(),
            SecretRefs = secretRefs.Count == 0 ? null : secretRefs,
        };
        network.CheckReferences();
        return spec;
    }
}
