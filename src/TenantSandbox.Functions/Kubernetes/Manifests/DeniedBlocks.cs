using System.Net;
using TenantSandbox.Core.Errors;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>Address blocks that no tenant's allow list can open.</summary>
/// <param name="configured">The configured blocks, in addition to the platform's.</param>
internal sealed class DeniedBlocks(IEnumerable<string> configured)
{
    /// <summary>Azure's host agent (WireServer) and link-local, where the instance metadata service hands out identities.</summary>
    public static readonly IReadOnlyList<string> Platform = ["168.63.129.16/32", "169.254.0.0/16", "fe80::/10"];

    private readonly IPNetwork[] _blocks =
        [.. Platform.Concat(configured).Select(c => IPNetwork.Parse(c)).Distinct()];

    /// <summary>The denied parts of an allowed block, sorted, without overlaps.</summary>
    /// <exception cref="InvalidException">The block lies entirely in a denied one.</exception>
    public IReadOnlyList<string> Within(IPNetwork allowed)
    {
        if (_blocks.Cast<IPNetwork?>().FirstOrDefault(b => Covers(b!.Value, allowed)) is { } cover)
        {
            throw new InvalidException(
                "EgressDenied", $"egress to {allowed} can't be allowed: it lies in {cover}, which is denied to every tenant");
        }

        var inside = _blocks.Where(b => Covers(allowed, b)).ToArray();
        return [.. inside.Where(b => !inside.Any(o => !o.Equals(b) && Covers(o, b))).Select(b => b.ToString()).Order(StringComparer.Ordinal)];
    }

    private static bool Covers(IPNetwork outer, IPNetwork inner) =>
        outer.BaseAddress.AddressFamily == inner.BaseAddress.AddressFamily
        && outer.PrefixLength <= inner.PrefixLength
        && outer.Contains(inner.BaseAddress);
}
