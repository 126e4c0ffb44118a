using System.Net;
using TenantSandbox.Core.Isolation.Network;
using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What a pod reaches under the policies that are in force, as Azure CNI powered by Cilium enforces them: it drops what isn't allowed.</summary>
internal sealed class PodNetwork
{
    /// <summary>The instance metadata service and WireServer answer at these ports, and nowhere else.</summary>
    private static readonly Dictionary<string, int[]> PlatformPorts = new()
    {
        ["169.254.169.254"] = [80],
        ["168.63.129.16"] = [53, 80, 32526],
    };

    /// <summary>SSH, the kubelet, kube-proxy's health.</summary>
    private static readonly int[] NodePorts = [22, 10250, 10256];

    /// <summary>What policies see of the cluster's DNS, which has no pods here.</summary>
    private static readonly NetworkPod ClusterDns = new(
        ClusterServices.DnsNamespace, "coredns", new Dictionary<string, string> { ["k8s-app"] = "kube-dns" },
        [new("dns", TransportProtocol.Udp, 53), new("dns-tcp", TransportProtocol.Tcp, 53)], AddressSet.Empty);

    private readonly Cluster _cluster;
    private readonly NetworkPod _pod;
    private readonly string _ownAddress;
    private readonly CiliumDenial[] _denials;

    public PodNetwork(Cluster cluster, StoredObject pod)
    {
        (_cluster, _pod) = (cluster, ReadPod(pod));
        _ownAddress = pod.Json.GetString("status", "podIP") ?? "";
        _denials =
        [
            .. cluster.Store.List(Kinds.CiliumNetworkPolicies, _pod.Namespace).Select(CiliumPolicyReader.ReadDenial)
                .Where(d => d.Pods.Matches(_pod.Labels)),
        ];
    }

    private static (ProbeOutcome Outcome, string Detail) Dropped => (ProbeOutcome.TimedOut, "");

    private static (ProbeOutcome Outcome, string Detail) Refused => (ProbeOutcome.Refused, "ConnectionRefused");

    /// <summary>What comes of trying a target.</summary>
    public (ProbeOutcome Outcome, string Detail) Try(ProbeTarget target) => Try(target, IPAddress.Parse(target.Address), target.Port);

    /// <summary>What an answer of a target looks like.</summary>
    public static (ProbeOutcome Outcome, string Detail) Answer(ProbeTarget target) => target.Kind switch
    {
        ProbeTargetKind.UdpDns => (ProbeOutcome.Resolved, "1 records"),
        // The metadata service wants a header, and a server of TLS no plain text.
        ProbeTargetKind.Http => (ProbeOutcome.Connected, PlatformPorts.ContainsKey(target.Address) || target.Port is 443 or 10250 ? "HTTP status 400" : "HTTP status 200"),
        _ => (ProbeOutcome.Connected, ""),
    };

    private (ProbeOutcome Outcome, string Detail) Try(ProbeTarget target, IPAddress address, int port)
    {
        var text = address.ToString();
        if (text == _ownAddress)
        {
            return Refused;
        }

        if (_cluster.Store.List(Kinds.Pods).FirstOrDefault(p => !p.HasEnded && p.Json.GetString("status", "podIP") == text) is { } peer)
        {
            return TryPod(target, ReadPod(peer), port, IsListening(peer, target, port));
        }

        // Its Service has no endpoints, since it has no pods.
        if (text == ClusterServices.DnsAddress(_cluster))
        {
            return TryPod(target, ClusterDns, port, port == 53);
        }

        if (_cluster.Store.List(Kinds.Services).FirstOrDefault(s => s.Json.GetString("spec", "clusterIP") == text) is { } service)
        {
            return TryService(target, service, port);
        }

        return _cluster.Store.List(Kinds.Nodes).Any(n => n.Json.GetObjects("status", "addresses").Any(a => a.GetString("address") == text))
                ? TryAddress(target, address, port, NodePorts.Contains(port) || IsNodePort(port))
            : PlatformPorts.TryGetValue(text, out var ports) ? ports.Contains(port) ? TryAddress(target, address, port, true) : Dropped
            // Of the world outside, every address answers at every port.
            : TryAddress(target, address, port, true);
    }

    private (ProbeOutcome Outcome, string Detail) TryPod(ProbeTarget target, NetworkPod peer, int port, bool isListening)
    {
        var reachability = new Reachability(Policies(_pod.Namespace).Concat(peer.Namespace == _pod.Namespace ? [] : Policies(peer.Namespace)), Namespaces(peer));
        return !reachability.Between(_pod, peer).Contains(Protocol(target), port) ? Dropped : isListening ? Answer(target) : Refused;
    }

    private (ProbeOutcome Outcome, string Detail) TryAddress(ProbeTarget target, IPAddress address, int port, bool isListening)
    {
        var allowed = new Reachability(Policies(_pod.Namespace), []).AllowedAddresses(_pod, TrafficDirection.Egress).PortsAt(address);
        var isDenied = _denials.Any(d => d.Destinations.PortsAt(address).Contains(Protocol(target), port));
        return isDenied || !allowed.Contains(Protocol(target), port) ? Dropped : isListening ? Answer(target) : Refused;
    }

    /// <summary>Policies see a connection to a Service as one to its endpoint. Without endpoints, the node rejects it.</summary>
    private (ProbeOutcome Outcome, string Detail) TryService(ProbeTarget target, StoredObject service, int port)
    {
        var name = service.Json.GetObjects("spec", "ports").FirstOrDefault(p => p.GetInteger("port") == port).GetString("name");
        var subset = _cluster.Store.Find(Kinds.Endpoints, service.Key.Namespace, service.Key.Name)?.Json.GetObjects("subsets")
            .FirstOrDefault(s => s.GetObjects("addresses").Any());
        var backend = subset.GetObjects("addresses").FirstOrDefault().GetString("ip");
        var backendPort = subset.GetObjects("ports").FirstOrDefault(p => p.GetString("name") == name).GetInteger("port");
        return backend is null || backendPort is null ? Refused : Try(target, IPAddress.Parse(backend), (int)backendPort);
    }

    private bool IsNodePort(int port) =>
        _cluster.Store.List(Kinds.Services).SelectMany(s => s.Json.GetObjects("spec", "ports")).Any(p => p.GetInteger("nodePort") == port);

    private IEnumerable<NetworkPolicy> Policies(string ns) =>
    [
        .. _cluster.Store.List(Kinds.NetworkPolicies, ns).Select(p => NetworkPolicyReader.Read(WithKind(p))),
        .. _cluster.Store.List(Kinds.CiliumNetworkPolicies, ns).Select(CiliumPolicyReader.Read),
    ];

    private IEnumerable<NetworkNamespace> Namespaces(NetworkPod peer) => new[] { _pod.Namespace, peer.Namespace }.Distinct()
        .Select(n => _cluster.Store.Find(Kinds.Namespaces, "", n)?.Json is { } json ? NetworkNamespace.Read(json) : NetworkNamespace.Of(n));

    private static JsonObject WithKind(StoredObject item)
    {
        var json = item.CopyJson();
        (json["kind"], json["apiVersion"]) = (item.Key.Kind.Kind, item.Key.Kind.ApiVersion);
        return json;
    }

    private static NetworkPod ReadPod(StoredObject pod) => NetworkPod.Read(pod.Json);

    /// <summary>A running pod listens at the ports that its containers declare.</summary>
    private static bool IsListening(StoredObject pod, ProbeTarget target, int port) =>
        pod.Json.GetString("status", "phase") == "Running"
        && pod.Json.GetObjects("spec", "containers").SelectMany(c => c.GetObjects("ports"))
            .Any(p => p.GetInteger("containerPort") == port && (p.GetString("protocol") ?? "TCP") == (target.Kind == ProbeTargetKind.UdpDns ? "UDP" : "TCP"));

    private static TransportProtocol Protocol(ProbeTarget target) =>
        target.Kind == ProbeTargetKind.UdpDns ? TransportProtocol.Udp : TransportProtocol.Tcp;
}
