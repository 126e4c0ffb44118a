using System.Text.Json.Nodes;
using TenantSandbox.Core.Isolation.Network;
using TenantSandbox.Core.Placement;

namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>
/// Rules about the agent pool's resource. What Pod Sandboxing can't be combined with (AKS documentation, considerations for Pod Sandboxing)
/// is refused by today's API versions, but a pool can be older than the refusal.
/// </summary>
internal static class PoolRules
{
    public static IReadOnlyList<IsolationRule> All { get; } =
    [
        Of("pool.workload-runtime", "The pool runs pods in virtual machines.", (p, e) =>
            Equal(e, e.Names.WorkloadRuntime, Properties(p).Text("workloadRuntime"))),
        Of("pool.node-image", "The pool's nodes have an image with the hypervisor: its name has the part kata.", (p, e) =>
        {
            var image = NodeImageOf(p);
            return Observation.Of(Subject(e), "an image of the kata kind", image, image?.Contains("kata", StringComparison.OrdinalIgnoreCase) == true);
        }),
        Of("pool.os-sku", "The pool's operating system is the one that Pod Sandboxing supports.", (p, e) =>
            Equal(e, e.Names.OsSku, Properties(p).Text("osSKU"))),
        Of("pool.owner", "The pool's tags name this installation and this cluster.", (p, e) =>
        {
            var found = Marks(p);
            var isOurs = found.CompareOrigin(e.PoolMarks.Owner!, e.PoolMarks.Installation!, e.ClusterId) == PoolMatch.Same;
            return Observation.Of(Subject(e), $"owner {e.PoolMarks.Owner}, installation {e.PoolMarks.Installation}, cluster {e.ClusterId}", found.Describe(), isOurs);
        }),
        Of("pool.tenancy", "The pool's tags say that it serves this tenant: pooled, or dedicated to it.", (p, e) =>
            Observation.Equal(Subject(e), Tenancy(e.PoolMarks), Tenancy(Marks(p)))),
        Of("pool.taint", "The pool keeps ordinary pods, which would share the node's kernel, off its nodes.", (p, e) =>
        {
            var taints = Properties(p).Texts("nodeTaints");
            return Observation.Of(Subject(e), e.Names.Taint, string.Join(", ", taints), taints.Contains(e.Names.Taint));
        }),
        Of("pool.fips", "The pool doesn't use FIPS: AKS has no FIPS image with the hypervisor.", (p, e) => Off(e, Properties(p)["enableFIPS"])),
        Of("pool.trusted-launch", "The pool doesn't use Trusted Launch, which can't be combined with Pod Sandboxing.", (p, e) =>
        {
            var security = Properties(p).Child("securityProfile") ?? [];
            var on = new[] { "enableVTPM", "enableSecureBoot" }.Where(f => !PodRules.IsAbsentOrFalse(security[f])).ToArray();
            return Observation.Of(Subject(e), "off", on.Length == 0 ? "off" : string.Join(", ", on), on.Length == 0);
        }),
        Of("pool.artifact-streaming", "The pool doesn't stream images, which can't be combined with Pod Sandboxing.", (p, e) =>
            Off(e, (Properties(p).Child("artifactStreamingProfile") ?? [])["enabled"])),
    ];

    /// <summary>The image of a pool's new nodes; null where it isn't stated.</summary>
    internal static string? NodeImageOf(JsonObject? pool) => pool?["properties"]?["nodeImageVersion"] is JsonValue image && image.TryGetValue<string>(out var name) ? name : null;

    private static string Subject(IsolationExpectation expected) => $"{expected.ClusterId}/{expected.PoolName}";

    private static IsolationRule Of(string id, string expects, Func<JsonObject, IsolationExpectation, Observation> observe) =>
        new(id, IsolationArea.Pool, expects, (facts, expected) => [observe(facts.Pool.Value!, expected)]);

    private static JsonObject Properties(JsonObject pool) => pool.Child("properties") ?? [];

    // The resource's tags are part of an agent pool's properties.
    private static PoolMarks Marks(JsonObject pool) => PoolMarks.Read(Properties(pool).Labels("tags"));

    private static string Tenancy(PoolMarks marks) => marks.Tenant is null ? $"{marks.Tier ?? "none"}" : $"{marks.Tier ?? "none"} for {marks.Tenant}";

    // ARM compares such values without their case.
    private static Observation Equal(IsolationExpectation expected, string value, string? found) =>
        Observation.Of(Subject(expected), value, found, string.Equals(value, found, StringComparison.OrdinalIgnoreCase));

    private static Observation Off(IsolationExpectation expected, JsonNode? value) =>
        Observation.Of(Subject(expected), "off", PodRules.IsAbsentOrFalse(value) ? "off" : "on", PodRules.IsAbsentOrFalse(value));
}
