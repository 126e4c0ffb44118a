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
        var overhead = List(spec.Object("overhead"), spec.Object("overhead"));
        // Overhead doesn't make an unlimited resource limited.
        var unlimited = overhead.Where(o => o.Key.StartsWith("limits.", StringComparison.Ordinal)).ExceptBy(costs.Select(c => c.Key), o => o.Key);
        return new(costs.Concat(overhead.Except(unlimited)));
    }

    public static PodResources OfContainer(JsonObject container) =>
        new(List(container.Object("resources", "requests"), container.Object("resources", "limits")));

    public static Dictionary<string, decimal> Quantities(JsonObject? map) => map.Pairs().ToDictionary(p => p.Key, p => Quantity(p.Value));

    public static decimal Quantity(string text) => new ResourceQuantity(text).ToDecimal();

    /// <summary>The canonical form: binary suffixes for bytes, decimal ones for the rest.</summary>
    public static string Format(string resource, decimal value)
    {
        var bytes = resource.EndsWith("memory", StringComparison.Ordinal) || resource.EndsWith("storage", StringComparison.Ordinal);
        var form = bytes ? ResourceQuantity.SuffixFormat.BinarySI : ResourceQuantity.SuffixFormat.DecimalSI;
        return new ResourceQuantity(value, 0, form).CanonicalizeString();
    }

    private static IEnumerable<KeyValuePair<string, decimal>> List(JsonObject? requests, JsonObject? limits) =>
        from cost in (IEnumerable<(string Prefix, JsonObject? Map)>)[("", requests), ("requests.", requests), ("limits.", limits)]
        from quantity in Quantities(cost.Map)
        select KeyValuePair.Create(cost.Prefix + quantity.Key, quantity.Value);
}
