using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// One managed cluster as ARM has it: its pools and their operations. Everything happens under one lock, and what is due is
/// settled before anything is read, so that no answer depends on when a timer fired.
/// </summary>
internal sealed class ArmCluster
{
    private readonly ClusterContext _context;
    private readonly ClusterState _state;
    private readonly PoolRunner _runner;
    private DateTimeOffset _busyUntil;

    public ArmCluster(ClusterContext context, KubernetesTwin kubernetes)
    {
        _context = context;
        _state = new(context);
        _runner = new(_state, kubernetes);
    }

    public string Name => _context.Cluster.Name;

    public string Location => _context.Cluster.Location;

    /// <summary>Whether something runs that belongs to the whole cluster; then no pool can be written.</summary>
    private bool IsBusy => _context.Now < _busyUntil;

    private string Group => $"/subscriptions/{_context.Options.SubscriptionId}/resourceGroups/{_context.Options.ResourceGroup}";

    private string Id => $"{Group}/providers/Microsoft.ContainerService/managedClusters/{Name}";

    public JsonObject View() => Do(() => Json.Of(
        $$$"""
        {"id":{{{Id}}}, "name":{{{Name}}}, "type":"Microsoft.ContainerService/managedClusters", "location":{{{Location}}},
        "tags":{"twin":"true"}, "sku":{"name":"Base","tier":"Standard"}, "properties":{
            "provisioningState":{{{(IsBusy ? "Updating" : "Succeeded")}}}, "powerState":{"code":"Running"},
            "kubernetesVersion":{{{_context.Cluster.KubernetesVersion}}}, "currentKubernetesVersion":{{{_context.Cluster.KubernetesVersion}}},
            "dnsPrefix":{{{Name}}}, "fqdn":{{{$"{Name}.hcp.{Location}.twin.invalid"}}},
            "agentPoolProfiles":{{{_state.Pools.Select(p => p.Profile())}}},
            "nodeResourceGroup":{{{$"MC_{_context.Options.ResourceGroup}_{Name}_{Location}"}}}, "enableRBAC":true,
            "maxAgentPools":{{{AgentPoolRules.MaxPools}}}, "aadProfile":{"managed":true,"enableAzureRBAC":true},
            "networkProfile":{"networkPlugin":"azure","networkPluginMode":"overlay","networkPolicy":"cilium"} } }
        """));

    /// <summary>Pools in order of name.</summary>
    public JsonArray Pools() => Do(() => _state.Pools.Select(p => p.View(Id)).ToJson());

    public JsonObject Pool(string name) => Do(() => Find(name).View(Id));

    public PoolOperation? Operation(string id) => Do(() => _state.Operation(id));

    /// <summary>An operation of AKS's own on the whole cluster: all writes to pools answer 409 until it ends.</summary>
    public void Occupy(TimeSpan duration) => Do(() =>
    {
        _busyUntil = _context.Now + duration;
        foreach (var pool in _state.Pools)
            _state.Touch(pool);
        return _busyUntil;
    });

    /// <summary>Takes a PUT; true when the pool is new.</summary>
    public (bool Created, PoolOperation Operation) Put(string name, JsonNode? body, Conditions conditions, string apiVersion, Fault? fault) => Do(() =>
    {
        var existing = _state.Find(name);
        conditions.Check(existing?["eTag"]);
        var properties = AgentPoolRules.Complete(AgentPoolRules.Read(body), existing, _context.Cluster);
        AgentPoolRules.Check(name, properties, existing, _context.Cluster, apiVersion);
        RefuseIfBusy(existing);
        if (existing is null && _state.Pools.Count >= AgentPoolRules.MaxPools)
            throw new ArmException("QuotaExceeded", $"The maximum number of agent pools in a managed cluster is {AgentPoolRules.MaxPools}.");
        CheckQuota(name, properties);
        if (properties.Text("mode") != "System")
            RequireAnotherSystemPool(existing);

        var pool = existing ?? new AgentPool { Name = name, Properties = properties };
        pool.Properties = properties;
        properties.Default("nodeImageVersion", pool.NewestImage(_context.Now));
        var kind = existing is null or { State: "Failed", Nodes.Count: 0 } ? "Creating"
            : pool.Nodes.Count != pool.Number("count") ? "Scaling" : "Updating";
        return (existing is null, _runner.StartPut(pool, kind, fault));
    });

    /// <summary>Takes a DELETE; null when there is no such pool.</summary>
    public PoolOperation? Delete(string name, Conditions conditions, Fault? fault) => Do(() =>
    {
        if (_state.Find(name) is not { } pool)
            return null;
        conditions.Check(pool["eTag"]);
        RefuseIfBusy(pool);
        RequireAnotherSystemPool(pool);
        return _runner.Start(pool, "Deleting", _context.Options.Timing.PoolDelete, fault);
    });

    /// <summary>Cancels what runs on a pool. It is not undone.</summary>
    public PoolOperation Abort(string name) => Do(() =>
    {
        var pool = Find(name);
        if (pool.Running is not { } running)
        {
            throw new ArmException(
                "OperationNotAllowed", $"There is no operation in progress on agent pool {name}: it has already finished.", status: 409);
        }

        var error = ArmException.Error("OperationCanceled", "The operation was canceled by an abort request.");
        _state.Remember(running with { Status = "Canceled", DueAt = _context.Now, Error = error });
        return _runner.Start(pool, "Canceling", _context.Options.Timing.RetryAfter, null);
    });

    /// <summary>Moves a pool to the newest node image; null when it has it.</summary>
    public PoolOperation? UpgradeNodeImage(string name, Fault? fault) => Do(() =>
    {
        var pool = Find(name);
        RefuseIfBusy(pool);
        return pool.NewestImage(_context.Now) == pool["nodeImageVersion"]
            ? null
            : _runner.Start(pool, "UpgradingNodeImageVersion", _context.Options.Timing.NodeReimage * Math.Max(1, pool.Nodes.Count), fault);
    });

    private T Do<T>(Func<T> call)
    {
        lock (_state.Gate)
        {
            _runner.Settle();
            return call();
        }
    }

    private void RefuseIfBusy(AgentPool? pool)
    {
        if (IsBusy || pool?.Running is not null)
            throw ArmException.Pending(IsBusy ? null : pool);
    }

    // Code and words as in kubernetes-sigs/cluster-api-provider-azure#1355.
    private void RequireAnotherSystemPool(AgentPool? pool)
    {
        if (pool?["mode"] == "System" && !_state.Pools.Any(p => p != pool && p["mode"] == "System" && p.Nodes.Count > 0))
            throw new ArmException("OperationNotAllowed", "There has to be at least one system agent pool.");
    }

    private void CheckQuota(string name, JsonObject properties)
    {
        var wanted = new AgentPool { Name = name, Properties = properties };
        var family = wanted.Size.Family;
        var others = _state.Pools.Where(p => p.Name != name && p.Size.Family == family).Sum(p => p.VCpus);
        var left = _context.Options.VCpuQuotaPerFamily - others;
        if (wanted.VCpus > left)
        {
            throw new ArmException(
                "ErrCode_InsufficientVCPUQuota",
                $"Insufficient vcpu quota requested {wanted.VCpus}, remaining {Math.Max(0, left)} for family {family} for region {Location}.");
        }
    }

    private AgentPool Find(string name) => _state.Find(name) ?? throw new ArmException(
        "NotFound",
        $"Could not find the agentpool: '{name}' in managed cluster '{Name}' of resource group '{_context.Options.ResourceGroup}'.",
        status: 404);
}
