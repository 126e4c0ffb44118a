namespace TenantSandbox.AksTwin.Arm;

/// <summary>One request, as its path tells. Names in paths are compared without case, as ARM does.</summary>
/// <param name="Name">The name for counters and faults.</param>
internal sealed record ArmCall(
    string Name, string Method, string? Subscription, string? ResourceGroup = null, string? Cluster = null, string? Pool = null, string? Operation = null)
{
    private const string Provider = "microsoft.containerservice";

    /// <summary>Reads a path; null when it is nothing that the twin knows.</summary>
    public static ArmCall? Parse(string method, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var keys = Array.ConvertAll(parts, p => p.ToLowerInvariant());
        return keys switch
        {
            ["subscriptions", _, "providers", Provider, "managedclusters"] when method == "GET" =>
                new("arm.managedClusters.list", method, parts[1]),
            ["subscriptions", _, "providers", Provider, "locations", _, "operations", _] when method == "GET" =>
                new("arm.operations.get", method, parts[1], Operation: keys[7]),
            ["subscriptions", _, "providers", Provider, "locations", _, "operationresults", _] when method == "GET" =>
                new("arm.operationresults.get", method, parts[1], Operation: keys[7]),
            ["subscriptions", _, "resourcegroups", _, "providers", Provider, "managedclusters", ..] =>
                Below(method, parts, keys[7..]),
            _ => null,
        };
    }

    private static ArmCall? Below(string method, string[] parts, string[] rest)
    {
        var name = (method, rest) switch
        {
            ("GET", []) => "arm.managedClusters.list",
            ("GET", [_]) => "arm.managedClusters.get",
            ("POST", [_, "listclusterusercredential"]) => "arm.managedClusters.listClusterUserCredential",
            ("GET", [_, "agentpools"]) => "arm.agentPools.list",
            ("GET", [_, "agentpools", _]) => "arm.agentPools.get",
            ("PUT", [_, "agentpools", _]) => "arm.agentPools.put",
            ("DELETE", [_, "agentpools", _]) => "arm.agentPools.delete",
            ("POST", [_, "agentpools", _, "abort"]) => "arm.agentPools.abort",
            ("POST", [_, "agentpools", _, "upgradenodeimageversion"]) => "arm.agentPools.upgradeNodeImageVersion",
            _ => null,
        };
        return name is null
            ? null
            : new(name, method, parts[1], parts[3], rest is [] ? null : parts[7], rest.Length > 2 ? parts[9] : null);
    }
}
