using System.Text.Json.Nodes;
using Azure;
using Azure.ResourceManager.ContainerService;
using Azure.ResourceManager.ContainerService.Models;

namespace TenantSandbox.ContainerService.Tests;

public sealed class WireTests
{
    private const string Version = "?api-version=2026-04-01";
    private const string Operation = "https://arm.invalid/subscriptions/s/providers/Microsoft.ContainerService/locations/westeurope/operations/op-1?api-version=2016-03-30";
    private const string Result = "https://arm.invalid/subscriptions/s/providers/Microsoft.ContainerService/locations/westeurope/operationresults/op-1?api-version=2016-03-30";

    [Fact]
    public async Task CreateOrUpdateAsync_AllProperties_GoUnderTheirWireNames()
    {
        var wire = new Wire().Answer(201, Wire.PoolJson("Creating"), ("Azure-AsyncOperation", Operation));
        var data = new ContainerServiceAgentPoolData
        {
            Count = 1,
            VmSize = "Standard_D4s_v5",
            OSType = ContainerServiceOSType.Linux,
            OSSku = ContainerServiceOSSku.AzureLinux,
            OSDiskSizeInGB = 64,
            OSDiskType = ContainerServiceOSDiskType.Managed,
            Mode = AgentPoolMode.User,
            WorkloadRuntime = WorkloadRuntime.KataVmIsolation,
            TypePropertiesType = AgentPoolType.VirtualMachineScaleSets,
            EnableAutoScaling = true,
            MinCount = 1,
            MaxCount = 5,
            MaxPods = 110,
            OrchestratorVersion = "1.34",
            ScaleDownMode = ScaleDownMode.Delete,
            ScaleSetPriority = ScaleSetPriority.Regular,
            PowerStateCode = ContainerServiceStateCode.Running,
            VnetSubnetId = new("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/n"),
            UpgradeSettings = new() { MaxSurge = "33%", DrainTimeoutInMinutes = 30 },
            AvailabilityZones = { "1" },
            NodeTaints = { "sandbox=kata:NoSchedule" },
            NodeLabels = { ["a"] = "b" },
            Tags = { ["owner"] = "me" },
        };

        await wire.Cluster.GetContainerServiceAgentPools().CreateOrUpdateAsync(WaitUntil.Started, "kata1", data, ifMatch: null, ifNoneMatch: "*");

        Assert.Equal($"PUT {Wire.PoolId}{Version}", wire.Requests[0].Call);
        Assert.Equal("*", wire.Requests[0].Headers["If-None-Match"]);
        Assert.Equal("Bearer secret", wire.Requests[0].Headers["Authorization"]);
        Assert.Equal("application/json", wire.Requests[0].Headers["Accept"]);
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(
                    """
                    {"properties":{"count":1,"vmSize":"Standard_D4s_v5","osType":"Linux","osSKU":"AzureLinux","osDiskSizeGB":64,"osDiskType":"Managed",
                    "mode":"User","workloadRuntime":"KataVmIsolation","type":"VirtualMachineScaleSets","enableAutoScaling":true,"minCount":1,"maxCount":5,
                    "maxPods":110,"orchestratorVersion":"1.34","scaleDownMode":"Delete","scaleSetPriority":"Regular","powerState":{"code":"Running"},
                    "vnetSubnetID":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/n",
                    "upgradeSettings":{"maxSurge":"33%","drainTimeoutInMinutes":30},"availabilityZones":["1"],"nodeTaints":["sandbox=kata:NoSchedule"],
                    "nodeLabels":{"a":"b"},"tags":{"owner":"me"}}}
                    """),
                wire.Sent(0)),
            wire.Requests[0].Body);
    }

    [Fact]
    public async Task UpdateAsync_WhatWasRead_GoesBackWithoutWhatTheServiceDecides()
    {
        var wire = new Wire()
            .Answer(200, Wire.PoolJson(more: ""","status":{"provisioningError":{"code":"X","message":"y"}},"nodeTaints":["a=b:NoSchedule"],"kubeletConfig":{"cpuManagerPolicy":"static"}"""))
            .Answer(200, Wire.PoolJson());
        var pool = (await wire.Pool.GetAsync()).Value;
        Assert.Equal(("X", "y"), (pool.Data.StatusProvisioningError.Code, pool.Data.StatusProvisioningError.Message));
        pool.Data.NodeTaints.Clear();

        await pool.UpdateAsync(WaitUntil.Started, pool.Data, new MatchConditions { IfMatch = pool.Data.ETag });

        Assert.Equal("\"tag-1\"", wire.Requests[1].Headers["If-Match"]);
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse("""{"properties":{"count":2,"kubeletConfig":{"cpuManagerPolicy":"static"},"nodeTaints":[]}}"""), wire.Sent(1)),
            wire.Requests[1].Body);
    }

    [Fact]
    public async Task CreateOrUpdateAsync_Completed_AsksTheOperationThenReadsThePool()
    {
        var wire = new Wire()
            .Answer(201, Wire.PoolJson("Creating"), ("Azure-AsyncOperation", Operation))
            .Answer(200, """{"name":"op-1","status":"InProgress"}""", ("Retry-After", "0"))
            .Answer(200, """{"name":"op-1","status":"Succeeded"}""")
            .Answer(200, Wire.PoolJson());

        var operation = await wire.Cluster.GetContainerServiceAgentPools().CreateOrUpdateAsync(WaitUntil.Completed, "kata1", new(), default(CancellationToken));

        Assert.Equal("Succeeded", operation.Value.Data.ProvisioningState);
        Assert.Equal(["GET", "GET", "GET"], wire.Requests.Skip(1).Select(r => r.Call.Split(' ')[0]));
        Assert.EndsWith("operations/op-1?api-version=2016-03-30", wire.Requests[1].Call, StringComparison.Ordinal);
        Assert.Equal($"GET {Wire.PoolId}{Version}", wire.Requests[3].Call);
    }

    [Fact]
    public async Task WaitForCompletion_OperationFailed_ThrowsItsCodeEveryTime()
    {
        var wire = new Wire()
            .Answer(201, Wire.PoolJson("Creating"), ("Azure-AsyncOperation", Operation))
            .Answer(200, """{"name":"op-1","status":"Failed","error":{"code":"SkuNotAvailable","message":"none left"}}""");
        var operation = await wire.Cluster.GetContainerServiceAgentPools().CreateOrUpdateAsync(WaitUntil.Started, "kata1", new(), default(CancellationToken));

        var failed = await Assert.ThrowsAsync<RequestFailedException>(async () => await operation.WaitForCompletionAsync(default));

        Assert.Equal("SkuNotAvailable", failed.ErrorCode);
        Assert.Contains("none left", failed.Message, StringComparison.Ordinal);
        Assert.True(operation.HasCompleted);
        Assert.False(operation.HasValue);
        Assert.Throws<RequestFailedException>(() => operation.Value);
    }

    [Fact]
    public async Task DeleteAsync_ByLocation_WaitsUntilItNoLongerAccepts()
    {
        var wire = new Wire()
            .Answer(202, null, ("Location", Result), ("Retry-After", "0"))
            .Answer(202, null, ("Location", Result), ("Retry-After", "0"))
            .Answer(204);

        var operation = await wire.Pool.DeleteAsync(WaitUntil.Completed, ignorePodDisruptionBudget: true, ifMatch: "\"tag-1\"", default);

        Assert.True(operation.HasCompleted);
        Assert.Equal($"DELETE {Wire.PoolId}{Version}&ignore-pod-disruption-budget=true", wire.Requests[0].Call);
        Assert.Equal("\"tag-1\"", wire.Requests[0].Headers["If-Match"]);
        Assert.Equal(3, wire.Requests.Count);
    }

    [Fact]
    public async Task DeleteAsync_NothingThere_IsCompleteAtOnce()
    {
        var wire = new Wire().Answer(204);

        Assert.True((await wire.Pool.DeleteAsync(WaitUntil.Completed, default(CancellationToken))).HasCompleted);
    }

    [Theory]
    [InlineData("abort")]
    [InlineData("upgradeNodeImageVersion")]
    public async Task Actions_Started_PostToTheirPath(string action)
    {
        var wire = new Wire().Answer(202, null, ("Azure-AsyncOperation", Operation));

        var operation = action == "abort"
            ? await wire.Pool.AbortLatestOperationAsync(WaitUntil.Started)
            : await wire.Pool.UpgradeNodeImageVersionAsync(WaitUntil.Started);

        Assert.False(operation.HasCompleted);
        Assert.Equal($"POST {Wire.PoolId}/{action}{Version}", wire.Requests[0].Call);
    }

    [Fact]
    public async Task GetIfExistsAsync_NotFound_HasNoValueAndOtherErrorsThrow()
    {
        var wire = new Wire().Answer(404, """{"error":{"code":"NotFound","message":"no"}}""").Answer(403, """{"error":{"code":"AuthorizationFailed","message":"no"}}""");
        var pools = wire.Cluster.GetContainerServiceAgentPools();

        Assert.False((await pools.GetIfExistsAsync("kata1")).HasValue);
        Assert.Equal("AuthorizationFailed", (await Assert.ThrowsAsync<RequestFailedException>(() => pools.GetIfExistsAsync("kata1"))).ErrorCode);
    }

    [Fact]
    public async Task GetAllAsync_TwoPages_FollowsNextLink()
    {
        var wire = new Wire()
            .Answer(200, $$"""{"value":[{{Wire.PoolJson()}}],"nextLink":"https://arm.invalid/next?page=2"}""")
            .Answer(200, $$"""{"value":[{{Wire.PoolJson("Failed")}}]}""");

        var states = new List<string>();
        await foreach (var pool in wire.Cluster.GetContainerServiceAgentPools().GetAllAsync())
        {
            states.Add(pool.Data.ProvisioningState);
        }

        Assert.Equal(["Succeeded", "Failed"], states);
        Assert.Equal("GET /next?page=2", wire.Requests[1].Call);
    }

    [Fact]
    public async Task GetClusterUserCredentialsAsync_WithFormat_DecodesTheFile()
    {
        var wire = new Wire().Answer(200, """{"kubeconfigs":[{"name":"clusterUser","value":"aGVsbG8="}]}""");

        var credentials = await wire.Cluster.GetClusterUserCredentialsAsync(format: KubeConfigFormat.Exec);

        Assert.Equal($"POST {Wire.ClusterId}/listClusterUserCredential{Version}&format=exec", wire.Requests[0].Call);
        Assert.Equal("hello"u8.ToArray(), Assert.Single(credentials.Value.Kubeconfigs).Value);
    }

    [Fact]
    public async Task GetAsync_OfACluster_ReadsWhatItNames()
    {
        var wire = new Wire().Answer(200, $$$"""{"id":"{{{Wire.ClusterId}}}","name":"aks","location":"westeurope","tags":{"a":"b"},"properties":{"provisioningState":"Succeeded","kubernetesVersion":"1.34","currentKubernetesVersion":"1.34.2","fqdn":"x"}}""");

        var data = (await wire.Cluster.GetAsync()).Value.Data;

        Assert.Equal(("aks", "westeurope", "Succeeded", "1.34", "1.34.2", "x", "b"), (data.Name, data.Location.ToString(), data.ProvisioningState, data.KubernetesVersion, data.CurrentKubernetesVersion, data.Fqdn, data.Tags["a"]));
    }

    [Fact]
    public async Task GetAsync_OfACluster_ReadsItsAddressRanges()
    {
        var wire = new Wire()
            .Answer(200, $$$"""{"id":"{{{Wire.ClusterId}}}","location":"westeurope","properties":{"networkProfile":{"networkPlugin":"azure","podCidr":"10.244.0.0/16","serviceCidr":"10.0.0.0/16","podCidrs":["10.244.0.0/16","fd12:3456:789a::/64"],"serviceCidrs":["10.0.0.0/16"] } } }""")
            .Answer(200, $$$"""{"id":"{{{Wire.ClusterId}}}","location":"westeurope","properties":{} }""");

        var profile = (await wire.Cluster.GetAsync()).Value.Data.NetworkProfile;

        Assert.Equal(("10.244.0.0/16", "10.0.0.0/16"), (profile.PodCidr, profile.ServiceCidr));
        Assert.Equal(["10.244.0.0/16", "fd12:3456:789a::/64"], profile.PodCidrs);
        Assert.Equal(["10.0.0.0/16"], profile.ServiceCidrs);
        Assert.Null((await wire.Cluster.GetAsync()).Value.Data.NetworkProfile);
    }

    [Fact]
    public void Values_OfExtensibleTypes_CompareWithoutCaseAndKeepTheUnknown()
    {
        Assert.True(new WorkloadRuntime("katavmisolation") == WorkloadRuntime.KataVmIsolation);
        Assert.Equal("Novel", ((WorkloadRuntime)"Novel").ToString());
        Assert.Throws<ArgumentException>(() => new Wire().Client.GetContainerServiceAgentPoolResource(new(Wire.ClusterId)));
        Assert.Throws<InvalidOperationException>(() => new Wire().Pool.Data);
    }
}
