using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests.Lifecycle;

/// <summary>What people do behind the app's back, and what its maintenance makes of it.</summary>
public sealed class DriftTests
{
    [Fact]
    public async Task Reconcile_NamespaceDeletedByAPerson_BringsTheTenantBack()
    {
        await using var system = await TestSystem.StartAsync();
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("acme");
        await system.SettleAsync("acme");
        await person.DeleteNamespaceAsync("tenant-acme");

        var report = await system.MaintainAsync("reconcile-tenants");
        await system.WaitUntilNothingRunsAsync();

        Assert.Equal(1, report["counts"]!["repairs"]!.GetValue<int>());
        Assert.Equal(TenantPhase.Ready, (await system.SettleAsync("acme")).Phase);
        Assert.Equal("registry.example/app:1", (await person.ReadDeploymentAsync("acme")).Image);
        await system.MaintainAsync("reconcile-tenants");
        Assert.Equal("False", await system.ConditionAsync("acme", "Drifted"));
        Assert.Equal("True", await system.ConditionAsync("acme", "Ready"));
    }

    [Fact]
    public async Task Reconcile_PoolDeletedInThePortal_MovesTheTenantToAnotherPool()
    {
        await using var system = await TestSystem.StartAsync();
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("acme");
        var before = await system.SettleAsync("acme");
        await person.DeletePoolAsync(before.Placement!.Pool!);

        await system.MaintainAsync("reconcile-clusters");
        await system.MaintainAsync("reconcile-tenants");
        await system.WaitUntilNothingRunsAsync();

        var after = await system.SettleAsync("acme");
        Assert.Equal(TenantPhase.Ready, after.Phase);
        Assert.NotEqual(before.Placement.Pool, after.Placement!.Pool);
        Assert.Equal([after.Placement.Pool!], await person.ListPoolsAsync());
        using var offboarding = await system.OffboardAsync("acme");
        await system.SettleAsync("acme");
        await system.WaitUntilNothingRunsAsync();
        Assert.Empty(await system.FindLeftoversAsync("acme"));
    }

    [Fact]
    public async Task Onboard_PoolWasDeletedInThePortal_GetsAnotherOne()
    {
        await using var system = await TestSystem.StartAsync();
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("acme");
        var first = await system.SettleAsync("acme");
        await person.DeletePoolAsync(first.Placement!.Pool!);

        using var second = await system.OnboardAsync("beta");
        var beta = await system.SettleAsync("beta");

        Assert.Equal(TenantPhase.Ready, beta.Phase);
        Assert.NotEqual(first.Placement.Pool, beta.Placement!.Pool);
    }

    [Fact]
    public async Task Reconcile_PolicyDeletedAndImageChanged_RepairsBoth()
    {
        await using var system = await TestSystem.StartAsync();
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("acme");
        await system.SettleAsync("acme");
        await person.Kubernetes.NetworkingV1.DeleteNamespacedNetworkPolicyAsync("tenant-network", "tenant-acme");
        var (_, _, deployment) = await person.ReadDeploymentAsync("acme");
        deployment.Spec.Replicas = 5;
        await person.Kubernetes.AppsV1.ReplaceNamespacedDeploymentAsync(deployment, "web", "tenant-acme");

        await system.MaintainAsync("reconcile-tenants");
        await system.WaitUntilNothingRunsAsync();

        Assert.Equal(TenantPhase.Ready, (await system.SettleAsync("acme")).Phase);
        Assert.NotNull(await person.Kubernetes.NetworkingV1.ReadNamespacedNetworkPolicyAsync("tenant-network", "tenant-acme"));
    }

    [Fact]
    public async Task Onboard_PoolNameTakenByAPerson_TakesTheNextName()
    {
        await using var system = await TestSystem.StartAsync();
        using var person = await Stranger.OfAsync(system.Twin);
        await person.CreatePoolAsync("kata1");

        using var onboarding = await system.OnboardAsync("acme");
        var tenant = await system.SettleAsync("acme");

        Assert.Equal((TenantPhase.Ready, "kata2"), (tenant.Phase, tenant.Placement?.Pool));
        using var offboarding = await system.OffboardAsync("acme");
        await system.SettleAsync("acme");
        await system.WaitUntilNothingRunsAsync();
        Assert.Equal(["kata1"], await person.ListPoolsAsync());
    }

    [Fact]
    public async Task Sweep_OrphanNamespaceAndPool_AreReportedAndDeletedOnlyByOption()
    {
        await using var system = await TestSystem.StartAsync(options => options with
        {
            Settings = new Dictionary<string, string?>
            {
                ["TenantSandbox:Maintenance:OrphanGracePeriod"] = "00:00:01",
                ["TenantSandbox:Maintenance:DeleteOrphans"] = "true",
            },
        });
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("acme");
        var acme = await system.SettleAsync("acme");
        await person.CreatePoolAsync("kata90", new JsonObject
        {
            ["tenantsandbox-owner"] = "tenantsandbox",
            ["tenantsandbox-installation"] = "tenantsandbox",
            ["tenantsandbox-cluster"] = "aks-twin",
            ["tenantsandbox-generation"] = "90",
            ["tenantsandbox-tier"] = "pooled",
        });
        await person.CreatePoolAsync("mine");
        await CreateNamespaceAsync(person, "tenant-ghost", "ghost", "tenantsandbox");
        await CreateNamespaceAsync(person, "tenant-other", "other", "someone-else");

        var report = await system.MaintainAsync("sweep-orphans");
        await system.WaitForAsync(
            async () => (await person.ListPoolsAsync()).Contains("kata90") ? null : person, "the orphaned pool to be deleted");

        Assert.Equal(1, report["counts"]!["orphanPools"]!.GetValue<int>());
        Assert.Equal(1, report["counts"]!["orphanNamespaces"]!.GetValue<int>());
        Assert.Equal([acme.Placement!.Pool!, "mine"], (await person.ListPoolsAsync()).Order(StringComparer.Ordinal));
        var namespaces = (await person.Kubernetes.CoreV1.ListNamespaceAsync()).Items.Where(n => n.Metadata.DeletionTimestamp is null).Select(n => n.Metadata.Name);
        Assert.DoesNotContain("tenant-ghost", namespaces);
        Assert.Contains("tenant-other", namespaces);
        Assert.Contains("tenant-acme", namespaces);
    }

    private static Task<V1Namespace> CreateNamespaceAsync(Stranger person, string name, string tenant, string owner) =>
        person.Kubernetes.CoreV1.CreateNamespaceAsync(new V1Namespace
        {
            Metadata = new V1ObjectMeta
            {
                Name = name,
                Labels = new Dictionary<string, string>
                {
                    ["app.kubernetes.io/managed-by"] = "tenantsandbox",
                    ["tenantsandbox/owner"] = owner,
                    ["tenantsandbox/tenant"] = tenant,
                    ["tenantsandbox/incarnation"] = "1",
                },
            },
        });
}
