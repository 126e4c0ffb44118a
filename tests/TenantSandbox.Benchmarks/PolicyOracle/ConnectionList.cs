using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Benchmarks.PolicyOracle;

/// <summary>
/// Who connects to whom: between workloads the ports, between workloads and the outside the IPv4 addresses with their ports. Workloads are named
/// as netpol-analyzer names them, such as <c>default/web[Deployment]</c>.
/// </summary>
internal sealed partial class ConnectionList
{
    private const string External = "[External]";

    // What comes after the connections.
    private static readonly string[] NextParts = ["Exposure Analysis Result", "Workload-to-Networks Mapping"];

    private static readonly AddressSet V4 = AddressSet.OfV4(0, uint.MaxValue);

    private readonly Dictionary<(string From, string To), AddressPortSet> _connections = [];

    /// <summary>Reads the part of a text output that lists connections. Lines about an ingress controller, which is no pod, are left out.</summary>
    /// <exception cref="FormatException">A line has another form.</exception>
    public static ConnectionList Parse(IEnumerable<string> lines)
    {
        var list = new ConnectionList();
        foreach (var line in lines.TakeWhile(l => !NextParts.Any(p => l.StartsWith(p, StringComparison.Ordinal))).Where(l => l.Length > 0 && !l.StartsWith('{')))
        {
            var match = Line().Match(line);
            var (from, to) = (match.Groups["from"].Value, match.Groups["to"].Value);
            var address = from.EndsWith(External, StringComparison.Ordinal) ? from : to.EndsWith(External, StringComparison.Ordinal) ? to : null;
            list.Add(
                from == address ? External : from,
                to == address ? External : to,
                AddressPortSet.Of(
                    address is null ? V4 : ParseRange(address[..^External.Length]),
                    match.Success ? ParsePorts(match.Groups["ports"].Value) : throw new FormatException($"unexpected line: {line}")));
        }

        return list;
    }

    /// <summary>The connections between the workloads of some objects under their policies, as the evaluator sees them.</summary>
    /// <exception cref="FormatException">An object can't be read.</exception>
    public static ConnectionList Evaluate(IReadOnlyCollection<JsonObject> objects)
    {
        NetworkPolicy[] policies = [.. objects.Where(o => $"{o["kind"]}" == "NetworkPolicy").Select(NetworkPolicyReader.Read)];
        if (policies.FirstOrDefault(p => p.Unreadable is not null) is { } unreadable)
        {
            throw new FormatException($"{unreadable}: {unreadable.Unreadable}");
        }

        var reachability = new Reachability(
            policies, objects.Where(o => $"{o["kind"]}" == "Namespace").Select(NetworkNamespace.Read));
        var workloads = objects.Where(o => Workload().IsMatch($"{o["kind"]}")).Select(o => (Name: NameOf(o), Pod: NetworkPod.Read(o))).ToArray();
        var list = new ConnectionList();
        foreach (var (name, pod) in workloads)
        {
            list.Add(External, name, reachability.AllowedAddresses(pod, TrafficDirection.Ingress));
            list.Add(name, External, reachability.AllowedAddresses(pod, TrafficDirection.Egress));
            foreach (var (otherName, other) in workloads.Where(w => w.Name != name))
            {
                list.Add(name, otherName, AddressPortSet.Of(V4, reachability.Between(pod, other)));
            }
        }

        return list;
    }

    /// <summary>Number of pairs that connect.</summary>
    public int Count => _connections.Count;

    /// <summary>What differs, one line for each pair; none when the lists say the same.</summary>
    public IEnumerable<string> Differences(ConnectionList expected) =>
        from pair in _connections.Keys.Union(expected._connections.Keys)
        let own = _connections.GetValueOrDefault(pair, AddressPortSet.Empty)
        let their = expected._connections.GetValueOrDefault(pair, AddressPortSet.Empty)
        where !own.Except(their).IsEmpty || !their.Except(own).IsEmpty
        select $"{pair.From} => {pair.To}: {own}, expected {their}";

    // Pods of one workload with different labels share its name.
    private void Add(string from, string to, AddressPortSet connections)
    {
        var v4 = _connections.GetValueOrDefault((from, to), AddressPortSet.Empty).Union(connections.Intersect(AddressPortSet.Of(V4, PortSet.All)));
        if (!v4.IsEmpty)
        {
            _connections[(from, to)] = v4;
        }
    }

    private static string NameOf(JsonObject item)
    {
        var metadata = item["metadata"]!;
        var owner = $"{item["kind"]}" == "Pod"
            ? (metadata["ownerReferences"]?.AsArray() ?? []).FirstOrDefault(o => o?["controller"]?.GetValue<bool>() == true && $"{o["kind"]}" != "Node")
            : null;
        return $"{metadata["namespace"] ?? NetworkNamespace.Default}/{owner?["name"] ?? metadata["name"]}[{owner?["kind"] ?? item["kind"]}]";
    }

    private static AddressSet ParseRange(string range)
    {
        var ends = range.Split('-').Select(a => BinaryPrimitives.ReadUInt32BigEndian(IPAddress.Parse(a).GetAddressBytes())).ToArray();
        return AddressSet.OfV4(ends[0], ends[^1]);
    }

    /// <summary>Reads a form such as <c>TCP 80,8000-8080,UDP 53</c>.</summary>
    private static PortSet ParsePorts(string text)
    {
        if (text == "All Connections")
        {
            return PortSet.All;
        }

        var (ports, protocol) = (PortSet.None, TransportProtocol.Tcp);
        foreach (var part in text.Split(','))
        {
            var words = part.Split(' ');
            protocol = words.Length == 2 ? Enum.Parse<TransportProtocol>(words[0], ignoreCase: true) : protocol;
            var ends = words[^1].Split('-').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
            ports = ports.Union(PortSet.Of(protocol, ends[0], ends[^1]));
        }

        return ports;
    }

    [GeneratedRegex("^(?<from>.+) => (?<to>.+) : (?<ports>.+)$")]
    private static partial Regex Line();

    [GeneratedRegex("^(Pod|Deployment|ReplicaSet|StatefulSet|DaemonSet|ReplicationController|Job|CronJob|VirtualMachine)$")]
    private static partial Regex Workload();
}
