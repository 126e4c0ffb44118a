using System.Globalization;
using System.Text.Json;

namespace TenantSandbox.Core.Requests.Network;

/// <summary>Reads the Services of a workload, in the wording of Kubernetes.</summary>
internal static class ServiceReader
{
    // Fields of a ServiceSpec that a tenant can't have, with the reason.
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["externalIPs"] = "A Service with external IPs takes over other tenants' traffic to these addresses.",
        ["externalName"] = "A Service leads to the workload's pods. Connect to the other name directly, and allow it in \"egressAllowList\".",
        ["selector"] = "The app sets it: a Service leads to the workload's pods.",
        ["clusterIP"] = "The cluster assigns it.",
        ["clusterIPs"] = "The cluster assigns them.",
        ["loadBalancerIP"] = "Azure assigns it.",
        ["loadBalancerSourceRanges"] = "Say who may connect in \"ingress\", with \"cidr\".",
        ["externalTrafficPolicy"] = "The app sets it to Local, because policies see the client's address only then.",
    };

    private static readonly string[] Known = ["name", "type", "ports", "sessionAffinity", "internal", .. Refused.Keys];

    /// <returns>Null when the workload names none.</returns>
    public static IReadOnlyList<ServiceSpec>? Read(ObjectReader workload, string workloadName, InstallationRules rules, ValidationFaultList faults)
    {
        if (!workload.Has("services"))
        {
            return null;
        }

        var services = new List<ServiceSpec>();
        foreach (var (item, pointer) in workload.Items("services", 1, RequestLimits.MaxServices))
        {
            if (ObjectReader.Open(item, pointer, faults, Known) is { } reader)
            {
                services.Add(Read(reader, workloadName, rules.Network, faults));
            }
        }

        return services;
    }

    private static ServiceSpec Read(ObjectReader reader, string workloadName, NetworkRules rules, ValidationFaultList faults)
    {
        foreach (var (name, reason) in Refused.Where(r => reader.Has(r.Key)))
        {
            reader.AddFault(name, ValidationFaultCodes.Forbidden, reason);
        }

        var type = ReadType(reader, rules);
        var affinity = reader.Text("sessionAffinity", TextRules.Any);
        if (affinity is not (null or "None" or "ClientIP"))
        {
            reader.AddFault("sessionAffinity", ValidationFaultCodes.Format, "Must be \"None\" or \"ClientIP\".");
        }

        return new(
            reader.Text("name", TextRules.ServiceName) ?? workloadName,
            ReadPorts(reader, faults),
            type,
            affinity == "ClientIP",
            ReadInternal(reader, type, rules));
    }

    private static ServiceType ReadType(ObjectReader reader, NetworkRules rules)
    {
        switch (reader.Text("type", TextRules.Any))
        {
            case null or "ClusterIP":
                return ServiceType.ClusterIP;
            case "NodePort" when rules.AllowNodePorts:
                return ServiceType.NodePort;
            case "NodePort":
                reader.AddFault("type", ValidationFaultCodes.Forbidden, "This installation allows no ports of nodes (TenantSandbox__Network__AllowNodePorts).");
                return ServiceType.NodePort;
            case "LoadBalancer" when rules.LoadBalancers != LoadBalancerRule.None:
                return ServiceType.LoadBalancer;
            case "LoadBalancer":
                reader.AddFault(
                    "type", ValidationFaultCodes.Forbidden,
                    "This installation allows no load balancers (TenantSandbox__Network__LoadBalancers). Use \"expose\".");
                return ServiceType.LoadBalancer;
            case "ExternalName":
                reader.AddFault("type", ValidationFaultCodes.Forbidden, Refused["externalName"]);
                return ServiceType.ClusterIP;
            default:
                reader.AddFault("type", ValidationFaultCodes.Format, "Must be \"ClusterIP\", \"LoadBalancer\" or \"NodePort\".");
                return ServiceType.ClusterIP;
        }
    }

    private static bool ReadInternal(ObjectReader reader, ServiceType type, NetworkRules rules)
    {
        var isInternal = reader.Boolean("internal");
        if (isInternal is not null && type != ServiceType.LoadBalancer)
        {
            reader.AddFault("internal", ValidationFaultCodes.Exclusive, "Only a Service of type LoadBalancer has it.");
        }
        else if (isInternal == false && rules.LoadBalancers == LoadBalancerRule.Internal)
        {
            reader.AddFault(
                "internal", ValidationFaultCodes.Forbidden, "This installation allows internal load balancers only (TenantSandbox__Network__LoadBalancers).");
        }

        return type == ServiceType.LoadBalancer && (isInternal ?? rules.LoadBalancers == LoadBalancerRule.Internal);
    }

    private static List<ServicePortSpec> ReadPorts(ObjectReader service, ValidationFaultList faults)
    {
        var ports = new List<ServicePortSpec>();
        foreach (var (item, pointer) in service.Items("ports", 1, RequestLimits.MaxPorts, required: true))
        {
            if (ObjectReader.Open(item, pointer, faults, "name", "port", "targetPort", "protocol", "appProtocol", "nodePort") is not { } reader)
            {
                continue;
            }

            if (reader.Has("nodePort"))
            {
                reader.AddFault(
                    "nodePort", ValidationFaultCodes.Forbidden, "The cluster assigns it: a port of the nodes that a tenant chose could be another's.");
            }

            var name = reader.Text("name", TextRules.PortName);
            var number = reader.Integer("port", 1, 65535, required: true);
            var protocol = PortReader.ReadProtocol(reader);
            var port = new ServicePortSpec((int)(number ?? 0), protocol, name, ReadTarget(reader, faults), reader.Text("appProtocol", TextRules.AppProtocol));
            if (number is null)
            {
                continue;
            }

            if (ports.Exists(p => (p.Port, p.Protocol) == (port.Port, port.Protocol)))
            {
                reader.AddFault("port", ValidationFaultCodes.Duplicate, "This port and protocol are already listed.");
            }
            else if (ports.Exists(p => p.EffectiveName == port.EffectiveName))
            {
                reader.AddFault("name", ValidationFaultCodes.Duplicate, "Another port of this Service has this name.");
            }

            ports.Add(port);
        }

        return ports;
    }

    private static string? ReadTarget(ObjectReader reader, ValidationFaultList faults) => reader.Element("targetPort", required: false) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value =>
            ObjectReader.ReadInteger(value, reader.PointerTo("targetPort"), 1, 65535, faults)?.ToString(CultureInfo.InvariantCulture),
        { } value => ReadTargetName(value, reader, faults),
    };

    // Only a name with a letter is one: Kubernetes takes a text of digits for a name that no port can have.
    private static string? ReadTargetName(JsonElement value, ObjectReader reader, ValidationFaultList faults)
    {
        var name = TextRules.ContainerPortName.Read(value, reader.PointerTo("targetPort"), faults);
        if (name is not null && !name.Any(char.IsAsciiLetter))
        {
            reader.AddFault("targetPort", ValidationFaultCodes.Type, "A port's number must be a number, not text.");
        }

        return name;
    }
}
