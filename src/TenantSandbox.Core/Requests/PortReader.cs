namespace TenantSandbox.Core.Requests;

/// <summary>Reads a list of ports, of a workload or of an egress rule.</summary>
internal static class PortReader
{
    public static IReadOnlyList<WorkloadPort> Read(ObjectReader owner, FaultList faults)
    {
        var ports = new List<WorkloadPort>();
        foreach (var (item, pointer) in owner.Items("ports", 0, RequestLimits.MaxPorts))
        {
            if (ObjectReader.Open(item, pointer, faults, "port", "protocol") is not { } reader)
                continue;
            var number = reader.Integer("port", 1, 65535, required: true);
            var protocol = reader.Text("protocol", TextRules.Any);
            if (protocol is not (null or "TCP" or "UDP"))
                reader.Fault("protocol", RequestFaultCodes.Format, "Must be \"TCP\" or \"UDP\".");
            if (number is null)
                continue;
            var port = new WorkloadPort((int)number, protocol ?? "TCP");
            if (ports.Contains(port))
                reader.Fault("port", RequestFaultCodes.Duplicate, "This port and protocol is listed before.");
            else
                ports.Add(port);
        }

        return ports;
    }
}
