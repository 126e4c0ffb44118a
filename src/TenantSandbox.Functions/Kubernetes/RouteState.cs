using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Kubernetes;

/// <summary>What the controllers of its Gateways say about a route.</summary>
/// <param name="IsReady">Whether every one accepted it and resolved its references.</param>
/// <param name="Message">What holds it, or that nothing does, for people; at most 200 characters.</param>
internal sealed record RouteState(bool IsReady, string Message)
{
    private const int MaxMessage = 200;

    private static readonly string[] Needed = ["Accepted", "ResolvedRefs"];

    public static RouteState Of(HttpRoute route)
    {
        var parents = route.Status?.Parents ?? [];
        if (parents.Count == 0)
        {
            return new(false, "no Gateway's controller has reported about it");
        }

        // A condition that is older than the spec says nothing about it.
        var generation = route.Metadata.Generation ?? 0;
        var missing = parents.SelectMany(p => Needed.Select(type => (Type: type, Found: p.Conditions?.FirstOrDefault(c => c.Type == type))))
            .Where(c => c.Found is not { Status: "True" } || (c.Found.ObservedGeneration ?? generation) < generation)
            .Select(c => c.Found is { Status: "False" } found ? $"{c.Type} is false: {found.Reason}: {found.Message}" : $"{c.Type} isn't reported yet")
            .ToArray();
        return missing.Length == 0 ? new(true, "accepted") : new(false, Shorten(string.Join("; ", missing)));
    }

    private static string Shorten(string text) => text.Length <= MaxMessage ? text : $"{text[..(MaxMessage - 1)]}…";
}
