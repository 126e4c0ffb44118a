using System.Text.Json.Nodes;
using TenantSandbox.Core.Isolation.Network;

namespace TenantSandbox.Core.Isolation.Verification;

/// <summary>Rules about each node that a pod of the tenant runs on.</summary>
internal static class NodeRules
{
    /// <summary>Part of the release of the kernel that is the root partition of Microsoft's hypervisor, as in <c>6.6.137.mshv2-2.azl3</c>.</summary>
    private const string HypervisorKernel = "mshv";

    public static IReadOnlyList<IsolationRule> All { get; } =
    [
        Of("node.kata-label", "The node has the label by which AKS marks nodes of Pod Sandboxing.", (node, e) =>
            Observation.Equal(Name(node), $"{e.Names.NodeLabel}=true", Label(node, e.Names.NodeLabel) is { } value ? $"{e.Names.NodeLabel}={value}" : null)),
        Of("node.kernel", "The node's kernel is the one that runs beside the hypervisor.", (node, _) =>
        {
            var kernel = Info(node).Text("kernelVersion");
            return Observation.Of(Name(node), $"a release with the part {HypervisorKernel}", kernel, kernel?.Contains(HypervisorKernel, StringComparison.Ordinal) == true);
        }),
        Of("node.taint", "The node keeps ordinary pods, which would share its kernel, off.", (node, e) =>
        {
            string[] taints = [.. (node.Child("spec") ?? []).Items("taints").Select(TaintText)];
            return Observation.Of(Name(node), e.Names.Taint, string.Join(", ", taints), taints.Contains(e.Names.Taint));
        }),
        Of("node.pool", "The node's labels name the tenant's agent pool.", (node, e) =>
        {
            if (!e.IsBoundToPool)
            {
                return Observation.NotApplicable(Name(node), e.PoolName, "Pods aren't bound to their tenant's pool in this installation.");
            }

            var found = e.Names.PoolLabels.Select(l => $"{l}={Label(node, l)}").ToArray();
            return Observation.Of(Name(node), string.Join(", ", e.Names.PoolLabels.Select(l => $"{l}={e.PoolName}")), string.Join(", ", found),
                e.Names.PoolLabels.All(l => Label(node, l) == e.PoolName));
        }),
        Of("node.architecture", "The node isn't Arm64, for which AKS has no image with the hypervisor.", (node, _) =>
            Observation.Equal(Name(node), "amd64", Info(node).Text("architecture"))),
    ];

    /// <summary>The nodes that pods of the tenant run on. Pods whose node isn't known have a rule of their own.</summary>
    internal static IEnumerable<JsonObject> Used(IsolationFacts facts)
    {
        var used = PodRules.Running(facts).Select(PodRules.NodeOf).ToHashSet(StringComparer.Ordinal);
        return facts.Nodes.Value!.Where(n => used.Contains(Name(n)));
    }

    /// <summary>A taint, or the toleration of one, as <c>key=value:effect</c>.</summary>
    internal static string TaintText(JsonObject taint) => $"{taint.Text("key")}={taint.Text("value")}:{taint.Text("effect")}";

    internal static string Name(JsonObject node) => (node.Child("metadata") ?? []).Text("name") ?? "";

    internal static JsonObject Info(JsonObject node) => node.Child("status")?.Child("nodeInfo") ?? [];

    internal static string? Label(JsonObject item, string label) => (item.Child("metadata") ?? []).Labels().GetValueOrDefault(label);

    private static IsolationRule Of(string id, string expects, Func<JsonObject, IsolationExpectation, Observation> observe) =>
        new(id, IsolationArea.Node, expects, (facts, expected) => Used(facts).Select(n => observe(n, expected)));
}
