using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Workloads;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>Services and policies of workloads, with what every API server has.</summary>
[Collection(ClusterCollection.Name)]
public sealed class NetworkOverTheWireTests(ClusterFixture cluster)
{
    private static readonly WorkloadSpec Web = Sample.Web with { Replicas = 1, CpuMillis = 100, MemoryMiB = 256, ReadinessProbe = null, Ports = [new(8080)] };

    private static readonly WorkloadSpec Open = Web with
    {
        Services =
        [
            new("web", [new(80, Name: "http", TargetPort: "8080", AppProtocol: "http"), new(53, "UDP")], HasSessionAffinity: true),
            new("web-nodes", [new(443, TargetPort: "8080")], ServiceType.NodePort),
        ],
        Ingress = new([new([new(8080)], Source: "gateway"), new([], Workload: "db"), new([], Cidr: "203.0.113.0/24")]),
    };

    private static readonly WorkloadSpec Db = Web with { Name = "db", Ingress = new([new([], Workload: "web")]), EgressAllowList = [] };

    [Fact]
    public async Task Apply_ServicesAndPolicies_AreServedWithoutDrift()
    {
        var tenant = await ApplyAsync(cluster.NewTenant(Open, Db));

        var services = await ServicesAsync(tenant);
        Assert.Equal(["db", "web", "web-nodes"], services.Keys.Order());
        Assert.Equal(("8080", "ClientIP", "ClusterIP"), (services["web"].Spec.Ports[0].TargetPort.Value, services["web"].Spec.SessionAffinity, services["web"].Spec.Type));
        Assert.Equal(("NodePort", "Local"), (services["web-nodes"].Spec.Type, services["web-nodes"].Spec.ExternalTrafficPolicy));
        Assert.InRange(services["web-nodes"].Spec.Ports[0].NodePort!.Value, 30_000, 32_767);
        Assert.Equal(["tenant-network", "workload-db", "workload-web"], await PoliciesAsync(tenant));
        Assert.Equal([], await cluster.FindDriftAsync(tenant));
    }

    [Fact]
    public async Task Apply_NextRevisionWithoutThem_DeletesThem()
    {
        var tenant = await ApplyAsync(cluster.NewTenant(Open, Db));

        var updated = await ApplyAsync(tenant with { Revision = 8, Spec = tenant.Spec with { Workloads = [Web] } });

        Assert.Equal(["web"], (await ServicesAsync(updated)).Keys);
        Assert.Equal(["tenant-network"], await PoliciesAsync(updated));
        Assert.Equal([], await cluster.FindDriftAsync(updated));
    }

    [Fact]
    public async Task Inspect_PolicyDeletedOrAdded_IsRepairedByTheNextApply()
    {
        var tenant = await ApplyAsync(cluster.NewTenant(Open, Db));
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        await cluster.Client.NetworkingV1.DeleteNamespacedNetworkPolicyAsync("workload-db", ns);
        var extra = WorkloadPolicyManifest.Policies(tenant, NetworkOptions(), new DeniedBlocks([], []))[0];
        extra.Metadata.Name = "workload-former";
        await cluster.Client.NetworkingV1.CreateNamespacedNetworkPolicyAsync(extra, ns);

        Assert.Equal(
            ["ObjectExtra NetworkPolicy/workload-former : is not part of the spec", "ObjectMissing NetworkPolicy/workload-db : does not exist"],
            (await cluster.FindDriftAsync(tenant)).Order());

        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        Assert.Equal([], await cluster.FindDriftAsync(tenant));
    }

    [Fact]
    public async Task CheckAdmission_ServicesAndPolicies_AreAccepted()
    {
        var tenant = cluster.NewTenant(Open, Db);

        Assert.Empty((await cluster.Services.Make<TenantAdmission>().CheckAsync(tenant.Placed() with { PoolName = null }, default)).Refusals);
    }

    [Fact]
    public async Task Read_Services_AreShownWithTheirWorkload()
    {
        var tenant = await ApplyAsync(cluster.NewTenant(Open, Db));

        var seen = await cluster.Services.Make<WorkloadStateReader>().ReadAsync(tenant.Namespace, default);

        var web = seen.Workloads.Single(w => w.Name == "web");
        Assert.Equal(["web ClusterIP", "web-nodes NodePort"], web.Services.Select(s => $"{s.Name} {s.Type}"));
        Assert.Equal((80, "8080"), (web.Services[0].Ports[0].Port, web.Services[0].Ports[0].Target));
        Assert.NotNull(web.Services[1].Ports[0].NodePort);
        Assert.Null(web.Exposure);
    }

    [Fact]
    public async Task Suspend_ServicesAndPolicies_Stay()
    {
        var tenant = await ApplyAsync(cluster.NewTenant(Open, Db));

        await cluster.Workloads.SuspendAsync(tenant.Placed(), default);

        Assert.Equal(["db", "web", "web-nodes"], (await ServicesAsync(tenant)).Keys.Order());
        Assert.Equal(["tenant-network", "workload-db", "workload-web"], await PoliciesAsync(tenant));
    }

    private static Functions.Configuration.TenantSandboxOptions NetworkOptions() => Manifests.NetworkGen.Options;

    private async Task<DesiredTenant> ApplyAsync(DesiredTenant tenant)
    {
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);
        return tenant;
    }

    private async Task<Dictionary<string, V1Service>> ServicesAsync(DesiredTenant tenant) =>
        (await cluster.Client.CoreV1.ListNamespacedServiceAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items.ToDictionary(s => s.Metadata.Name);

    private async Task<IEnumerable<string>> PoliciesAsync(DesiredTenant tenant) =>
        (await cluster.Client.NetworkingV1.ListNamespacedNetworkPolicyAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items.Select(p => p.Metadata.Name).Order();
}
