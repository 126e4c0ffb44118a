using Microsoft.AspNetCore.Http;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>The Kubernetes side as ARM's tests need it: it records nodes, and answers 503.</summary>
internal sealed class ArmNodeRecorder : IClusterApi
{
    private readonly Dictionary<string, NodeSpec> _nodes = [];

    public event Action? DemandChanged;

    /// <summary>What the scheduler would say.</summary>
    public int Needed { get; set; }

    public IReadOnlyCollection<NodeSpec> Nodes
    {
        get
        {
            lock (_nodes)
                return [.. _nodes.Values];
        }
    }

    public void AddNode(NodeSpec node)
    {
        lock (_nodes)
            _nodes[node.Name] = node;
    }

    public void UpdateNode(NodeSpec node) => AddNode(node);

    public void RemoveNode(string name)
    {
        lock (_nodes)
            _nodes.Remove(name);
    }

    public int NodesNeeded(NodeSpec shape, int limit) => Math.Min(Needed, limit);

    public bool IsIdle(string nodeName) => true;

    public bool IsReady(string nodeName) => true;

    public void RaiseDemand() => DemandChanged?.Invoke();

    public Task HandleAsync(HttpContext http)
    {
        http.Response.StatusCode = 503;
        return Task.CompletedTask;
    }

    public void Dispose()
    {
    }
}
