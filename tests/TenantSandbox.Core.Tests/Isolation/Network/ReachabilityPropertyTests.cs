using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Tests.Isolation.Network;

/// <summary>The evaluator with sets against one that decides about single connections. CsCheck prints the seed of a failing case.</summary>
public sealed class ReachabilityPropertyTests
{
    private static readonly Gen<List<JsonObject>> Policies = PolicyGen.Policy.List[0, 4];
    private static readonly TransportProtocol[] Protocols = Enum.GetValues<TransportProtocol>();
    private static readonly TrafficDirection[] Directions = Enum.GetValues<TrafficDirection>();

    // On both sides of every border of the generator's ranges, and the containers' named ports.
    private static readonly int[] Ports = [1, 79, 80, 100, 101, 443, 463, 464, 5432, 5433, 8080, 8100, 8101, 9090, 65535];

    private static readonly IPAddress[] Addresses =
        [.. ((string[])["9.9.9.9", "10.0.0.1", "10.1.0.1", "10.1.2.3", "169.254.0.1", "169.254.169.254", "fd00::1", "fd00:1::1", "fe80::1"]).Select(IPAddress.Parse)];

    [Fact]
    public void Allowed_RandomPolicies_AgreesWithTheSinglePacketEvaluator() => Policies.Sample(policies =>
    {
        var (sets, single) = (Under(policies), new SinglePacketEvaluator(policies));
        foreach (var (pod, direction) in Subjects())
        {
            var addresses = sets.AllowedAddresses(pod, direction);
            foreach (var address in Addresses)
            {
                Agree(addresses.PortsAt(address), (p, n) => single.Allows(pod, direction == TrafficDirection.Egress, null, address, p, n), $"{pod.Name} {direction} {address}");
            }

            foreach (var peer in PolicySamples.Pods)
            {
                Agree(
                    sets.Allowed(pod, direction, peer),
                    (p, n) => single.Allows(pod, direction == TrafficDirection.Egress, peer, null, p, n),
                    $"{pod.Name} {direction} {peer.Namespace}/{peer.Name}");
            }
        }
    }, print: Print);

    [Fact]
    public void Allowed_OneMorePolicy_ClosesNothingForAPodThatIsSelectedAlready() => Gen.Select(Policies, PolicyGen.Policy).Sample((policies, added) =>
    {
        var (before, after) = (Under(policies), Under([.. policies, added]));
        foreach (var (pod, direction) in Subjects().Where(s => before.RulesFor(s.Pod, s.Direction) is not null))
        {
            Assert.True(before.AllowedAddresses(pod, direction).Except(after.AllowedAddresses(pod, direction)).IsEmpty);
            Assert.All(PolicySamples.Pods, p => Assert.True(before.Allowed(pod, direction, p).Except(after.Allowed(pod, direction, p)).IsEmpty));
        }
    }, print: t => Print([.. t.Item1, t.Item2]));

    [Fact]
    public void FindHoles_RandomPolicies_CoverWhatIsAllowedBeyondTheBaseline() => Gen.Select(Policies, Policies).Sample((known, others) =>
    {
        var holes = PolicyComparison.FindHoles(Read(known), Read(others), PolicySamples.Pods);
        var (before, after) = (Under(known), Under([.. known, .. others]));
        foreach (var (pod, direction) in Subjects().Where(s => before.RulesFor(s.Pod, s.Direction) is not null))
        {
            var own = holes.Where(h => h.Direction == direction && h.Policy.RulesFor(pod, direction) is not null).ToArray();
            var opened = after.AllowedAddresses(pod, direction).Except(before.AllowedAddresses(pod, direction));
            var named = own.Where(h => h.Addresses is not null)
                .Aggregate(AddressPortSet.Empty, (all, h) => all.Union(AddressPortSet.Of(h.Addresses!, h.Ports)));
            Assert.True(opened.Except(named).IsEmpty, $"{pod.Name} {direction} {opened.Except(named)}");
            foreach (var peer in PolicySamples.Pods)
            {
                var more = after.Allowed(pod, direction, peer).Except(before.Allowed(pod, direction, peer));
                var labels = PolicySamples.Namespaces.Single(n => n.Name == peer.Namespace).Labels;
                var listed = own.Where(h => h.Pods is { } p && p.Namespaces.Matches(labels) && p.Pods.Matches(peer.Labels))
                    .Aggregate(PortSet.None, (all, h) => all.Union(h.Ports));
                Assert.True(more.Except(listed).IsEmpty, $"{pod.Name} {direction} {peer.Namespace}/{peer.Name} {more.Except(listed)}");
            }
        }
    }, print: t => Print([.. t.Item1, .. t.Item2]));

    [Fact]
    public void FindHoles_RandomPolicies_NameOnlyAddressesThatArePrecluded() => Gen.Select(Policies, PolicyGen.Policy).Sample((known, other) =>
    {
        var (before, alone) = (Under(known), Under([other]));
        foreach (var pod in PolicySamples.Pods)
        {
            foreach (var hole in PolicyComparison.FindHoles(Read(known), Read([other]), [pod]).Where(h => h.Addresses is not null))
            {
                var named = AddressPortSet.Of(hole.Addresses!, hole.Ports);
                Assert.True(named.Intersect(before.AllowedAddresses(pod, hole.Direction)).IsEmpty);
                Assert.True(named.Except(alone.AllowedAddresses(pod, hole.Direction)).IsEmpty);
            }
        }
    }, print: t => Print([.. t.Item1, t.Item2]));

    [Fact]
    public void FindHoles_SamePolicies_AreNone() => Policies.Sample(policies =>
        Assert.Empty(PolicyComparison.FindHoles(Read(policies), Read(policies), PolicySamples.Pods)), print: Print);

    private static void Agree(PortSet ports, Func<TransportProtocol, int, bool> isAllowed, string what)
    {
        foreach (var protocol in Protocols)
        {
            Assert.All(Ports, p => Assert.True(isAllowed(protocol, p) == ports.Contains(protocol, p), $"{what} {protocol} {p}"));
        }
    }

    private static IEnumerable<(NetworkPod Pod, TrafficDirection Direction)> Subjects() => PolicySamples.Pods.SelectMany(p => Directions.Select(d => (p, d)));

    private static NetworkPolicy[] Read(IEnumerable<JsonObject> policies)
    {
        NetworkPolicy[] read = [.. policies.Select(NetworkPolicyReader.Read)];
        Assert.All(read, p => Assert.Null(p.Unreadable));
        return read;
    }

    private static Reachability Under(IEnumerable<JsonObject> policies) => PolicySamples.Under(Read(policies));

    private static string Print(List<JsonObject> policies) => string.Join('\n', policies.Select(p => p.ToJsonString()));
}
