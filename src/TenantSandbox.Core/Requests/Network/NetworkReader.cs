namespace TenantSandbox.Core.Requests.Network;

/// <summary>Reads what the workloads of a request have in the network, and checks what they must not have in common.</summary>
internal sealed class NetworkReader(string? tenantId, InstallationRules rules, ValidationFaultList faults)
{
    public static readonly string[] Properties = ["services", "ingress", "egressAllowList", "expose"];

    private readonly HashSet<string> _workloads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _services = new(StringComparer.Ordinal);
    private readonly HashSet<(string Host, string Path)> _routes = [];

    /// <summary>The places that name workloads.</summary>
    public WorkloadReferences References { get; } = new();

    /// <summary>Reads what a workload has.</summary>
    /// <param name="reader">The workload's JSON.</param>
    /// <param name="workload">The workload without it; its ports are unknown when a fault was added before.</param>
    /// <returns>The workload with it; meaningless when a fault was added.</returns>
    public WorkloadSpec Read(ObjectReader reader, WorkloadSpec workload)
    {
        _workloads.Add(workload.Name);
        var ports = faults.IsEmpty ? workload.Ports : null;
        var services = ServiceReader.Read(reader, workload.Name, rules, faults);
        var ingress = IngressReader.Read(reader, ports, rules.Network, References, faults);
        var egress = reader.Has("egressAllowList") ? EgressReader.Read(reader, rules, References, faults) : null;
        workload = workload with { Services = services, Ingress = ingress, EgressAllowList = egress };
        var effective = workload.EffectiveServices();
        CheckServices(reader, workload, effective, ports is not null);
        var exposure = ExposureReader.Read(reader, services ?? (ports is null ? null : effective), tenantId, rules.Network, faults);
        CheckRoutes(reader, exposure);
        return workload with { Expose = exposure };
    }

    /// <summary>Adds a fault for each workload that is named and doesn't exist. For the end, when everything is read.</summary>
    public void CheckReferences() => References.Check(_workloads, faults);

    private void CheckServices(ObjectReader reader, WorkloadSpec workload, IReadOnlyList<ServiceSpec> services, bool arePortsKnown)
    {
        for (var i = 0; i < services.Count; i++)
        {
            var service = services[i];
            if (!_services.TryAdd(service.Name, workload.Name))
            {
                faults.Add(
                    workload.Services is null ? reader.PointerTo("name") : $"{JsonPointer.Append(reader.PointerTo("services"), i)}/name",
                    ValidationFaultCodes.Duplicate,
                    $"Another Service of workload \"{_services[service.Name]}\" has this name. Services without a name have their workload's.");
            }

            for (var j = 0; arePortsKnown && j < service.Ports.Count; j++)
            {
                if (workload.TargetOf(service.Ports[j]) is null)
                {
                    faults.Add(
                        $"{JsonPointer.Append(reader.PointerTo("services"), i)}/ports/{j}/targetPort", ValidationFaultCodes.Unknown,
                        "No container of the workload has a port of this name.");
                }
            }
        }
    }

    private void CheckRoutes(ObjectReader reader, Exposure? exposure)
    {
        if (exposure is not null && exposure.Hosts.Any(h => exposure.EffectivePaths.Any(p => !_routes.Add((h, p)))))
        {
            reader.AddFault("expose", ValidationFaultCodes.Duplicate, "Another workload has one of these host names with the same path.");
        }
    }
}
