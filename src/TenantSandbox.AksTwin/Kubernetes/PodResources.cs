using System.Text.Json.Nodes;
using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What a container, or a pod as a whole, asks for and may use.</summary>
internal sealed record PodResources(Dictionary<string, decimal> Requests, Dictionary<string, decimal> Limits)
{
    public decimal Cpu => Requests.GetValueOrDefault("cpu");

    public decimal Memory => Requests.GetValueOrDefault("memory");

    /// <summary>The sum of a pod's containers, plus its overhead.</summary>
    public static PodResources Of(JsonObject? spec)
    {
        var containers = spec.Items("containers").Select(OfContainer).ToList();
        var overhead = Quantities(spec.Object("overhead"));
        var limits = Sum(containers.SelectMany(c => c.Limits));
        // Overhead doesn't make an unlimited resource limited.
        return new(Sum(containers.SelectMany(c => c.Requests).Concat(overhead)), Sum(limits.Concat(overhead.Where(o => limits.ContainsKey(o.Key)))));
    }

    public static PodResources OfContainer(JsonObject container) =>
        new(Quantities(container.Object("resources", "requests")), Quantities(container.Object("resources", "limits")));

    public static Dictionary<string, decimal> Quantities(JsonObject? map) => map.Pairs().ToDictionary(p => p.Key, p => Quantity(p.Value));

    public static decimal Quantity(string text) => new ResourceQuantity(text).ToDecimal();

    /// <summary>The canonical form: binary suffixes for bytes, decimal ones for the rest.</summary>
    public static string Format(string resource, decimal value)
    {
        var bytes = resource.EndsWith("memory", StringComparison.Ordinal) || resource.EndsWith("storage", StringComparison.Ordinal);
        var form = bytes ? ResourceQuantity.SuffixFormat.BinarySI : ResourceQuantity.SuffixFormat.DecimalSI;
        return new ResourceQuantity(value, 0, form).CanonicalizeString();
    }

    private static Dictionary<string, decimal> Sum(IEnumerable<KeyValuePair<string, decimal>> costs) =>
        costs.GroupBy(c => c.Key).ToDictionary(g => g.Key, g => g.Sum(c => c.Value));
}
