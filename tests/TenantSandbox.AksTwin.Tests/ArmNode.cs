using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>A node of Kubernetes as ARM's tests look at it.</summary>
internal sealed record ArmNode(JsonObject Json)
{
    public string Name => Json.Text("metadata", "name")!;

    public IReadOnlyDictionary<string, string> Labels => Json.Pairs("metadata", "labels").ToDictionary();

    public bool IsReady => Json.Items("status", "conditions").Single(c => c.Text("type") == "Ready").Text("status") == "True";

    /// <summary>The pool's own taints; Kubernetes adds one to a node that isn't ready.</summary>
    public IEnumerable<string> Taints =>
        Json.Items("spec", "taints").Where(t => t.Text("key") != "node.kubernetes.io/not-ready").Select(t => $"{t.Text("key")}={t.Text("value")}:{t.Text("effect")}");
}
