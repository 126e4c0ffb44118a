using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// Requests and limits of a container or pod under the resource names of quotas: <c>cpu</c> and <c>requests.cpu</c> are the request,
/// <c>limits.cpu</c> is the limit.
/// </summary>
internal sealed class PodResources(IEnumerable<KeyValuePair<string, decimal>> amounts)
{
    public Dictionary<string, decimal> Amounts { get; } = amounts.GroupBy(c => c.Key).ToDictionary(g => g.Key, g => g.Sum(c => c.Value));

    public decimal Cpu => Amounts.GetValueOrDefault("cpu");

    public decimal Memory => Amounts.GetValueOrDefault("memory");

    /// <summary>Of the node's disk.</summary>
    public decimal EphemeralStorage => Amounts.GetValueOrDefault("ephemeral-storage");

    /// <summary>
    /// What a pod needs: the sum of its containers and sidecars, or what an init container needs beside the sidecars before it, if that is
    /// more; plus the overhead.
    /// </summary>
    public static PodResources OfPod(JsonObject? spec)
    {
        Dictionary<string, decimal> sidecars = [], peak = [];
        foreach (var container in spec.GetObjects("initContainers"))
        {
            var together = Combine(sidecars, OfContainer(container).Amounts, (a, b) => a + b);
            peak = Combine(peak, together, Math.Max);
            sidecars = IsSidecar(container) ? together : sidecars;
        }

        var containers = spec.GetObjects("containers").Aggregate(
            sidecars, (sum, c) => Combine(sum, OfContainer(c).Amounts, (a, b) => a + b));
        var amounts = Combine(containers, peak, Math.Max);
        var overhead = ParseQuantities(spec.GetObject("overhead"));
        // Overhead isn't added to limits that no container sets.
        var limited = overhead.Where(o => amounts.ContainsKey($"limits.{o.Key}"));
        return new(amounts.Concat(WithQuotaNames(overhead, limited)));
    }

    /// <summary>Whether an init container keeps running beside the containers.</summary>
    public static bool IsSidecar(JsonObject container) => container.GetString("restartPolicy") == "Always";

    public static PodResources OfContainer(JsonObject container) =>
        new(WithQuotaNames(
            ParseQuantities(container.GetObject("resources", "requests")), ParseQuantities(container.GetObject("resources", "limits"))));

    public static Dictionary<string, decimal> ParseQuantities(JsonObject? map) =>
        map.GetStringMap().ToDictionary(p => p.Key, p => ParseQuantity(p.Value));

    public static decimal ParseQuantity(string text) => new ResourceQuantity(text).ToDecimal();

    /// <summary>The canonical form: binary suffixes for bytes, decimal ones for the rest.</summary>
    public static string Format(string resource, decimal value)
    {
        var bytes = resource.EndsWith("memory", StringComparison.Ordinal) || resource.EndsWith("storage", StringComparison.Ordinal);
        var form = bytes ? ResourceQuantity.SuffixFormat.BinarySI : ResourceQuantity.SuffixFormat.DecimalSI;
        return new ResourceQuantity(value, 0, form).CanonicalizeString();
    }

    /// <summary>The QoS class of a pod whose defaults are set: missing requests equal the limits.</summary>
    public static string GetQosClass(JsonObject? spec)
    {
        var compute = (
            from container in spec.GetObjects("containers").Concat(spec.GetObjects("initContainers"))
            from name in (string[])["cpu", "memory"]
            select (container.GetString("resources", "requests", name), container.GetString("resources", "limits", name))).ToList();
        return compute.TrueForAll(c => c is (null, null)) ? "BestEffort"
            : compute.TrueForAll(c => c is ({ } request, { } limit) && request == limit) ? "Guaranteed"
            : "Burstable";
    }

    private static Dictionary<string, decimal> Combine(
        Dictionary<string, decimal> left, Dictionary<string, decimal> right, Func<decimal, decimal, decimal> combine) =>
        left.Keys.Union(right.Keys).ToDictionary(k => k, k => combine(left.GetValueOrDefault(k), right.GetValueOrDefault(k)));

    private static IEnumerable<KeyValuePair<string, decimal>> WithQuotaNames(
        Dictionary<string, decimal> requests, IEnumerable<KeyValuePair<string, decimal>> limits) =>
    [
        .. requests,
        .. requests.Select(r => KeyValuePair.Create($"requests.{r.Key}", r.Value)),
        .. limits.Select(l => KeyValuePair.Create($"limits.{l.Key}", l.Value)),
    ];
}
