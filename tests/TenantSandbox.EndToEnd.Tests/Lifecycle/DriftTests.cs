using System.Globalization;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests.Lifecycle;

/// <summary>What people do behind the app's back, and what its maintenance makes of it.</summary>
[Collection(SharedSystemCollection.Name)]
public sealed class DriftTests(SharedSystem shared) : IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => shared.System.OffboardAllAsync();

    [Fact]
    public async Task Reconcile_NamespaceDeletedByAPerson_BringsTheTenantBack()
    {
        var system = shared.System;
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("recreated");
        await system.SettleAsync("recreated");
        await person.DeleteNamespaceAsync("tenant-recreated");

        var report = await system.MaintainAsync("reconcile-tenants");
        await system.WaitUntilNothingRunsAsync();

        Assert.Equal(1, report["counts"]!["repairs"]!.GetValue<int>());
        Assert.Equal(TenantPhase.Ready, (await system.SettleAsync("recreated")).Phase);
        Assert.Equal("registry.example/app:1", (await person.ReadDeploymentAsync("recreated")).Image);
        await system.MaintainAsync("reconcile-tenants");
        Assert.Equal("False", await system.ConditionAsync("recreated", "Drifted"));
        Assert.Equal("True", await system.ConditionAsync("recreated", "Ready"));
    }

    [Fact]
    public async Task Reconcile_PoolDeletedInThePortal_MovesTheTenantToAnotherPool()
    {
        var system = shared.System;
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("moved");
        var before = await system.SettleAsync("moved");
        await person.DeletePoolAsync(before.Placement!.Pool!);

        await system.MaintainAsync("reconcile-clusters");
        await system.MaintainAsync("reconcile-tenants");
        await system.WaitUntilNothingRunsAsync();

        var after = await system.SettleAsync("moved");
        Assert.Equal(TenantPhase.Ready, after.Phase);
        Assert.NotEqual(before.Placement.Pool, after.Placement!.Pool);
        Assert.Equal([after.Placement.Pool!], await person.ListPoolsAsync());
        using var offboarding = await system.OffboardAsync("moved");
        await system.SettleAsync("moved");
        await system.WaitUntilNothingRunsAsync();
        Assert.Empty(await system.FindLeftoversAsync("moved"));
    }

    [Fact]
    public async Task Onboard_PoolWasDeletedInThePortal_GetsAnotherOne()
    {
        var system = shared.System;
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("displaced");
        var first = await system.SettleAsync("displaced");
        await person.DeletePoolAsync(first.Placement!.Pool!);

        using var onboardingSecond = await system.OnboardAsync("undisplaced");
        var second = await system.SettleAsync("undisplaced");

        Assert.Equal(TenantPhase.Ready, second.Phase);
        Assert.NotEqual(first.Placement.Pool, second.Placement!.Pool);
    }

    [Fact]
    public async Task Reconcile_PolicyDeletedAndImageChanged_RepairsBoth()
    {
        var system = shared.System;
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("repaired");
        await system.SettleAsync("repaired");
        await person.Kubernetes.NetworkingV1.DeleteNamespacedNetworkPolicyAsync("tenant-network", "tenant-repaired");
        var (_, _, deployment) = await person.ReadDeploymentAsync("repaired");
        deployment.Spec.Replicas = 5;
        await person.Kubernetes.AppsV1.ReplaceNamespacedDeploymentAsync(deployment, "web", "tenant-repaired");

        await system.MaintainAsync("reconcile-tenants");
        await system.WaitUntilNothingRunsAsync();

        Assert.Equal(TenantPhase.Ready, (await system.SettleAsync("repaired")).Phase);
        Assert.NotNull(await person.Kubernetes.NetworkingV1.ReadNamespacedNetworkPolicyAsync("tenant-network", "tenant-repaired"));
    }

    [Fact]
    public async Task Reconcile_BaselineChangedByAPerson_IsReportedByNameAndRepaired()
    {
        var system = shared.System;
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("guarded");
        await system.SettleAsync("guarded");
        await person.Kubernetes.AdmissionregistrationV1.DeleteValidatingAdmissionPolicyBindingAsync("tenantsandbox-pod-runtime");
        await person.Kubernetes.NodeV1.DeleteRuntimeClassAsync("tenantsandbox-kata-64gi");

        var report = await system.MaintainAsync("reconcile-clusters");

        Assert.Equal(
            ["aks-twin/RuntimeClass/tenantsandbox-kata-64gi", "aks-twin/ValidatingAdmissionPolicyBinding/tenantsandbox-pod-runtime"],
            report["findings"]!.AsArray().Where(f => f!["kind"]!.GetValue<string>() == "baselineMissing").Select(f => f!["subject"]!.GetValue<string>()));
        Assert.Equal(
            "tenantsandbox-pod-runtime",
            (await person.Kubernetes.AdmissionregistrationV1.ReadValidatingAdmissionPolicyBindingAsync("tenantsandbox-pod-runtime")).Spec.PolicyName);
        Assert.Equal(0, (await system.MaintainAsync("reconcile-clusters"))["counts"]!["baselineRepairs"]!.GetValue<int>());
    }

    [Fact]
    public async Task Onboard_PoolNameTakenByAPerson_TakesTheNextName()
    {
        var system = shared.System;
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboardingBefore = await system.OnboardAsync("unskipping", tier: "dedicated");
        var before = await system.SettleAsync("unskipping");
        var generation = int.Parse(before.Placement!.Pool!["kata".Length..], CultureInfo.InvariantCulture);
        var taken = $"kata{generation + 1}";
        await person.CreatePoolAsync(taken);

        using var onboarding = await system.OnboardAsync("skipping");
        var tenant = await system.SettleAsync("skipping");

        Assert.Equal((TenantPhase.Ready, $"kata{generation + 2}"), (tenant.Phase, tenant.Placement?.Pool));
        using var offboarding = await system.OffboardAsync("skipping");
        await system.SettleAsync("skipping");
        await system.WaitUntilNothingRunsAsync();
        // In the order of their names, kata10 is before kata9.
        Assert.Equal(
            ((string[])[before.Placement.Pool, taken]).Order(StringComparer.Ordinal), (await person.ListPoolsAsync()).Order(StringComparer.Ordinal));
        await person.DeletePoolAsync(taken);
    }

    [Fact]
    public async Task Sweep_OrphanNamespaceAndPool_AreReportedAndDeletedOnlyByOption()
    {
        var system = shared.System;
        using var person = await Stranger.OfAsync(system.Twin);
        using var onboarding = await system.OnboardAsync("kept");
        var kept = await system.SettleAsync("kept");
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
        Assert.Equal([kept.Placement!.Pool!, "mine"], (await person.ListPoolsAsync()).Order(StringComparer.Ordinal));
        var namespaces = (await person.Kubernetes.CoreV1.ListNamespaceAsync()).Items.Where(n => n.Metadata.DeletionTimestamp is null).Select(n => n.Metadata.Name);
        Assert.DoesNotContain("tenant-ghost", namespaces);
        Assert.Contains("tenant-other", namespaces);
        Assert.Contains("tenant-kept", namespaces);
        await person.DeletePoolAsync("mine");
        await person.DeleteNamespaceAsync("tenant-other");
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
