using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>A Kubernetes node, for the ARM tests.</summary>
internal sealed record TestNode(JsonObject Json)
{
    public string Name => Json.GetString("metadata", "name")!;

    public IReadOnlyDictionary<string, string> Labels => Json.GetStringMap("metadata", "labels").ToDictionary();

    public bool IsReady => Json.GetObjects("status", "conditions").Single(c => c.GetString("type") == "Ready").GetString("status") == "True";

    /// <summary>The taints without the one that Kubernetes adds to nodes that aren't ready.</summary>
    public IEnumerable<string> Taints =>
        Json.GetObjects("spec", "taints").Where(t => t.GetString("key") != "node.kubernetes.io/not-ready").Select(t => $"{t.GetString("key")}={t.GetString("value")}:{t.GetString("effect")}");
}
