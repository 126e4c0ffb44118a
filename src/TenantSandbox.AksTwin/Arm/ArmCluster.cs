using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// The ARM side of a managed cluster: its agent pools and their operations. Every call takes the cluster's lock and first processes
/// what is due, so that no response depends on when a timer fires.
/// </summary>
internal sealed class ArmCluster
{
    private readonly ClusterContext _context;
    private readonly ClusterState _state;
    private readonly PoolOperationRunner _runner;
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

    /// <summary>Whether an operation on the whole cluster is in progress; it blocks writes to pools.</summary>
    private bool HasClusterOperation => _context.Now < _busyUntil;

    public ArmResponse GetCluster() => Execute(() => new ArmResponse(200, JsonTemplate.Fill(
        $$$"""
        {"id":{{{_id}}}, "name":{{{Name}}}, "type":"Microsoft.ContainerService/managedClusters", "location":{{{Cluster.Location}}},
        "tags":{"twin":"true"}, "sku":{"name":"Base","tier":"Standard"}, "properties":{
            "provisioningState":{{{(HasClusterOperation ? "Updating" : "Succeeded")}}}, "powerState":{"code":"Running"},
            "kubernetesVersion":{{{Cluster.KubernetesVersion}}}, "currentKubernetesVersion":{{{Cluster.KubernetesVersion}}},
            "dnsPrefix":{{{Name}}}, "fqdn":{{{$"{Name}.hcp.{Cluster.Location}.twin.invalid"}}}, "enableRBAC":true,
            "agentPoolProfiles":{{{_state.Pools.Select(p => p.ToProfile())}}}, "maxAgentPools":{{{AgentPoolValidation.MaxPools}}},
            "nodeResourceGroup":{{{_context.NodeResourceGroup}}}, "aadProfile":{"managed":true,"enableAzureRBAC":true},
            "networkProfile":{"networkPlugin":"azure","networkPluginMode":"overlay","networkPolicy":{{{Cluster.NetworkPolicy}}},
                "networkDataplane":{{{(Cluster.NetworkPolicy == "cilium" ? "cilium" : "azure")}}},
                "podCidr":{{{Cluster.PodCidr}}}, "podCidrs":{{{BothFamilies(Cluster.PodCidr, Cluster.IPv6Cidrs?.Pods)}}},
                "serviceCidr":{{{Cluster.ServiceCidr}}}, "serviceCidrs":{{{BothFamilies(Cluster.ServiceCidr, Cluster.IPv6Cidrs?.Services)}}} } } }
        """)));

    /// <summary>Lists the pools, ordered by name.</summary>
    public ArmResponse ListPools() => Execute(() =>
        new ArmResponse(200, JsonTemplate.Fill($$"""{"value":{{_state.Pools.Select(p => p.ToResource(_id))}} }""")));

    public ArmResponse GetPool(ArmRequest call) => Execute(() => new ArmResponse(200, GetExistingPool(call).ToResource(_id)));

    public ArmResponse PutPool(ArmRequest call) => Execute(() =>
    {
        var existing = _state.FindPool(call.Pool);
        call.CheckETag(existing?["eTag"]);
        var properties = AgentPoolRequestBody.MergeWithExisting(AgentPoolRequestBody.ReadProperties(call.Body), existing, Cluster);
        AgentPoolValidation.Validate(call.Pool, properties, existing, Cluster);
        SubnetValidation.Validate(properties, _state.Pools.Where(p => p != existing));
        ThrowIfBusy(existing);
        if (existing is null && _state.Pools.Count >= AgentPoolValidation.MaxPools)
        {
            throw new ArmException(400, "QuotaExceeded", $"The maximum number of agent pools is {AgentPoolValidation.MaxPools}.");
        }

        if (properties.GetString("mode") != "System")
        {
            RequireAnotherSystemPool(existing);
        }

        var requested = new AgentPool { Name = call.Pool, Properties = properties };
        CheckQuota(requested);

        var pool = existing ?? requested;
        pool.Properties = properties;
        properties.SetDefault("nodeImageVersion", pool.LatestNodeImage(_context.Now));
        var kind = existing is null or { ProvisioningState: "Failed", Nodes.Count: 0 } ? "Creating"
            : pool.Nodes.Count != pool.Count ? "Scaling" : "Updating";
        var operationPath = OperationPath(_runner.StartPut(pool, kind, call.Fault));
        return new ArmResponse(existing is null ? 201 : 200, pool.ToResource(_id), operationPath);
    });

    public ArmResponse DeletePool(ArmRequest call) => Execute(() =>
    {
        if (_state.FindPool(call.Pool) is not { } pool)
        {
            return new ArmResponse(204);
        }

        call.CheckETag(pool["eTag"]);
        ThrowIfBusy(pool);
        RequireAnotherSystemPool(pool);
        return new(202, null, OperationPath(_runner.StartOperation(pool, "Deleting", _state.Timing.PoolDelete, call.Fault)));
    });

    /// <summary>Cancels the operation in progress on a pool, without rolling it back.</summary>
    public ArmResponse Abort(ArmRequest call) => Execute(() =>
    {
        var pool = GetExistingPool(call);
        if (pool.RunningOperation is not { } running)
        {
            throw new ArmException(409, "OperationNotAllowed", $"There is no operation in progress on agent pool {pool.Name}.");
        }

        var error = new ArmException(400, "OperationCanceled", "The operation was canceled by an abort request.").ErrorBody;
        _state.Save(running with { Status = "Canceled", DueAt = _context.Now, Error = error });
        return new ArmResponse(202, null, OperationPath(_runner.StartOperation(pool, "Canceling", _state.Timing.RetryAfter, null)));
    });

    /// <summary>Upgrades a pool to the latest node image; 200 if it already has it.</summary>
    public ArmResponse UpgradeNodeImage(ArmRequest call) => Execute(() =>
    {
        var pool = GetExistingPool(call);
        ThrowIfBusy(pool);
        if (pool.LatestNodeImage(_context.Now) == pool["nodeImageVersion"])
        {
            return new ArmResponse(200, pool.ToResource(_id));
        }

        var duration = _state.Timing.NodeReimage * Math.Max(1, pool.Nodes.Count);
        var operation = _runner.StartOperation(pool, "UpgradingNodeImageVersion", duration, call.Fault);
        return new(202, pool.ToResource(_id), OperationPath(operation));
    });

    /// <summary>Status of an operation; null if this cluster has no operation of that id.</summary>
    public ArmResponse? OperationStatus(string id) => Execute(() => _state.FindOperation(id) is { } operation
        ? new ArmResponse(200, operation.ToStatus(), operation.IsRunning ? OperationPath(operation) : null)
        : null);

    /// <summary>Result of an operation; null if this cluster has no operation of that id.</summary>
    public ArmResponse? OperationResult(string id) => Execute(() => _state.FindOperation(id) switch
    {
        null => null,
        { IsRunning: true } running => new ArmResponse(202, null, OperationPath(running)),
        { Error: { } error } => throw new ArmException(409, error.GetString("code")!, error.GetString("message")!),
        { Kind: "Creating" or "Updating" or "Scaling" } put when _state.FindPool(put.Pool) is { } pool => new(200, pool.ToResource(_id)),
        _ => new(204),
    });

    /// <summary>Simulates an operation of AKS on the whole cluster: writes to pools are rejected with 409 until it ends.</summary>
    public void StartClusterOperation(TimeSpan duration) => Execute(() =>
    {
        foreach (var pool in _state.Pools)
        {
            _runner.UpdateETag(pool);
        }

        return _busyUntil = _context.Now + duration;
    });

    /// <summary>
    /// Simulates an automatic upgrade of a pool's node image: its nodes boot again with it, without their pods. False if there is no such pool.
    /// </summary>
    public bool SetNodeImage(string pool, string version) => Execute(() =>
    {
        if (_state.FindPool(pool) is not { } existing)
        {
            return false;
        }

        _runner.SetNodeImage(existing, version);
        return true;
    });

    private static string[] BothFamilies(string v4, string? v6) => v6 is null ? [v4] : [v4, v6];

    private T Execute<T>(Func<T> call)
    {
        lock (_state.Gate)
        {
            _runner.ProcessDue();
            return call();
        }
    }

    private string OperationPath(PoolOperation operation) => $"{Cluster.Location}/operations/{operation.Id}";

    private void ThrowIfBusy(AgentPool? pool)
    {
        if (HasClusterOperation)
        {
            throw new ArmException(409, "OperationNotAllowed");
        }

        if (pool?.RunningOperation is not null)
        {
            var message = ArmException.OperationInProgressMessage($"agentpool operation ({pool.Name} - {pool.ProvisioningState})");
            throw new ArmException(409, "OperationNotAllowed", message);
        }
    }

    // Code and message as in kubernetes-sigs/cluster-api-provider-azure#1355.
    private void RequireAnotherSystemPool(AgentPool? pool)
    {
        if (pool?["mode"] == "System" && !_state.Pools.Any(p => p != pool && p["mode"] == "System" && p.Nodes.Count > 0))
        {
            throw new ArmException(400, "OperationNotAllowed", "There has to be at least one system agent pool.");
        }
    }

    private void CheckQuota(AgentPool requested)
    {
        var (family, location) = (requested.VmSize.Family, Cluster.Location);
        var others = _state.Pools.Where(p => p.Name != requested.Name && p.VmSize.Family == family).Sum(p => p.VCpus);
        var remaining = Math.Max(0, _context.Options.VCpuQuotaPerFamily - others);
        if (requested.VCpus > remaining)
        {
            throw new ArmException(
                400,
                "ErrCode_InsufficientVCPUQuota",
                $"Insufficient vcpu quota requested {requested.VCpus}, remaining {remaining} for family {family} for region {location}.");
        }
    }

    private AgentPool GetExistingPool(ArmRequest call) => _state.FindPool(call.Pool) ?? throw new ArmException(
        404, "NotFound", $"Could not find the agentpool: '{call.Pool}' in managed cluster '{Name}'.");
}
