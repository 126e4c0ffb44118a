using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>
/// What a container, or a pod as a whole, asks for and may use, by the names that quotas have for it: <c>cpu</c> is <c>requests.cpu</c>,
/// <c>limits.cpu</c> another.
/// </summary>
internal sealed class PodResources(IEnumerable<KeyValuePair<string, decimal>> costs)
{
    public Dictionary<string, decimal> Costs { get; } = costs.GroupBy(c => c.Key).ToDictionary(g => g.Key, g => g.Sum(c => c.Value));

    public decimal Cpu => Costs.GetValueOrDefault("cpu");

    public decimal Memory => Costs.GetValueOrDefault("memory");

    /// <summary>The sum of a pod's containers, plus its overhead.</summary>
    public static PodResources Of(JsonObject? spec)
    {
        var costs = spec.Items("containers").SelectMany(c => OfContainer(c).Costs).ToList();
        var overhead = Quantities(spec.Object("overhead"));
        // Overhead doesn't make an unlimited resource limited.
        var limited = overhead.Where(o => costs.Exists(c => c.Key == $"limits.{o.Key}"));
        return new(costs.Concat(Named(overhead, limited)));
    }

    public static PodResources OfContainer(JsonObject container) =>
        new(Named(Quantities(container.Object("resources", "requests")), Quantities(container.Object("resources", "limits"))));

    public static Dictionary<string, decimal> Quantities(JsonObject? map) => map.Pairs().ToDictionary(p => p.Key, p => Quantity(p.Value));

    public static decimal Quantity(string text) => new ResourceQuantity(text).ToDecimal();

    /// <summary>The canonical form: binary suffixes for bytes, decimal ones for the rest.</summary>
    public static string Format(string resource, decimal value)
    {
        var bytes = resource.EndsWith("memory", StringComparison.Ordinal) || resource.EndsWith("storage", StringComparison.Ordinal);
        var form = bytes ? ResourceQuantity.SuffixFormat.BinarySI : ResourceQuantity.SuffixFormat.DecimalSI;
        return new ResourceQuantity(value, 0, form).CanonicalizeString();
    }

    private static IEnumerable<KeyValuePair<string, decimal>> Named(
        Dictionary<string, decimal> requests, IEnumerable<KeyValuePair<string, decimal>> limits) =>
    [
        .. requests,
        .. requests.Select(r => KeyValuePair.Create($"requests.{r.Key}", r.Value)),
        .. limits.Select(l => KeyValuePair.Create($"limits.{l.Key}", l.Value)),
    ];
}
