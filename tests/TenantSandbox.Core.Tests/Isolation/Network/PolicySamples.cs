using System.Text.Json.Nodes;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Tests.Isolation.Network;

/// <summary>A small cluster: pods web and db in namespace shop, web in bank, and policies from the spec of their JSON.</summary>
internal static class PolicySamples
{
    public static readonly NetworkPod Web = Pod("shop", "web", "app=web,tier=front", new NamedPort("http", TransportProtocol.Tcp, 8080));
    public static readonly NetworkPod Db = Pod(
        "shop", "db", "app=db", new NamedPort("http", TransportProtocol.Tcp, 9090), new NamedPort("sql", TransportProtocol.Tcp, 5432), new NamedPort("sql", TransportProtocol.Udp, 5433));

    public static readonly NetworkPod BankWeb = Pod("bank", "web", "app=web");
    public static readonly NetworkPod[] Pods = [Web, Db, BankWeb];

    public static readonly NetworkNamespace[] Namespaces =
    [
        NetworkNamespace.Read(Object("""{"metadata":{"name":"shop","labels":{"team":"x"}}}""")),
        NetworkNamespace.Read(Object("""{"metadata":{"name":"bank","labels":{"team":"y"}}}""")),
    ];

    public static JsonObject Object(string text) => JsonNode.Parse(text)!.AsObject();

    public static JsonObject PolicyJson(string spec, string ns = "shop", string name = "p") => new()
    {
        ["apiVersion"] = "networking.k8s.io/v1",
        ["kind"] = "NetworkPolicy",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
        ["spec"] = Object(spec),
    };

    public static NetworkPolicy Policy(string spec, string ns = "shop", string name = "p") => NetworkPolicyReader.Read(PolicyJson(spec, ns, name));

    public static Reachability Under(params NetworkPolicy[] policies) => new(policies, Namespaces);

    private static NetworkPod Pod(string ns, string name, string labels, params NamedPort[] ports) =>
        new(ns, name, labels.Split(',').Select(l => l.Split('=')).ToDictionary(l => l[0], l => l[1]), ports, AddressSet.Empty);
}
