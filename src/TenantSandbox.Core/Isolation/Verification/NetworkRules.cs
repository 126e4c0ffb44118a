using System.Text.Json.Nodes;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>
/// Rules about what all policies of the namespace together allow, whoever made them. A policy that can't be evaluated is reported as such and
/// left out of the other rules, so that each says one thing.
/// </summary>
internal static class NetworkRules
{
    private static readonly TrafficDirection[] Directions = [TrafficDirection.Ingress, TrafficDirection.Egress];

    public static IReadOnlyList<IsolationRule> All { get; } =
    [
        new("network.engine", IsolationArea.Network, "The cluster has an engine that enforces network policies.", (_, e) =>
            [Observation.Of(e.ClusterId, "an engine", e.NoPolicyEngine is null ? "an engine" : "none", e.NoPolicyEngine is null, e.NoPolicyEngine)]),
        new("network.readable", IsolationArea.Network, "Every policy of the namespace can be evaluated; one that can't counts as open.", (facts, e) =>
        {
            string[] unreadable =
            [
                .. facts.Policies.Value!.Where(p => !IsRendered(p, e)).Select(NetworkPolicyReader.Read).Where(p => p.Unreadable is not null)
                    .Select(p => $"{p.Kind}/{p.Name}: {p.Unreadable}"),
            ];
            return [Observation.Of(e.Namespace, "every policy", unreadable.Length == 0 ? "every policy" : string.Join("; ", unreadable), unreadable.Length == 0)];
        }),
        new("network.default-deny", IsolationArea.Network, "Policies isolate every pod in both directions, so that what none allows is denied.", (facts, e) =>
        {
            var reachability = new Reachability(Readable(facts), []);
            string[] open = [.. from pod in Subjects(facts) from way in Directions where reachability.RulesFor(pod, way) is null select $"{pod.Name} ({way})"];
            return [Observation.Of(e.Namespace, "no open pod", open.Length == 0 ? "no open pod" : string.Join(", ", open), open.Length == 0)];
        }),
        new("network.closed", IsolationArea.Network, "No pod may connect to addresses that are closed to every tenant, whatever its allow list says.", (facts, e) =>
        {
            var reachability = new Reachability(Readable(facts), []);
            // A pod that nothing isolates reaches everything, which is a rule of its own.
            var allowed = Subjects(facts)
                .Where(p => reachability.RulesFor(p, TrafficDirection.Egress) is not null)
                .Select(p => reachability.AllowedAddresses(p, TrafficDirection.Egress))
                .Aggregate(AddressPortSet.Empty, (all, a) => all.Union(a))
                .Except(e.OpenDns);
            return e.ClosedTargets.Select(target =>
            {
                var reached = allowed.Intersect(AddressPortSet.Of(target.Addresses, PortSet.All));
                return Observation.Of($"{target.Name} ({target.Addresses})", "not reachable", reached.IsEmpty ? "not reachable" : $"reachable: {reached}", reached.IsEmpty);
            });
        }),
        new("network.foreign", IsolationArea.Network, "No policy allows what those of the tenant's spec don't.", (facts, e) =>
        {
            var holes = PolicyComparison.FindHoles(Read(e.Policies), Readable(facts), Subjects(facts))
                // What closed addresses get is reported by the rule about them.
                .Where(h => h.Direction != TrafficDirection.Egress || h.Addresses is not { } a || !a.Except(Closed(e)).IsEmpty)
                .Select(h => $"{h.Policy.Kind}/{h.Policy.Name} opens {h}").ToArray();
            return [Observation.Of(e.Namespace, "nothing more", holes.Length == 0 ? "nothing more" : string.Join("; ", holes), holes.Length == 0)];
        }),
    ];

    // A rendered policy of a kind that isn't evaluated is trusted as long as nobody has changed it.
    private static bool IsRendered(JsonObject policy, IsolationExpectation expected) => expected.Policies.Any(p =>
        JsonNode.DeepEquals(p["kind"], policy["kind"]) && JsonNode.DeepEquals(p["metadata"]?["name"], policy["metadata"]?["name"]) && JsonNode.DeepEquals(p["spec"], policy["spec"]));

    private static AddressSet Closed(IsolationExpectation expected) => AddressSet.Union(expected.ClosedTargets.Select(t => t.Addresses));

    private static IReadOnlyList<NetworkPolicy> Read(IReadOnlyList<JsonObject> policies) => [.. policies.Select(NetworkPolicyReader.Read)];

    private static IReadOnlyList<NetworkPolicy> Readable(IsolationFacts facts) => [.. Read(facts.Policies.Value!).Where(p => p.Unreadable is null)];

    // By labels and ports, so that one of many equal pods is compared.
    private static IReadOnlyList<NetworkPod> Subjects(IsolationFacts facts) =>
    [
        .. PodRules.Running(facts).Select(NetworkPod.Read)
            .GroupBy(p => string.Join('\n', p.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}").Concat(p.Ports.Select(n => $"{n}"))))
            .Select(g => g.First()),
    ];
}
