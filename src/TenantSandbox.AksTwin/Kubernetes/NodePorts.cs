namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Assigns ports of the nodes to Services of type NodePort and LoadBalancer, and takes them from others.</summary>
internal static class NodePorts
{
    // The API server's default, --service-node-port-range.
    private const int First = 30_000;
    private const int Last = 32_767;

    /// <param name="store">Has the Services whose ports are taken.</param>
    /// <param name="service">The Service that is written.</param>
    /// <param name="live">The Service before an update; null for a new one.</param>
    public static void Assign(ObjectStore store, JsonObject service, JsonObject? live)
    {
        var spec = service.EnsureObject("spec");
        if (spec.GetString("type") is not ("NodePort" or "LoadBalancer"))
        {
            foreach (var port in spec.GetObjects("ports"))
            {
                port.Remove("nodePort");
            }

            spec.Remove("externalTrafficPolicy");
            spec.Remove("healthCheckNodePort");
            spec.Remove("allocateLoadBalancerNodePorts");
            return;
        }

        var others = store.List(Kinds.Services).Where(s => live is null || s.Uid != live.GetString("metadata", "uid"));
        var taken = others.SelectMany(s => PortsOf(s.Json)).ToHashSet();
        foreach (var port in spec.GetObjects("ports"))
        {
            var before = live.GetObjects("spec", "ports").FirstOrDefault(p => IsSame(p, port));
            var number = port.GetInteger("nodePort") ?? before.GetInteger("nodePort") ?? Free(taken);
            port["nodePort"] = number;
            taken.Add(number);
        }

        DefaultRules.Fill(spec, JsonTemplate.Parse("""{"externalTrafficPolicy":"Cluster"}"""));
        if (spec.GetString("type") == "LoadBalancer")
        {
            DefaultRules.Fill(spec, JsonTemplate.Parse("""{"allocateLoadBalancerNodePorts":true}"""));
            if (spec.GetString("externalTrafficPolicy") == "Local")
            {
                spec["healthCheckNodePort"] = live.GetInteger("spec", "healthCheckNodePort") ?? Free(taken);
            }
        }
    }

    private static bool IsSame(JsonObject one, JsonObject other) =>
        one.GetInteger("port") == other.GetInteger("port") && (one.GetString("protocol") ?? "TCP") == (other.GetString("protocol") ?? "TCP");

    private static IEnumerable<long> PortsOf(JsonObject service) => service.GetObjects("spec", "ports").Select(p => p.GetInteger("nodePort"))
        .Append(service.GetInteger("spec", "healthCheckNodePort")).OfType<long>();

    private static long Free(HashSet<long> taken)
    {
        for (long port = First; port <= Last; port++)
        {
            if (!taken.Contains(port))
            {
                return port;
            }
        }

        throw StatusException.BadRequest("failed to allocate a nodePort: range is full");
    }
}
