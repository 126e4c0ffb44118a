using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;

namespace TenantSandbox.Cli.Convert;

/// <summary>
/// Takes what NetworkPolicies allow towards and from address blocks and workloads. Rules of several policies add up, as they do in
/// Kubernetes. The rest of a policy is replaced by the tenant's own.
/// </summary>
internal sealed class PolicyMapping(IReadOnlyList<WorkloadDraft> workloads)
{
    private readonly List<ConversionNote> _notes = [];

    /// <summary>What all of the tenant's workloads may connect to.</summary>
    public JsonArray AllowList { get; } = [];

    public IReadOnlyList<ConversionNote> Notes => _notes;

    public void Apply(IEnumerable<V1NetworkPolicy> policies)
    {
        foreach (var policy in policies)
        {
            var id = $"NetworkPolicy/{policy.Metadata?.Name}";
            var spec = policy.Spec;
            if (spec?.PodSelector?.MatchExpressions is { Count: > 0 })
            {
                _notes.Add(new(id, ConversionNoteKind.NotTaken, "It selects pods by expressions; say \"ingress\" and \"egressAllowList\" for each workload."));
                continue;
            }

            var isForAll = spec?.PodSelector?.MatchLabels is not { Count: > 0 };
            WorkloadDraft[] selected = [.. workloads.Where(w => !w.IsDropped && (isForAll || w.IsSelectedBy(spec!.PodSelector!.MatchLabels)))];
            // Without types, a policy is about ingress, and about egress if it has such rules.
            if (spec?.PolicyTypes?.Contains("Ingress") ?? true)
            {
                foreach (var workload in selected)
                {
                    AddSources(workload, id, spec?.Ingress ?? []);
                }
            }

            AddDestinations(isForAll ? null : selected, id, spec?.Egress ?? []);
            _notes.Add(new(id, ConversionNoteKind.Changed, "The tenant's own policies take its place: what isn't listed is closed, but for DNS."));
        }
    }

    private void AddSources(WorkloadDraft workload, string id, IList<V1NetworkPolicyIngressRule> rules)
    {
        // Selected by a policy, a pod accepts nothing but what rules name.
        var from = ListOf(workload.Network, "ingress", "from");
        foreach (var rule in rules)
        {
            if (PortsOf(id, "ingress", rule.Ports, mayHaveNames: true) is not { } ports)
            {
                continue;
            }

            if (rule.FromProperty is not { Count: > 0 })
            {
                _notes.Add(new(
                    id, ConversionNoteKind.NotTaken, $"{workload.Name} accepts connections from everywhere; name sources, blocks or workloads in \"ingress\"."));
                continue;
            }

            foreach (var peer in rule.FromProperty)
            {
                Add(from, peer, ports, id, "ingress");
            }
        }
    }

    private void AddDestinations(WorkloadDraft[]? selected, string id, IList<V1NetworkPolicyEgressRule> rules)
    {
        foreach (var rule in rules.Where(r => !IsDns(r)))
        {
            if (PortsOf(id, "egress", rule.Ports, mayHaveNames: false) is not { } ports)
            {
                continue;
            }

            foreach (var peer in rule.To ?? [])
            {
                foreach (var list in selected?.Select(w => ListOf(w.Network, "egressAllowList")) ?? [AllowList])
                {
                    Add(list, peer, ports, id, "egress");
                }
            }
        }
    }

    private void Add(JsonArray list, V1NetworkPolicyPeer peer, JsonArray ports, string id, string direction)
    {
        switch (peer)
        {
            case { IpBlock.Except.Count: > 0 }:
                _notes.Add(new(id, ConversionNoteKind.NotTaken, $"{peer.IpBlock.Cidr} has exceptions, which a list can't say; list the blocks that are left."));
                break;
            case { IpBlock: { } block }:
                Put(list, "cidr", block.Cidr, ports);
                break;
            case { NamespaceSelector: not null }:
                _notes.Add(new(id, ConversionNoteKind.NotTaken, direction == "ingress"
                    ? "It allows pods of other namespaces; name one of the installation's sources in \"ingress\", or use \"expose\"."
                    : "It allows pods of other namespaces, which a tenant can't reach."));
                break;
            case { PodSelector.MatchExpressions.Count: > 0 }:
                _notes.Add(new(id, ConversionNoteKind.NotTaken, $"It selects the other pods by expressions; name the workloads in the {direction} list."));
                break;
            default:
                var labels = peer.PodSelector?.MatchLabels;
                foreach (var other in workloads.Where(w => !w.IsDropped && (labels is not { Count: > 0 } || w.IsSelectedBy(labels))))
                {
                    Put(list, "workload", other.Name, ports);
                }

                break;
        }
    }

    // The list has each once; the ports of several rules add up, and no ports are all.
    private static void Put(JsonArray list, string property, string value, JsonArray ports)
    {
        if (list.OfType<JsonObject>().FirstOrDefault(i => i[property]?.GetValue<string>() == value) is not { } item)
        {
            item = new JsonObject { [property] = value };
            list.Add(item);
            if (ports.Count > 0)
            {
                item["ports"] = ports.DeepClone();
            }
        }
        else if (ports.Count == 0)
        {
            item.Remove("ports");
        }
        else if (item["ports"] is JsonArray known)
        {
            foreach (var port in ports.Where(p => !known.Any(k => JsonNode.DeepEquals(k, p))))
            {
                known.Add(port!.DeepClone());
            }
        }
    }

    // The tenant's pods may always ask DNS.
    private static bool IsDns(V1NetworkPolicyEgressRule rule) =>
        rule.Ports is { Count: > 0 } && rule.Ports.All(p => p.Port?.Value == "53" && p.EndPort is null);

    /// <returns>Null, with a note, if single ports can't say it.</returns>
    private JsonArray? PortsOf(string id, string direction, IList<V1NetworkPolicyPort>? ports, bool mayHaveNames)
    {
        var taken = new JsonArray();
        foreach (var port in ports ?? [])
        {
            if (port is not { EndPort: null, Port.Value: { } text })
            {
                _notes.Add(new(id, ConversionNoteKind.NotTaken, $"Its {direction} names a range or all of a protocol's ports; a list has single ports."));
                return null;
            }

            var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            if (!isNumber && !mayHaveNames)
            {
                _notes.Add(new(id, ConversionNoteKind.NotTaken, $"Its {direction} names port {text}; give its number."));
                return null;
            }

            taken.Add(isNumber
                ? new JsonObject { ["port"] = number, ["protocol"] = port.Protocol ?? "TCP" }
                : new JsonObject { ["port"] = text });
        }

        return taken;
    }

    private static JsonArray ListOf(JsonObject owner, string name, string? inner = null)
    {
        if (inner is not null)
        {
            if (owner[name] is not JsonObject child)
            {
                child = [];
                owner[name] = child;
            }

            return ListOf(child, inner);
        }

        if (owner[name] is not JsonArray list)
        {
            list = [];
            owner[name] = list;
        }

        return list;
    }
}
