using k8s;
using k8s.Models;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Workloads;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>Routes, load balancers and policies with host names, which Kubernetes 1.20 doesn't serve: on the twin only.</summary>
public sealed class RouteTests(RouteCluster running) : IClassFixture<RouteCluster>
{
    private static int _hosts;

    private readonly ClusterFixture _cluster = running.Cluster;

    [Fact]
    public async Task Apply_ExposedWorkload_HasARouteThatTheGatewayAccepts()
    {
        var tenant = await ApplyAsync(_cluster.NewTenant(Exposed()));

        var route = Assert.Single(await RoutesAsync(tenant));
        Assert.Equal(tenant.Spec.Workloads[0].Expose!.Hosts, route.Spec!.Hostnames);
        Assert.Equal(new RouteState(true, "accepted"), RouteState.Of(route));
        Assert.Equal([], await _cluster.FindDriftAsync(tenant));
        var web = Assert.Single((await _cluster.Services.Make<WorkloadStateReader>().ReadAsync(tenant.Namespace, default)).Workloads);
        Assert.True(web.Exposure!.State.IsReady);
    }

    [Fact]
    public async Task Apply_RouteThatTheGatewayRefuses_IsAFindingAndNotRepairedForEver()
    {
        var tenant = await ApplyAsync(_cluster.NewTenant(Exposed("elsewhere.example.org")));

        var drift = Assert.Single(await _cluster.FindDriftAsync(tenant));
        Assert.Contains("RouteNotReady HTTPRoute/web : Accepted is false: NoMatchingListenerHostname", drift, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_SuspendedOrNextRevision_KeepsOrDeletesTheRoute()
    {
        var tenant = await ApplyAsync(_cluster.NewTenant(Exposed()));

        await _cluster.Workloads.SuspendAsync(tenant.Placed(), default);
        Assert.Single(await RoutesAsync(tenant));

        await ApplyAsync(tenant with { Revision = 8, Spec = tenant.Spec with { Workloads = [Plain] } });
        Assert.Empty(await RoutesAsync(tenant));
    }

    [Fact]
    public async Task Delete_Workloads_DeletesTheRoutes()
    {
        var tenant = await ApplyAsync(_cluster.NewTenant(Exposed()));

        await _cluster.Workloads.DeleteAsync(tenant.Namespace, default);

        Assert.Empty(await RoutesAsync(tenant));
    }

    [Fact]
    public async Task Apply_HostOfAForeignRoute_IsRefusedBeforeAnythingIsWritten()
    {
        var exposed = Exposed();
        var foreign = new HttpRoute
        {
            Metadata = new V1ObjectMeta { Name = $"foreign{_hosts}", NamespaceProperty = "default" },
            Spec = new HttpRouteSpec(null, exposed.Expose!.Hosts, null),
        };
        await _cluster.Client.CustomObjects.CreateNamespacedCustomObjectAsync(foreign, HttpRoute.ApiGroup, "v1", "default", "httproutes");
        var tenant = _cluster.NewTenant(exposed);

        var refusal = Assert.Single((await CheckAsync(tenant)).Refusals);
        Assert.Contains($"{exposed.Expose.Hosts[0]} is taken: HTTPRoute default/{foreign.Metadata.Name}", refusal, StringComparison.Ordinal);

        await _cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        Assert.Equal("HostNameTaken", (await Assert.ThrowsAsync<InvalidException>(() => _cluster.Workloads.ApplyAsync(tenant.Placed(), default))).Code);
        Assert.Empty((await _cluster.Client.CoreV1.ListNamespacedServiceAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items);
    }

    [Fact]
    public async Task CheckAdmission_ClusterWithoutGatewayApi_IsRefusedWithTheReason()
    {
        _cluster.Twin.InjectedFaults.Add(new InjectedFault { Call = "kube.httproutes.list", Status = 404, Code = "NotFound" });

        var refusal = Assert.Single((await CheckAsync(_cluster.NewTenant(Exposed()))).Refusals);

        Assert.Contains("doesn't serve HTTPRoutes (gateway.networking.k8s.io/v1): install the Gateway API", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckAdmission_ExposedWorkload_IsAcceptedAndNothingIsStored()
    {
        Assert.Empty((await CheckAsync(_cluster.NewTenant(Exposed(), Named))).Refusals);
        Assert.Empty((await _cluster.Client.ListAsync<HttpRoute>("tenantsandbox-dry-runs", null, default)).Items);
        Assert.Empty((await _cluster.Client.ListAsync<CiliumNetworkPolicy>("tenantsandbox-dry-runs", null, default)).Items);
    }

    [Fact]
    public async Task Apply_EgressByHostName_HasACiliumPolicyUntilTheNextRevision()
    {
        var tenant = await ApplyAsync(_cluster.NewTenant(Named));

        var policy = Assert.Single((await _cluster.Client.ListAsync<CiliumNetworkPolicy>(NamespaceManifest.NameOf(tenant.TenantId), null, default)).Items);
        Assert.Equal(["api.example.com", "*.example.org"], policy.Spec!.Egress.SelectMany(r => r.ToFqdns ?? []).Select(h => h.MatchName ?? h.MatchPattern));
        Assert.Contains("169.254.0.0/16", Assert.Single(policy.Spec.EgressDeny).ToCidr);
        Assert.Equal([], await _cluster.FindDriftAsync(tenant));

        await ApplyAsync(tenant with { Revision = 8, Spec = tenant.Spec with { Workloads = [Plain with { Name = "named" }] } });
        Assert.Empty((await _cluster.Client.ListAsync<CiliumNetworkPolicy>(NamespaceManifest.NameOf(tenant.TenantId), null, default)).Items);
    }

    [Fact]
    public async Task Inspect_CiliumPolicyOfAStranger_IsNamedAndTreatedAsOpen()
    {
        var tenant = await ApplyAsync(_cluster.NewTenant(Named));
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var own = Assert.Single((await _cluster.Client.ListAsync<CiliumNetworkPolicy>(ns, null, default)).Items);
        await _cluster.Client.CustomObjects.CreateNamespacedCustomObjectAsync(
            new CiliumNetworkPolicy { Metadata = new V1ObjectMeta { Name = "strange" }, Spec = own.Spec }, CiliumNetworkPolicy.ApiGroup, "v2", ns, "ciliumnetworkpolicies");

        Assert.Equal(
            ["NetworkOpened CiliumNetworkPolicy/strange : is treated as open: rules of kind CiliumNetworkPolicy are not evaluated"],
            await _cluster.FindDriftAsync(tenant));
    }

    [Fact]
    public async Task Apply_LoadBalancer_IsWithinQuotaAndGetsAnAddress()
    {
        var balanced = Plain with { Services = [new("web", [new(443, TargetPort: "8080")], ServiceType.LoadBalancer, IsInternal: true)] };
        var tenant = await ApplyAsync(_cluster.NewTenant(balanced));

        var web = Assert.Single((await _cluster.Services.Make<WorkloadStateReader>().ReadAsync(tenant.Namespace, default)).Workloads);
        Assert.StartsWith("10.225.", Assert.Single(Assert.Single(web.Services).Addresses), StringComparison.Ordinal);
        Assert.Equal([], await _cluster.FindDriftAsync(tenant));

        // Back to an address of the cluster only.
        await ApplyAsync(tenant with { Revision = 8, Spec = tenant.Spec with { Workloads = [Plain] } });
        var service = Assert.Single((await _cluster.Client.CoreV1.ListNamespacedServiceAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items);
        Assert.Equal(("ClusterIP", null, null), (service.Spec.Type, service.Spec.Ports[0].NodePort, service.Spec.ExternalTrafficPolicy));
    }

    private static WorkloadSpec Plain { get; } = Sample.Web with { Replicas = 1, CpuMillis = 100, MemoryMiB = 256, ReadinessProbe = null, Ports = [new(8080)] };

    private static WorkloadSpec Named { get; } = Plain with
    {
        Name = "named",
        EgressAllowList = [new(null, [new(443)], Host: "api.example.com"), new(null, [new(443)], Host: "*.example.org"), new("203.0.113.0/24", [])],
    };

    private static WorkloadSpec Exposed(string? host = null) => Plain with { Expose = new([host ?? $"h{Interlocked.Increment(ref _hosts)}.apps.example.com"], ["/api"], "web", 8080) };

    private Task<AdmissionAnswer> CheckAsync(DesiredTenant tenant) =>
        _cluster.Services.Make<TenantAdmission>().CheckAsync(tenant.Placed() with { PoolName = null }, default);

    private async Task<DesiredTenant> ApplyAsync(DesiredTenant tenant)
    {
        await _cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await _cluster.Workloads.ApplyAsync(tenant.Placed(), default);
        return tenant;
    }

    private async Task<IReadOnlyList<HttpRoute>> RoutesAsync(DesiredTenant tenant) =>
        (await _cluster.Client.ListAsync<HttpRoute>(NamespaceManifest.NameOf(tenant.TenantId), null, default)).Items;
}

/// <summary>A twin with a Gateway, and settings that allow what tenants can have in the network.</summary>
public sealed class RouteCluster : IAsyncLifetime
{
    internal ClusterFixture Cluster { get; } = new(kubeconfig: null, new()
    {
        ["Clusters__0__EgressByHostName"] = "true",
        ["Network__Gateway__Namespace"] = "default",
        ["Network__Gateway__Name"] = "public",
        ["Network__Gateway__SectionName"] = "https",
        ["Network__Gateway__Source"] = "gateway",
    });

    public async Task InitializeAsync()
    {
        await Cluster.InitializeAsync();
        var gateway = System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(
            """
            {"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"public"},"spec":{"gatewayClassName":"any",
             "listeners":[{"name":"https","port":443,"protocol":"HTTPS","hostname":"*.example.com","allowedRoutes":{"namespaces":{"from":"All"}}}]}}
            """);
        await Cluster.Client.CustomObjects.CreateNamespacedCustomObjectAsync(gateway, HttpRoute.ApiGroup, "v1", "default", "gateways");
    }

    public Task DisposeAsync() => Cluster.DisposeAsync();
}
