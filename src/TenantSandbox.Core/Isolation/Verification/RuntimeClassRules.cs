using System.Text.Json.Nodes;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Isolation.Network;
using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>Rules about each RuntimeClass that the tenant's workloads use. A name proves nothing: the handler decides how containers run.</summary>
internal static class RuntimeClassRules
{
    public static IReadOnlyList<IsolationRule> All { get; } =
    [
        new("runtimeclass.exists", IsolationArea.RuntimeClass, "The RuntimeClass of each workload exists.", (facts, e) =>
            Names(e).Select(name => Observation.Of(name, "exists", Find(facts, name) is null ? "absent" : "exists", Find(facts, name) is not null))),
        Of("runtimeclass.handler", "Its handler is containerd's kata.", (item, size, e) =>
            Observation.Equal(size.RuntimeClassName, e.Names.Handler, item.Text("handler"))),
        Of("runtimeclass.overhead", "Its overhead is the documented one of its size, so that a guest can't starve its neighbours.", (item, size, _) =>
        {
            var declared = item.Child("overhead")?.Child("podFixed") ?? [];
            var found = MiB(declared, "memory");
            return Observation.Of(
                size.RuntimeClassName, $"memory {size.OverheadMemoryMiB} MiB", found is null ? "none" : $"memory {found} MiB",
                found == size.OverheadMemoryMiB && declared.Count == 1);
        }),
        Of("runtimeclass.scheduling", "It selects AKS's nodes of Pod Sandboxing, and tolerates no taint but theirs.", (item, size, e) =>
        {
            var scheduling = item.Child("scheduling") ?? [];
            var selector = string.Join(", ", scheduling.Labels("nodeSelector").OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"));
            string[] tolerated = [.. scheduling.Items("tolerations").Select(NodeRules.TaintText)];
            return Observation.Of(
                size.RuntimeClassName,
                $"nodes {e.Names.NodeLabel}=true; tolerates {e.Names.Taint}",
                $"nodes {selector}; tolerates {string.Join(", ", tolerated)}",
                selector == $"{e.Names.NodeLabel}=true" && tolerated is [var only] && only == e.Names.Taint);
        }),
    ];

    /// <summary>A quantity of memory in MiB; null when it is absent or unreadable.</summary>
    internal static long? MiB(JsonObject quantities, string name) =>
        quantities.Text(name) is { } text && Quantity.TryParse(text, out var quantity) ? quantity.MiB : null;

    private static IEnumerable<string> Names(IsolationExpectation expected) =>
        expected.Workloads.Select(w => w.RuntimeClassName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static JsonObject? Find(IsolationFacts facts, string name) =>
        facts.RuntimeClasses.Value!.FirstOrDefault(c => (c.Child("metadata") ?? []).Text("name") == name);

    private static IsolationRule Of(string id, string expects, Func<JsonObject, KataSizeClass, IsolationExpectation, Observation> observe) => new(
        id, IsolationArea.RuntimeClass, expects, (facts, expected) =>
            from name in Names(expected)
            let found = Find(facts, name)
            where found is not null
            let size = expected.SizeClasses.FirstOrDefault(c => c.RuntimeClassName == name)
            select size is null
                ? Observation.Of(name, "a size class of this installation", "not one", isMet: false)
                : observe(found, size, expected));
}
