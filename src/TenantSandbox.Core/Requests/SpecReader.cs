using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Core.Requests;

/// <summary>Reads the desired state of a request.</summary>
internal static class SpecReader
{
    /// <summary>The properties of the desired state, in addition to those of every request.</summary>
    public static readonly string[] Properties = ["tier", "cluster", "region", "workloads", "egressAllowList", "secretRefs"];

    /// <param name="request">The request.</param>
    /// <param name="tenantId">The tenant; null when the request names none that is valid.</param>
    /// <param name="rules">What the installation allows.</param>
    /// <param name="faults">The faults.</param>
    /// <returns>The desired state; meaningless when a fault was added.</returns>
    public static TenantSpec Read(ObjectReader request, string? tenantId, InstallationRules rules, ValidationFaultList faults)
    {
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

        var secretRefs = SecretRefReader.Read(request, tenantId, rules, faults);
        return new TenantSpec(
            tier == "dedicated" ? TenantTier.Dedicated : TenantTier.Pooled,
            cluster,
            region,
            WorkloadReader.Read(request, tenantId, rules, new DeclaredSecrets(secretRefs), faults),
            EgressReader.Read(request, faults))
        {
            SecretRefs = secretRefs.Count == 0 ? null : secretRefs,
        };
    }
}
