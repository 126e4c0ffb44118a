using System.Text.Json;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Requests.Network;

/// <summary>Reads who may connect to a workload.</summary>
internal static class IngressReader
{
    /// <param name="workload">The workload.</param>
    /// <param name="ports">The ports of its containers; null when they could not be read.</param>
    /// <param name="rules">What the installation allows.</param>
    /// <param name="references">Gets the workloads that are named.</param>
    /// <param name="faults">Gets the validation faults.</param>
    /// <returns>Null when the workload says nothing about it.</returns>
    public static IngressSpec? Read(
        ObjectReader workload, IReadOnlyList<WorkloadPort>? ports, NetworkRules rules, WorkloadReferences references, ValidationFaultList faults)
    {
        if (workload.Child("ingress", "from") is not { } ingress)
        {
            return null;
        }

        var sources = new List<IngressSource>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (item, pointer) in ingress.Items("from", 0, RequestLimits.MaxIngressSources, required: true))
        {
            if (ObjectReader.Open(item, pointer, faults, "source", "workload", "cidr", "ports") is not { } reader)
            {
                continue;
            }

            var property = Choice.Read(reader, "source", "workload", "cidr");
            var open = ReadPorts(reader, ports, faults);
            var source = property switch
            {
                "source" => ReadSource(reader, rules) is { } name ? new IngressSource(open, Source: name) : null,
                "workload" => references.Read(reader) is { } name ? new IngressSource(open, Workload: name) : null,
                "cidr" => ReadBlock(reader, rules) is { } cidr ? new IngressSource(open, Cidr: cidr) : null,
                _ => null,
            };
            if (source is null)
            {
                continue;
            }

            if (!seen.Add($"{property} {source.Source ?? source.Workload ?? source.Cidr}"))
            {
                var what = property == "cidr" ? "block" : property;
                reader.AddFault(property!, ValidationFaultCodes.Duplicate, $"This {what} is already listed; give all its ports there.");
            }

            sources.Add(source);
        }

        return new(sources);
    }

    private static string? ReadSource(ObjectReader reader, NetworkRules rules)
    {
        if (reader.Text("source", TextRules.SourceName) is not { } name)
        {
            return null;
        }

        if (rules.Sources is { } known && !known.Contains(name, StringComparer.Ordinal))
        {
            reader.AddFault("source", ValidationFaultCodes.Unknown, known.Count == 0
                ? "This installation has no sources (TenantSandbox__Network__Sources)."
                : $"Must be one of this installation's sources: {string.Join(", ", known.Order(StringComparer.Ordinal).Select(n => $"\"{n}\""))}.");
            return null;
        }

        return name;
    }

    private static string? ReadBlock(ObjectReader reader, NetworkRules rules)
    {
        if (AddressBlocks.Read(reader, ClosedAddresses.AlwaysSet) is not { } cidr)
        {
            return null;
        }

        if (rules.IngressBlocks is { } allowed && !AddressBlocks.IsWithinAny(cidr, allowed))
        {
            reader.AddFault("cidr", ValidationFaultCodes.Forbidden, allowed.Count == 0
                ? "This installation allows connections from no address block (TenantSandbox__Network__IngressCidrs)."
                : $"Must lie in one of the blocks that this installation allows: {string.Join(", ", allowed)}.");
            return null;
        }

        return cidr;
    }

    private static List<WorkloadPort> ReadPorts(ObjectReader source, IReadOnlyList<WorkloadPort>? declared, ValidationFaultList faults)
    {
        var ports = new List<WorkloadPort>();
        foreach (var (item, pointer) in source.Items("ports", 0, RequestLimits.MaxPorts))
        {
            if (ObjectReader.Open(item, pointer, faults, "port", "protocol") is not { } reader || ReadPort(reader, declared, faults) is not { } port)
            {
                continue;
            }

            if (ports.Contains(port))
            {
                reader.AddFault("port", ValidationFaultCodes.Duplicate, "This port and protocol are already listed.");
            }
            else
            {
                ports.Add(port);
            }
        }

        return ports;
    }

    // Names are resolved here, because policy engines differ in what they make of them.
    private static WorkloadPort? ReadPort(ObjectReader reader, IReadOnlyList<WorkloadPort>? declared, ValidationFaultList faults)
    {
        var protocol = PortReader.ReadProtocol(reader);
        if (reader.Element("port", required: true) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            return ObjectReader.ReadInteger(value, reader.PointerTo("port"), 1, 65535, faults) is { } number ? new((int)number, protocol) : null;
        }

        if (TextRules.ContainerPortName.Read(value, reader.PointerTo("port"), faults) is not { } name || declared is null)
        {
            return null;
        }

        if (declared.FirstOrDefault(p => p.Name == name) is { } port)
        {
            return new(port.Port, port.Protocol);
        }

        reader.AddFault("port", ValidationFaultCodes.Unknown, "No container of the workload has a port of this name.");
        return null;
    }
}
