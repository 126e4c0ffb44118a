using Microsoft.AspNetCore.Http;

namespace TenantSandbox.AksTwin;

/// <summary>A cluster whose Kubernetes API isn't there: it keeps its nodes and answers 503.</summary>
internal sealed class NoKubernetes : IClusterApi
{
    private readonly Dictionary<string, NodeSpec> _nodes = [];

    public event Action? DemandChanged;

    /// <summary>What the scheduler would say; for tests of the autoscaler.</summary>
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
