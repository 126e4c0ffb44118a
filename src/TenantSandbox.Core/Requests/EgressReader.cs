using TenantSandbox.Core.Requests.Network;

namespace TenantSandbox.Core.Requests;

/// <summary>Reads an egress allow list: a tenant's or a workload's.</summary>
internal static class EgressReader
{
    private const string Name = "egressAllowList";

    // Names inside a cluster: Cilium can't allow them, and a tenant's own Services need no rule.
    private static readonly string[] ClusterSuffixes = [".cluster.local", ".svc"];

    /// <param name="owner">The tenant's spec or a workload.</param>
    /// <param name="rules">What the installation allows.</param>
    /// <param name="references">Gets the workloads that are named.</param>
    /// <param name="faults">Gets the validation faults.</param>
    public static IReadOnlyList<EgressRule> Read(ObjectReader owner, InstallationRules rules, WorkloadReferences references, ValidationFaultList faults)
    {
        var allowed = new List<EgressRule>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (item, pointer) in owner.Items(Name, 0, RequestLimits.MaxEgressRules))
        {
            if (ObjectReader.Open(item, pointer, faults, "cidr", "host", "workload", "ports") is not { } reader)
            {
                continue;
            }

            var property = Choice.Read(reader, "cidr", "host", "workload");
            var ports = PortReader.Read(reader, faults);
            var rule = property switch
            {
                "cidr" => AddressBlocks.Read(reader, rules.Network.ClosedToEgress) is { } cidr ? new EgressRule(cidr, ports) : null,
                "host" => ReadHost(reader, ports, rules),
                "workload" => references.Read(reader) is { } workload ? new EgressRule(null, ports, Workload: workload) : null,
                _ => null,
            };
            if (rule is null)
            {
                continue;
            }

            if (!seen.Add(rule.Destination))
            {
                var what = property == "cidr" ? "block" : property;
                reader.AddFault(property!, ValidationFaultCodes.Duplicate, $"This {what} is already listed; give all its ports there.");
            }

            allowed.Add(rule);
        }

        return allowed;
    }

    private static EgressRule? ReadHost(ObjectReader reader, IReadOnlyList<WorkloadPort> ports, InstallationRules rules)
    {
        if (reader.Text("host", TextRules.EgressHost) is not { } host)
        {
            return null;
        }

        if (!rules.Network.AllowEgressHosts)
        {
            reader.AddFault(
                "host", ValidationFaultCodes.NotSupported,
                "No cluster of this installation can allow host names: that takes Cilium's FQDN policies "
                + "(TenantSandbox__Clusters__<n>__EgressByHostName). Give blocks.");
            return null;
        }

        if (ClusterSuffixes.Any(s => host.EndsWith(s, StringComparison.Ordinal)))
        {
            reader.AddFault("host", ValidationFaultCodes.Forbidden, "Names of the cluster can't be allowed. Give \"workload\" for the tenant's own.");
            return null;
        }

        if (!reader.Has("ports") || ports.Count == 0)
        {
            // A name leads wherever its owner wants, so the ports at least are bounded.
            reader.AddFault("ports", ValidationFaultCodes.Required, "A host needs at least one port.");
            return null;
        }

        return new EgressRule(null, ports, Host: host);
    }
}
