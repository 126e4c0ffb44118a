using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Tests.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>StatefulSets, and what of Jobs Kubernetes 1.20 serves too.</summary>
[Collection(ClusterCollection.Name)]
public sealed class KindsOverTheWireTests(ClusterFixture cluster)
{
    private const string Class = "of-claim-templates";

    private static readonly WorkloadSpec Small = Sample.Web with { Replicas = 1, CpuMillis = 100, MemoryMiB = 256, ReadinessProbe = null };
    private static readonly WorkloadSpec Set = Small with { Name = "db", Kind = WorkloadKind.StatefulSet, Replicas = 2 };

    [Fact]
    public async Task ApplyWorkloads_StatefulSet_HasNamedPodsInTheSandboxAndAHeadlessService()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Set));

        var pods = (await cluster.Client.CoreV1.ListNamespacedPodAsync(Namespace(tenant))).Items;
        Assert.Equal(["db-0", "db-1"], pods.Select(p => p.Metadata.Name).Order(StringComparer.Ordinal));
        Assert.All(pods, pod =>
        {
            Assert.Equal("tenantsandbox-kata-256mi", pod.Spec.RuntimeClassName);
            Assert.Equal(ClusterFixture.PoolName, pod.Spec.NodeSelector[SandboxNodes.PoolLabel]);
            Assert.Equal((pod.Metadata.Name, "db"), (pod.Spec.Hostname, pod.Spec.Subdomain));
        });
        var service = Assert.Single((await cluster.Client.CoreV1.ListNamespacedServiceAsync(Namespace(tenant))).Items);
        Assert.Equal(("db", "None"), (service.Metadata.Name, service.Spec.ClusterIP));
        Assert.Equal([], await cluster.FindDriftAsync(tenant));
    }

    [Fact]
    public async Task ApplyWorkloads_StatefulSetAgain_ChangesNothing()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Set with { Ports = [] }));
        var before = await ReadSetAsync(tenant);

        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);

        Assert.Equal(before.Metadata.Generation, (await ReadSetAsync(tenant)).Metadata.Generation);
    }

    [Fact]
    public async Task SuspendWorkloads_StatefulSet_ScalesToZeroAndResumes()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Set));

        await cluster.SuspendAsync(tenant);

        Assert.Equal(0, (await ReadSetAsync(tenant)).Spec.Replicas);
        Assert.Equal([], await cluster.FindDriftAsync(tenant with { IsSuspended = true, PoolName = null }));
        await cluster.RunAsync(tenant);
        Assert.Equal(2, (await ReadSetAsync(tenant)).Status.ReadyReplicas);
    }

    [Fact]
    public async Task WatchRollout_ReturnFromABrokenTemplate_IsNotHeldUpByItsPod()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Set));
        var broken = ClusterFixture.Next(tenant, Set with { CpuMillis = 500_000 });
        await cluster.Namespaces.ApplyAsync(broken.Placed(), default);
        await cluster.Workloads.ApplyAsync(broken.Placed(), default);
        var seen = await cluster.WatchAsync(broken, o => o.Code is not null);
        Assert.Equal((RolloutCondition.Progressing, "Unschedulable"), (seen.Condition, seen.Code));

        var returned = await cluster.RunAsync(ClusterFixture.Next(broken, tenant.Spec.Workloads[0]));

        var pods = (await cluster.Client.CoreV1.ListNamespacedPodAsync(Namespace(returned))).Items;
        Assert.All(pods, p => Assert.Equal("100m", p.Spec.Containers[0].Resources.Limits["cpu"].ToString()));
    }

    [Fact]
    public async Task ApplyWorkloads_OtherKind_DeletesTheFormerObjectFirst()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Small));
        var changed = ClusterFixture.Next(tenant, Small with { Kind = WorkloadKind.StatefulSet });

        await cluster.RunAsync(changed);

        Assert.Empty((await cluster.Client.AppsV1.ListNamespacedDeploymentAsync(Namespace(tenant))).Items);
        Assert.Equal(["web-0"], (await cluster.Client.CoreV1.ListNamespacedPodAsync(Namespace(tenant))).Items.Select(p => p.Metadata.Name));
        Assert.Equal("None", Assert.Single((await cluster.Client.CoreV1.ListNamespacedServiceAsync(Namespace(tenant))).Items).Spec.ClusterIP);

        await cluster.RunAsync(ClusterFixture.Next(changed, Small));
        Assert.NotEqual("None", Assert.Single((await cluster.Client.CoreV1.ListNamespacedServiceAsync(Namespace(tenant))).Items).Spec.ClusterIP);
        Assert.Empty((await cluster.Client.AppsV1.ListNamespacedStatefulSetAsync(Namespace(tenant))).Items);
    }

    [Fact]
    public async Task CheckAdmission_ChangeOfAnImmutableField_IsRefusedWithAdvice()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Set));
        var changed = Templates.Read(
            """{"name":"db","kind":"StatefulSet","image":"x","cpu":"100m","memory":"256Mi","statefulSet":{"podManagementPolicy":"Parallel","serviceName":"peers"}}""");

        var answer = await cluster.Services.Make<TenantAdmission>().CheckAsync(ClusterFixture.Next(tenant, changed).Placed(), default);

        Assert.Equal(
            [$"StatefulSet db: {ImmutableFields.Describe("podManagementPolicy")}", $"StatefulSet db: {ImmutableFields.Describe("serviceName")}"], answer.Refusals);
    }

    [Fact]
    public async Task ApplyWorkloads_GoverningServiceOfItsOwn_IsBesideTheWorkloads()
    {
        var set = Templates.Read(
            """
            {"name":"db","kind":"StatefulSet","image":"registry.example/db:1","cpu":"100m","memory":"256Mi","ports":[{"port":5432}],
             "statefulSet":{"podManagementPolicy":"Parallel","serviceName":"db-peers"}}
            """);
        var tenant = await cluster.RunAsync(cluster.NewTenant(set));

        var services = (await cluster.Client.CoreV1.ListNamespacedServiceAsync(Namespace(tenant))).Items.OrderBy(s => s.Metadata.Name, StringComparer.Ordinal).ToArray();
        Assert.Equal(["db", "db-peers"], services.Select(s => s.Metadata.Name));
        Assert.Equal((false, true), (services[0].Spec.ClusterIP == "None", services[1].Spec.ClusterIP == "None"));
        Assert.Equal([], await cluster.FindDriftAsync(tenant));
        await cluster.Workloads.DeleteAsync(tenant.Namespace, default);
        Assert.Empty((await cluster.Client.CoreV1.ListNamespacedServiceAsync(Namespace(tenant))).Items);
        Assert.Empty((await cluster.Client.AppsV1.ListNamespacedStatefulSetAsync(Namespace(tenant))).Items);
    }

    [Fact]
    public async Task ApplyWorkloads_ClaimTemplates_AreTheSameAgainAndImmutable()
    {
        await using var storage = await StorageAsync();
        var tenant = cluster.NewTenant(WithClaims());
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);
        var before = await ReadSetAsync(tenant);
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);

        var changed = await cluster.Services.Make<TenantAdmission>().CheckAsync(ClusterFixture.Next(tenant, WithClaims(onOffboard: "delete")).Placed(), default);

        Assert.Equal(before.Metadata.Generation, (await ReadSetAsync(tenant)).Metadata.Generation);
        Assert.Equal([$"StatefulSet db: {ImmutableFields.Describe("volumeClaimTemplates")}"], changed.Refusals);
        // Nothing provisions the volume, but the claim is there with what the offboarding needs to know of it.
        var claims = await WaitForClaimsAsync(tenant);
        Assert.Equal("data-db-0", claims[0].Metadata.Name);
        Assert.Equal((tenant.TenantId, "db", "retain"), (
            claims[0].Metadata.Labels[Labels.Tenant], claims[0].Metadata.Labels[Labels.Workload], claims[0].Metadata.Annotations[Labels.OnOffboard]));
        Assert.DoesNotContain(await cluster.FindDriftAsync(tenant), f => f.Contains("volumeClaimTemplates", StringComparison.Ordinal));
        Assert.True((await cluster.Namespaces.DeleteAsync(tenant.Namespace, default)).Volumes is null or []);
    }

    // Nothing provisions volumes of it: a bare API server has no provisioner.
    private async Task<Cleanup> StorageAsync()
    {
        await cluster.Client.StorageV1.CreateStorageClassAsync(
            new V1StorageClass { Metadata = new V1ObjectMeta { Name = Class }, Provisioner = "kubernetes.io/no-provisioner", VolumeBindingMode = "WaitForFirstConsumer" });
        return new Cleanup(() => cluster.Client.StorageV1.DeleteStorageClassAsync(Class));
    }

    private sealed class Cleanup(Func<Task> run) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await run();
    }

    private async Task<IList<V1PersistentVolumeClaim>> WaitForClaimsAsync(DesiredTenant tenant)
    {
        IList<V1PersistentVolumeClaim> claims = [];
        await ClusterFixture.WaitUntilAsync(async token =>
        {
            claims = (await cluster.Client.CoreV1.ListNamespacedPersistentVolumeClaimAsync(Namespace(tenant), cancellationToken: token)).Items;
            return claims.Count > 0;
        });
        return claims;
    }

    private static WorkloadSpec WithClaims(string onOffboard = "retain") => Templates.Read(
        $$$"""
        {"name":"db","kind":"StatefulSet","replicas":2,"statefulSet":{"volumeClaimTemplates":[{"metadata":{"name":"data"},"onOffboard":"{{{onOffboard}}}",
           "spec":{"storageClassName":"{{{Class}}}","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} } } }]},
         "podTemplate":{"spec":{"containers":[{"name":"db","image":"registry.example/db:1","resources":{"limits":{"cpu":"100m","memory":"256Mi"}},
           "volumeMounts":[{"name":"data","mountPath":"/data"}]}]} } }
        """,
        new InstallationRules { StorageClasses = [new(Class, ["ReadWriteOnce"], 1024 * 1024, 1024 * 1024, AllowRetain: true)] });

    private Task<V1StatefulSet> ReadSetAsync(DesiredTenant tenant) => cluster.Client.AppsV1.ReadNamespacedStatefulSetAsync("db", Namespace(tenant));

    private static string Namespace(DesiredTenant tenant) => NamespaceManifest.NameOf(tenant.TenantId);
}
