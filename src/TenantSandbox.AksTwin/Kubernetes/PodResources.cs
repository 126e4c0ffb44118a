using System.Text.Json.Nodes;
using k8s.Models;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>What a pod asks for and may use: the sum of its containers or the largest init container, plus its overhead.</summary>
internal sealed record PodResources(IReadOnlyDictionary<string, decimal> Requests, IReadOnlyDictionary<string, decimal> Limits)
{
    public decimal Cpu => Requests.GetValueOrDefault("cpu");

    public decimal Memory => Requests.GetValueOrDefault("memory");

    public static PodResources Of(JsonObject? spec)
    {
        var overhead = Quantities(spec.Object("overhead"));
        var limits = Sum(spec, "limits");
        // Overhead doesn't make an unlimited resource limited.
        return new(Add(Sum(spec, "requests"), overhead), Add(limits, overhead.Where(o => limits.ContainsKey(o.Key))));
    }

    public static Dictionary<string, decimal> Quantities(JsonObject? map) => map.Pairs().ToDictionary(p => p.Key, p => Quantity(p.Value));

    public static decimal Quantity(string text) => new ResourceQuantity(text).ToDecimal();

    /// <summary>The canonical form: binary suffixes for bytes, decimal ones for the rest.</summary>
    public static string Format(string resource, decimal value) => new ResourceQuantity(
        value,
        0,
        resource.EndsWith("memory", StringComparison.Ordinal) || resource.EndsWith("storage", StringComparison.Ordinal)
            ? ResourceQuantity.SuffixFormat.BinarySI
            : ResourceQuantity.SuffixFormat.DecimalSI).CanonicalizeString();

    private static Dictionary<string, decimal> Sum(JsonObject? spec, string what)
    {
        var sum = new Dictionary<string, decimal>();
        foreach (var container in spec.Items("containers"))
            Add(sum, Quantities(container.Object("resources", what)));
        foreach (var container in spec.Items("initContainers"))
        {
            foreach (var (name, value) in Quantities(container.Object("resources", what)))
                sum[name] = Math.Max(sum.GetValueOrDefault(name), value);
        }

        return sum;
    }

    private static Dictionary<string, decimal> Add(Dictionary<string, decimal> sum, IEnumerable<KeyValuePair<string, decimal>> more)
    {
        foreach (var (name, value) in more)
            sum[name] = sum.GetValueOrDefault(name) + value;
        return sum;
    }
}
