using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Xunit.Abstractions;

namespace TenantSandbox.EndToEnd.Tests.Lifecycle;

/// <summary>
/// 500 random disturbances of running tenants, by people and other controllers. After two reconciles each tenant is as it was applied,
/// or has a condition that names what isn't. <c>DISTURBANCE_SEED</c> sets the seed.
/// </summary>
public sealed class DisturbanceTests(ITestOutputHelper output)
{
    private const int Rounds = 20;
    private const int DisturbancesPerRound = 25;

    private static readonly string[] TenantIds = [.. Enumerable.Range(0, 10).Select(i => $"tenant{i}")];

    private static readonly (string Name, Func<Stranger, string, Task> Act)[] Disturbances =
    [
        ("Deployment deleted", (s, ns) => s.Kubernetes.AppsV1.DeleteNamespacedDeploymentAsync("web", ns)),
        ("Service deleted", (s, ns) => s.Kubernetes.CoreV1.DeleteNamespacedServiceAsync("web", ns)),
        ("NetworkPolicy deleted", (s, ns) => s.Kubernetes.NetworkingV1.DeleteNamespacedNetworkPolicyAsync("tenant-network", ns)),
        ("quotas deleted", async (s, ns) =>
        {
            foreach (var quota in (await s.Kubernetes.CoreV1.ListNamespacedResourceQuotaAsync(ns)).Items)
            {
                await s.Kubernetes.CoreV1.DeleteNamespacedResourceQuotaAsync(quota.Metadata.Name, ns);
            }
        }),
        ("limits deleted", async (s, ns) =>
        {
            foreach (var limits in (await s.Kubernetes.CoreV1.ListNamespacedLimitRangeAsync(ns)).Items)
            {
                await s.Kubernetes.CoreV1.DeleteNamespacedLimitRangeAsync(limits.Metadata.Name, ns);
            }
        }),
        ("service account deleted", (s, ns) => s.Kubernetes.CoreV1.DeleteNamespacedServiceAccountAsync("tenant-workload", ns)),
        ("pods deleted", async (s, ns) =>
        {
            foreach (var pod in (await s.Kubernetes.CoreV1.ListNamespacedPodAsync(ns)).Items)
            {
                await s.Kubernetes.CoreV1.DeleteNamespacedPodAsync(pod.Metadata.Name, ns);
            }
        }),
        ("scaled", (s, ns) => ChangeAsync(s, ns, d => d.Spec.Replicas = 3)),
        ("image changed", (s, ns) => ChangeAsync(s, ns, d => d.Spec.Template.Spec.Containers[0].Image = "registry.example/evil:1")),
        ("runtime class removed", (s, ns) => ChangeAsync(s, ns, d => d.Spec.Template.Spec.RuntimeClassName = null)),
        ("namespace label removed", (s, ns) => s.Kubernetes.CoreV1.PatchNamespaceAsync(
            new V1Patch("""{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":null}}}""", V1Patch.PatchType.MergePatch), ns)),
        ("namespace deleted", (s, ns) => s.DeleteNamespaceAsync(ns)),
        ("own label added", (s, ns) => s.Kubernetes.CoreV1.PatchNamespaceAsync(
            new V1Patch("""{"metadata":{"labels":{"team":"blue"}}}""", V1Patch.PatchType.MergePatch), ns)),
    ];

    [Fact]
    public async Task Tenants_DisturbedAtRandom_AreRepairedOrSayWhatDiffers()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("DISTURBANCE_SEED") ?? "20261127", CultureInfo.InvariantCulture);
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var system = await TestSystem.StartAsync(options => options with
        {
            Settings = new Dictionary<string, string?> { ["TenantSandbox:Maintenance:PageDelay"] = "00:00:00" },
        });
        using var person = await Stranger.OfAsync(system.Twin);
        await Task.WhenAll(TenantIds.Select(async tenant =>
        {
            using var response = await system.OnboardAsync(tenant);
            await system.SettleAsync(tenant);
        }));

        for (var round = 0; round < Rounds; round++)
        {
            var done = new List<string>();
            for (var i = 0; i < DisturbancesPerRound; i++)
            {
                done.Add(await DisturbAsync(person, TenantIds[random.Next(TenantIds.Length)], Disturbances[random.Next(Disturbances.Length)]));
            }

            for (var i = 0; i < 2; i++)
            {
                await system.MaintainAsync("reconcile-tenants");
                await system.WaitUntilNothingRunsAsync();
            }

            await system.MaintainAsync("reconcile-tenants");
            foreach (var tenant in TenantIds)
            {
                await AssertRepairedAsync(system, person, tenant, $"seed {seed}, round {round}: {string.Join(", ", done.Where(d => d.StartsWith($"{tenant}:", StringComparison.Ordinal)))}");
            }
        }
    }

    private static async Task<string> DisturbAsync(Stranger person, string tenant, (string Name, Func<Stranger, string, Task> Act) disturbance)
    {
        try
        {
            await disturbance.Act(person, $"tenant-{tenant}");
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.Forbidden)
        {
            // An earlier disturbance of this round was faster, or the API server refuses it.
            return $"{tenant}: {disturbance.Name} (refused)";
        }

        return $"{tenant}: {disturbance.Name}";
    }

    private static async Task AssertRepairedAsync(TestSystem system, Stranger person, string tenant, string context)
    {
        var document = JsonNode.Parse((await system.GetJsonAsync($"/api/tenants/{tenant}")).GetRawText())!;
        var conditions = document["conditions"]!.AsArray().ToDictionary(c => c!["type"]!.GetValue<string>(), c => c!);
        if (conditions["Drifted"]["status"]!.GetValue<string>() == "True")
        {
            Assert.False(string.IsNullOrEmpty(conditions["Drifted"]["message"]!.GetValue<string>()), context);
            return;
        }

        Assert.True(conditions["Ready"]["status"]!.GetValue<string>() == "True", $"{context}: {conditions["Ready"].ToJsonString()}");
        Assert.Equal("ready", document["phase"]!.GetValue<string>());
        var (image, replicas, deployment) = await person.ReadDeploymentAsync(tenant);
        Assert.True(image == "registry.example/app:1", $"{context}: {image}");
        Assert.True(replicas == 1, $"{context}: {replicas} replicas");
        Assert.True(deployment.Spec.Template.Spec.RuntimeClassName is not null, $"{context}: no RuntimeClass");
        var ns = $"tenant-{tenant}";
        Assert.NotNull(await person.Kubernetes.NetworkingV1.ReadNamespacedNetworkPolicyAsync("tenant-network", ns));
        Assert.NotEmpty((await person.Kubernetes.CoreV1.ListNamespacedResourceQuotaAsync(ns)).Items);
        Assert.NotEmpty((await person.Kubernetes.CoreV1.ListNamespacedLimitRangeAsync(ns)).Items);
        Assert.Equal("restricted", (await person.Kubernetes.CoreV1.ReadNamespaceAsync(ns)).Metadata.Labels["pod-security.kubernetes.io/enforce"]);
    }

    private static async Task ChangeAsync(Stranger person, string ns, Action<V1Deployment> change)
    {
        var deployment = await person.Kubernetes.AppsV1.ReadNamespacedDeploymentAsync("web", ns);
        change(deployment);
        await person.Kubernetes.AppsV1.ReplaceNamespacedDeploymentAsync(deployment, "web", ns);
    }
}
