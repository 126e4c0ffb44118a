using System.Globalization;
using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Isolation.Network;

/// <summary>Reads policies as the API serves them.</summary>
public static class NetworkPolicyReader
{
    /// <summary>
    /// Reads a NetworkPolicy of networking.k8s.io/v1. An object of another kind, or with a field that isn't understood, is treated as open for
    /// every pod of its namespace, both ways, and says so in <see cref="NetworkPolicy.Unreadable"/>.
    /// </summary>
    /// <param name="item">The object, with <c>kind</c> and <c>apiVersion</c>.</param>
    public static NetworkPolicy Read(JsonObject item)
    {
        var metadata = item["metadata"] as JsonObject ?? [];
        var (kind, ns, name) = ($"{item["kind"]}", $"{metadata["namespace"] ?? NetworkNamespace.Default}", $"{metadata["name"]}");
        try
        {
            return (kind, $"{item["apiVersion"]}") == ("NetworkPolicy", "networking.k8s.io/v1")
                ? Read(kind, ns, name, item.Child("spec") ?? [])
                : Open(kind, ns, name, $"rules of kind {kind} are not evaluated");
        }
        catch (FormatException e)
        {
            return Open(kind, ns, name, e.Message);
        }
    }

    /// <summary>Reads a selector; absent fields select everything.</summary>
    /// <exception cref="FormatException">It isn't what the API accepts.</exception>
    public static LabelSelector ReadSelector(JsonObject selector)
    {
        var labels = selector.Labels("matchLabels").Select(l => new LabelRequirement(l.Key, LabelOperator.In, [l.Value]));
        return new LabelSelector([.. labels, .. selector.Items("matchExpressions").Select(ReadRequirement)]);
    }

    private static NetworkPolicy Open(string kind, string ns, string name, string why) =>
        new(kind, ns, name, LabelSelector.Everything, [PolicyRule.Open], [PolicyRule.Open], why);

    private static NetworkPolicy Read(string kind, string ns, string name, JsonObject spec)
    {
        RefuseOthers(spec, "podSelector", "policyTypes", "ingress", "egress");
        var types = spec.Texts("policyTypes");
        var (ingress, egress) = (Rules(spec, "ingress", "from", ns), Rules(spec, "egress", "to", ns));
        if (types.FirstOrDefault(t => t is not ("Ingress" or "Egress")) is { } unknown)
        {
            throw new FormatException($"{unknown} is no policy type");
        }

        return new NetworkPolicy(
            kind,
            ns,
            name,
            ReadSelector(spec.Child("podSelector") ?? []),
            types.Count == 0 || types.Contains("Ingress") ? ingress : null,
            types.Contains("Egress") || (types.Count == 0 && egress.Count > 0) ? egress : null);
    }

    private static List<PolicyRule> Rules(JsonObject spec, string name, string peers, string ns) =>
    [
        .. spec.Items(name).Select(rule =>
        {
            RefuseOthers(rule, peers, "ports");
            PolicyPeer[] readPeers = [.. rule.Items(peers).Select(p => ReadPeer(p, ns))];
            PolicyPort[] ports = [.. rule.Items("ports").Select(ReadPort)];
            return new PolicyRule(readPeers.Length == 0 ? null : readPeers, ports.Length == 0 ? null : ports);
        }),
    ];

    private static PolicyPeer ReadPeer(JsonObject peer, string ns)
    {
        RefuseOthers(peer, "ipBlock", "namespaceSelector", "podSelector");
        var (block, namespaces, pods) = (peer.Child("ipBlock"), peer.Child("namespaceSelector"), peer.Child("podSelector"));
        return block is not null
            ? namespaces is null && pods is null ? ReadBlock(block) : throw new FormatException("a peer has a block and a selector")
            : namespaces is null && pods is null ? throw new FormatException("a peer is empty")
            : new PodPeer(
                // Without a selector of namespaces, the policy's own is meant.
                namespaces is null ? new LabelSelector([new(NetworkNamespace.NameLabel, LabelOperator.In, [ns])]) : ReadSelector(namespaces),
                pods is null ? LabelSelector.Everything : ReadSelector(pods));
    }

    private static AddressPeer ReadBlock(JsonObject block)
    {
        RefuseOthers(block, "cidr", "except");
        return new AddressPeer(block.Texts("except").Aggregate(
            AddressSet.Parse(block.Text("cidr") ?? throw new FormatException("a block has no cidr")), (rest, e) => rest.Except(AddressSet.Parse(e))));
    }

    private static PolicyPort ReadPort(JsonObject port)
    {
        RefuseOthers(port, "protocol", "port", "endPort");
        var protocol = PolicyJson.Protocol(port.Text("protocol"));
        var hasEnd = port["endPort"] is not null;
        if (port["port"] is not { } start)
        {
            return hasEnd ? throw new FormatException("endPort without port") : new PolicyPort(protocol, 1, ushort.MaxValue);
        }

        // A text of digits is a number: names have a letter.
        if (!int.TryParse($"{start}", NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return hasEnd ? throw new FormatException("endPort with a named port") : new PolicyPort(protocol, 0, 0, port.Text("port"));
        }

        var first = port.Port("port");
        var last = hasEnd ? port.Port("endPort") : first;
        return last >= first ? new PolicyPort(protocol, first, last) : throw new FormatException("endPort is less than port");
    }

    private static LabelRequirement ReadRequirement(JsonObject expression)
    {
        RefuseOthers(expression, "key", "operator", "values");
        var values = expression.Texts("values");
        var (name, takesValues) = expression.Text("operator") switch
        {
            "In" => (LabelOperator.In, true),
            "NotIn" => (LabelOperator.NotIn, true),
            "Exists" => (LabelOperator.Exists, false),
            "DoesNotExist" => (LabelOperator.DoesNotExist, false),
            var other => throw new FormatException($"{other} is no operator of selectors"),
        };
        return takesValues == values.Count > 0
            ? new LabelRequirement(expression.Text("key") ?? throw new FormatException("a requirement has no key"), name, values)
            : throw new FormatException($"{name} with {values.Count} values");
    }

    /// <summary>A field that isn't known could open something.</summary>
    private static void RefuseOthers(JsonObject item, params ReadOnlySpan<string> known)
    {
        foreach (var (name, _) in item)
        {
            if (!known.Contains(name))
            {
                throw new FormatException($"the field {name} is not known");
            }
        }
    }
}
