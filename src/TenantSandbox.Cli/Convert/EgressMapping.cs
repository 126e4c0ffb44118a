using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;

namespace TenantSandbox.Cli.Convert;

/// <summary>Takes what NetworkPolicies allow towards address blocks; the rest of a policy is replaced by the tenant's own.</summary>
internal static class EgressMapping
{
    public static (JsonArray AllowList, IReadOnlyList<ConversionNote> Notes) Map(IEnumerable<V1NetworkPolicy> policies)
    {
        var allowed = new JsonArray();
        var notes = new List<ConversionNote>();
        foreach (var policy in policies)
        {
            var id = $"NetworkPolicy/{policy.Metadata?.Name}";
            foreach (var rule in policy.Spec?.Egress ?? [])
            {
                foreach (var block in (rule.To ?? []).Select(peer => peer.IpBlock).OfType<V1IPBlock>())
                {
                    AddBlock(allowed, notes, id, block, rule.Ports ?? []);
                }
            }

            notes.Add(new(id, ConversionNoteKind.Changed, "The tenant's own policy takes its place: closed both ways but for the tenant's pods, DNS and the allow list."));
        }

        return (allowed, notes);
    }

    private static void AddBlock(JsonArray allowed, List<ConversionNote> notes, string id, V1IPBlock block, IList<V1NetworkPolicyPort> ports)
    {
        if (block.Except is { Count: > 0 })
        {
            notes.Add(new(id, ConversionNoteKind.NotTaken, $"{block.Cidr} has exceptions, which an allow list can't say; list the blocks that are left."));
            return;
        }

        int?[] numbers = [.. ports.Select(NumberOf)];
        if (numbers.Contains(null))
        {
            notes.Add(new(id, ConversionNoteKind.NotTaken, $"{block.Cidr} is allowed for ranges, names or all of a protocol's ports; an allow list has single ports."));
            return;
        }

        var rule = new JsonObject { ["cidr"] = block.Cidr };
        if (ports.Count > 0)
        {
            rule["ports"] = new JsonArray([.. ports.Zip(numbers, (port, number) => new JsonObject { ["port"] = number, ["protocol"] = port.Protocol ?? "TCP" })]);
        }

        allowed.Add(rule);
    }

    private static int? NumberOf(V1NetworkPolicyPort port) =>
        port.EndPort is null && int.TryParse(port.Port?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
