using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.ResourceManager;
using Azure.ResourceManager.ContainerService;
using k8s;
using k8s.Models;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Agent pools created over ARM and their nodes in Kubernetes.</summary>
public sealed class ArmToKubernetesTests
{
    [Fact]
    public async Task Pool_CreatedScaledAndDeleted_ProvidesNodesForPods()
    {
        await using var twin = await TwinHost.StartAsync(new TwinOptions());
        using var http = new HttpClient(twin.CreateHandler());
        var pools = Cluster(twin, http).GetContainerServiceAgentPools();
        using var kubernetes = await ConnectAsync(twin);

        await pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Autoscaled(1, 1, 4), default(CancellationToken));
        await WaitForAsync(async () => (await ReadyNodesAsync(kubernetes, "kata1")) == 1);

        // Three pods of 2 CPUs: one fits on a D4s_v5, so three nodes are needed.
        await kubernetes.AppsV1.CreateNamespacedDeploymentAsync(Deployment(replicas: 3), "default");
        await WaitForAsync(async () => (await kubernetes.AppsV1.ReadNamespacedDeploymentAsync("app", "default")).Status?.ReadyReplicas == 3);

        Assert.Equal(3, await ReadyNodesAsync(kubernetes, "kata1"));
        var pool = (await pools.GetAsync("kata1")).Value;
        Assert.Equal(3, pool.Data.Count);
        var pods = await kubernetes.CoreV1.ListNamespacedPodAsync("default");
        Assert.Equal(3, pods.Items.Select(p => p.Spec.NodeName).Distinct().Count());

        await kubernetes.AppsV1.DeleteNamespacedDeploymentAsync("app", "default", propagationPolicy: "Background");
        await pool.DeleteAsync(WaitUntil.Completed, default(CancellationToken));

        await WaitForAsync(async () => (await kubernetes.CoreV1.ListNamespacedPodAsync("default")).Items.Count == 0);
        Assert.Equal(0, await ReadyNodesAsync(kubernetes, "kata1"));
    }

    [Fact]
    public async Task Pool_NodesNeverReady_StillSucceeds()
    {
        await using var twin = await TwinHost.StartAsync(new TwinOptions());
        using var http = new HttpClient(twin.CreateHandler());
        using var kubernetes = await ConnectAsync(twin);
        twin.InjectedFaults.Add(new InjectedFault { Call = "arm.agentPools.put", Kind = InjectedFaultKind.NodesNeverReady });

        var created = await Cluster(twin, http).GetContainerServiceAgentPools()
            .CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Kata(), default(CancellationToken));

        Assert.Equal("Succeeded", created.Value.Data.ProvisioningState);
        await WaitForAsync(async () => (await kubernetes.CoreV1.ListNodeAsync(labelSelector: "agentpool=kata1")).Items.Count == 1);
        Assert.Equal(0, await ReadyNodesAsync(kubernetes, "kata1"));
    }

    [Fact]
    public async Task Restart_StateDirectory_RestoresNodesAndPods()
    {
        var directory = Directory.CreateTempSubdirectory("twin-").FullName;
        var options = new TwinOptions { StateDirectory = directory };
        var (nodes, pods) = ("", "");
        await using (var first = await TwinHost.StartAsync(options))
        {
            using var http = new HttpClient(first.CreateHandler());
            using var kubernetes = await ConnectAsync(first);
            await Cluster(first, http).GetContainerServiceAgentPools().CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Kata(), default(CancellationToken));
            await kubernetes.AppsV1.CreateNamespacedDeploymentAsync(Deployment(replicas: 1), "default");
            await WaitForAsync(async () => (await kubernetes.AppsV1.ReadNamespacedDeploymentAsync("app", "default")).Status?.ReadyReplicas == 1);
            (nodes, pods) = await IdentitiesAsync(kubernetes);
        }

        await using (var second = await TwinHost.StartAsync(options))
        {
            using var kubernetes = await ConnectAsync(second);
            await WaitForAsync(async () => (await ReadyNodesAsync(kubernetes, "kata1")) == 1);
            Assert.Equal((nodes, pods), await IdentitiesAsync(kubernetes));
            Assert.Equal(1, (await kubernetes.AppsV1.ReadNamespacedDeploymentAsync("app", "default")).Status.ReadyReplicas);
        }

        Directory.Delete(directory, recursive: true);
    }

    private static async Task<(string Nodes, string Pods)> IdentitiesAsync(k8s.Kubernetes kubernetes) => (
        string.Join(' ', (await kubernetes.CoreV1.ListNodeAsync()).Items.Select(n => $"{n.Metadata.Name}/{n.Metadata.Uid}")),
        string.Join(' ', (await kubernetes.CoreV1.ListNamespacedPodAsync("default")).Items.Select(p => $"{p.Metadata.Name}/{p.Metadata.Uid}")));

    private static async Task<k8s.Kubernetes> ConnectAsync(TwinHost twin)
    {
        using var file = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(twin.Kubeconfig()));
        return new(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(file));
    }

    private static async Task<int> ReadyNodesAsync(k8s.Kubernetes kubernetes, string pool) =>
        (await kubernetes.CoreV1.ListNodeAsync(labelSelector: $"agentpool={pool}")).Items
        .Count(n => n.Status.Conditions.Any(c => c is { Type: "Ready", Status: "True" }));

    private static V1Deployment Deployment(int replicas)
    {
        var size = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("2"), ["memory"] = new("1Gi") };
        return new()
        {
            Metadata = new() { Name = "app" },
            Spec = new()
            {
                Replicas = replicas,
                Selector = new() { MatchLabels = new Dictionary<string, string> { ["app"] = "a" } },
                Template = new()
                {
                    Metadata = new() { Labels = new Dictionary<string, string> { ["app"] = "a" } },
                    Spec = new()
                    {
                        RuntimeClassName = "kata-vm-isolation",
                        Tolerations = [new() { Key = "sandbox", Value = "kata", Effect = "NoSchedule", OperatorProperty = "Equal" }],
                        Containers = [new() { Name = "c", Image = "mcr.microsoft.com/oss/app:1", Resources = new() { Requests = size, Limits = size } }],
                    },
                },
            },
        };
    }

    private static ContainerServiceManagedClusterResource Cluster(TwinHost twin, HttpClient http)
    {
        var options = new ArmClientOptions
        {
            Environment = new ArmEnvironment(twin.ArmEndpoint, "https://twin.invalid"),
            Transport = new HttpClientTransport(http),
        };
        return new ArmClient(DelegatedTokenCredential.Create((_, _) => new AccessToken("test", DateTimeOffset.MaxValue)), twin.Options.SubscriptionId, options)
            .GetContainerServiceManagedClusterResource(ContainerServiceManagedClusterResource.CreateResourceIdentifier(
                twin.Options.SubscriptionId, twin.Options.ResourceGroup, twin.Options.Clusters[0].Name));
    }

    // Controllers run on other threads; each attempt is a call to the twin.
    private static async Task WaitForAsync(Func<Task<bool>> condition)
    {
        for (var attempt = 0; attempt < 3_000; attempt++)
        {
            if (await condition())
            {
                return;
            }
        }

        Assert.Fail("The condition was not met within 3,000 attempts.");
    }
}
