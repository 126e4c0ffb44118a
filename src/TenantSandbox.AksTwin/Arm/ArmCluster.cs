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
    private readonly string _id;
    private DateTimeOffset _busyUntil;

    public ArmCluster(ClusterContext context)
    {
        (_context, Kubernetes, _state) = (context, new(context), new(context));
        _runner = new(_state, Kubernetes);
        var group = $"/subscriptions/{context.Options.SubscriptionId}/resourceGroups/{context.Options.ResourceGroup}";
        _id = $"{group}/providers/Microsoft.ContainerService/managedClusters/{Name}";
    }

    public KubernetesTwin Kubernetes { get; }

    public string Name => Cluster.Name;

    private TwinCluster Cluster => _context.Cluster;

    /// <summary>Whether something runs that belongs to the whole cluster; then no pool can be written.</summary>
    private bool IsBusy => _context.Now < _busyUntil;

    public ArmAnswer Get() => Do(() => new ArmAnswer(200, Json.Of(
        $$$"""
        {"id":{{{_id}}}, "name":{{{Name}}}, "type":"Microsoft.ContainerService/managedClusters", "location":{{{Cluster.Location}}},
        "tags":{"twin":"true"}, "sku":{"name":"Base","tier":"Standard"}, "properties":{
            "provisioningState":{{{(IsBusy ? "Updating" : "Succeeded")}}}, "powerState":{"code":"Running"},
            "kubernetesVersion":{{{Cluster.KubernetesVersion}}}, "currentKubernetesVersion":{{{Cluster.KubernetesVersion}}},
            "dnsPrefix":{{{Name}}}, "fqdn":{{{$"{Name}.hcp.{Cluster.Location}.twin.invalid"}}}, "enableRBAC":true,
            "agentPoolProfiles":{{{_state.Pools.Select(p => p.Profile())}}}, "maxAgentPools":{{{AgentPoolRules.MaxPools}}},
            "nodeResourceGroup":{{{_context.NodeResourceGroup}}}, "aadProfile":{"managed":true,"enableAzureRBAC":true},
            "networkProfile":{"networkPlugin":"azure","networkPluginMode":"overlay","networkPolicy":"cilium"} } }
        """)));

    /// <summary>Pools in order of name.</summary>
    public ArmAnswer ListPools() => Do(() => new ArmAnswer(200, Json.Of($$"""{"value":{{_state.Pools.Select(p => p.View(_id))}} }""")));

    public ArmAnswer GetPool(ArmCall call) => Do(() => new ArmAnswer(200, Find(call).View(_id)));

    public ArmAnswer PutPool(ArmCall call) => Do(() =>
    {
        var existing = _state.Find(call.Pool);
        call.CheckETag(existing?["eTag"]);
        var properties = AgentPoolRules.Complete(AgentPoolRules.Read(call.Body), existing, Cluster);
        AgentPoolRules.Check(call.Pool, properties, existing, Cluster);
        RefuseIfBusy(existing);
        if (existing is null && _state.Pools.Count >= AgentPoolRules.MaxPools)
        {
            throw new ArmException(400, "QuotaExceeded", $"The maximum number of agent pools is {AgentPoolRules.MaxPools}.");
        }

        if (properties.Text("mode") != "System")
        {
            RequireAnotherSystemPool(existing);
        }

        var wanted = new AgentPool { Name = call.Pool, Properties = properties };
        CheckQuota(wanted);

        var pool = existing ?? wanted;
        pool.Properties = properties;
        properties.Default("nodeImageVersion", pool.NewestImage(_context.Now));
        var kind = existing is null or { State: "Failed", Nodes.Count: 0 } ? "Creating"
            : pool.Nodes.Count != pool.Count ? "Scaling" : "Updating";
        var poll = PollOf(_runner.StartPut(pool, kind, call.Fault));
        return new ArmAnswer(existing is null ? 201 : 200, pool.View(_id), poll);
    });

    public ArmAnswer DeletePool(ArmCall call) => Do(() =>
    {
        if (_state.Find(call.Pool) is not { } pool)
        {
            return new ArmAnswer(204);
        }

        call.CheckETag(pool["eTag"]);
        RefuseIfBusy(pool);
        RequireAnotherSystemPool(pool);
        return new(202, null, PollOf(_runner.Start(pool, "Deleting", _state.Timing.PoolDelete, call.Fault)));
    });

    /// <summary>Cancels what runs on a pool. It is not undone.</summary>
    public ArmAnswer Abort(ArmCall call) => Do(() =>
    {
        var pool = Find(call);
        if (pool.Running is not { } running)
        {
            throw new ArmException(409, "OperationNotAllowed", $"There is no operation in progress on agent pool {pool.Name}.");
        }

        var error = new ArmException(400, "OperationCanceled", "The operation was canceled by an abort request.").Error;
        _state.Save(running with { Status = "Canceled", DueAt = _context.Now, Error = error });
        return new ArmAnswer(202, null, PollOf(_runner.Start(pool, "Canceling", _state.Timing.RetryAfter, null)));
    });

    /// <summary>Moves a pool to the newest node image, unless it has it.</summary>
    public ArmAnswer UpgradeNodeImage(ArmCall call) => Do(() =>
    {
        var pool = Find(call);
        RefuseIfBusy(pool);
        if (pool.NewestImage(_context.Now) == pool["nodeImageVersion"])
        {
            return new ArmAnswer(200, pool.View(_id));
        }

        var duration = _state.Timing.NodeReimage * Math.Max(1, pool.Nodes.Count);
        var operation = _runner.Start(pool, "UpgradingNodeImageVersion", duration, call.Fault);
        return new(202, pool.View(_id), PollOf(operation));
    });

    /// <summary>How an operation goes; null when this cluster has none of that id.</summary>
    public ArmAnswer? OperationStatus(string id) => Do(() => _state.Operation(id) is { } operation
        ? new ArmAnswer(200, operation.View(), operation.IsRunning ? PollOf(operation) : null)
        : null);

    /// <summary>What came of an operation; null when this cluster has none of that id.</summary>
    public ArmAnswer? OperationResult(string id) => Do(() => _state.Operation(id) switch
    {
        null => null,
        { IsRunning: true } running => new ArmAnswer(202, null, PollOf(running)),
        { Error: { } error } => throw new ArmException(409, error.Text("code")!, error.Text("message")!),
        { Kind: "Creating" or "Updating" or "Scaling" } put when _state.Find(put.Pool) is { } pool => new(200, pool.View(_id)),
        _ => new(204),
    });

    /// <summary>An operation of AKS's own on the whole cluster: all writes to pools answer 409 until it ends.</summary>
    public void Occupy(TimeSpan duration) => Do(() =>
    {
        foreach (var pool in _state.Pools)
        {
            _runner.Touch(pool);
        }

        return _busyUntil = _context.Now + duration;
    });

    private T Do<T>(Func<T> call)
    {
        lock (_state.Gate)
        {
            _runner.Settle();
            return call();
        }
    }

    private string PollOf(PoolOperation operation) => $"{Cluster.Location}/operations/{operation.Id}";

    private void RefuseIfBusy(AgentPool? pool)
    {
        if (IsBusy)
        {
            throw new ArmException(409, "OperationNotAllowed");
        }

        if (pool?.Running is not null)
        {
            throw new ArmException(409, "OperationNotAllowed", ArmException.Pending($"agentpool operation ({pool.Name} - {pool.State})"));
        }
    }

    // Code and words as in kubernetes-sigs/cluster-api-provider-azure#1355.
    private void RequireAnotherSystemPool(AgentPool? pool)
    {
        if (pool?["mode"] == "System" && !_state.Pools.Any(p => p != pool && p["mode"] == "System" && p.Nodes.Count > 0))
        {
            throw new ArmException(400, "OperationNotAllowed", "There has to be at least one system agent pool.");
        }
    }

    private void CheckQuota(AgentPool wanted)
    {
        var (family, location) = (wanted.Size.Family, Cluster.Location);
        var others = _state.Pools.Where(p => p.Name != wanted.Name && p.Size.Family == family).Sum(p => p.VCpus);
        var left = Math.Max(0, _context.Options.VCpuQuotaPerFamily - others);
        var said = $"Insufficient vcpu quota requested {wanted.VCpus}, remaining {left} for family {family} for region {location}.";
        if (wanted.VCpus > left)
        {
            throw new ArmException(400, "ErrCode_InsufficientVCPUQuota", said);
        }
    }

    private AgentPool Find(ArmCall call) => _state.Find(call.Pool) ?? throw new ArmException(
        404, "NotFound", $"Could not find the agentpool: '{call.Pool}' in managed cluster '{Name}'.");
}
