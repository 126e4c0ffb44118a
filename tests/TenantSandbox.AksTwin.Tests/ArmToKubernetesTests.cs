using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.ResourceManager;
using Azure.ResourceManager.ContainerService;
using k8s;
using k8s.Models;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Both surfaces at once: what ARM makes is what Kubernetes has.</summary>
public sealed class ArmToKubernetesTests
{
    [Fact]
    public async Task Pool_CreatedGrownAndDeleted_IsNodesThatPodsRunOn()
    {
        await using var twin = await TwinHost.StartAsync(new TwinOptions());
        using var http = new HttpClient(twin.CreateHandler());
        var pools = Cluster(twin, http).GetContainerServiceAgentPools();
        using var kubernetes = await ConnectAsync(twin);

        await pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTwin.Autoscaled(1, 1, 4), default(CancellationToken));
        await Until(async () => (await ReadyNodesAsync(kubernetes, "kata1")) == 1);

        // Three pods of 2 CPUs: a D4s_v5 has room for one, so three nodes are wanted.
        await kubernetes.AppsV1.CreateNamespacedDeploymentAsync(Deployment(replicas: 3), "default");
        await Until(async () => (await kubernetes.AppsV1.ReadNamespacedDeploymentAsync("app", "default")).Status?.ReadyReplicas == 3);

        Assert.Equal(3, await ReadyNodesAsync(kubernetes, "kata1"));
        var pool = (await pools.GetAsync("kata1")).Value;
        Assert.Equal(3, pool.Data.Count);
        var pods = await kubernetes.CoreV1.ListNamespacedPodAsync("default");
        Assert.Equal(3, pods.Items.Select(p => p.Spec.NodeName).Distinct().Count());

        await kubernetes.AppsV1.DeleteNamespacedDeploymentAsync("app", "default", propagationPolicy: "Background");
        await pool.DeleteAsync(WaitUntil.Completed, default(CancellationToken));

        await Until(async () => (await kubernetes.CoreV1.ListNamespacedPodAsync("default")).Items.Count == 0);
        Assert.Equal(0, await ReadyNodesAsync(kubernetes, "kata1"));
    }

    [Fact]
    public async Task Pool_WhoseNodesNeverGetReady_SucceedsAllTheSame()
    {
        await using var twin = await TwinHost.StartAsync(new TwinOptions());
        using var http = new HttpClient(twin.CreateHandler());
        using var kubernetes = await ConnectAsync(twin);
        twin.Faults.Add(new Fault { Call = "arm.agentPools.put", Kind = FaultKind.NodesNeverReady });

        var made = await Cluster(twin, http).GetContainerServiceAgentPools()
            .CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTwin.Kata(), default(CancellationToken));

        Assert.Equal("Succeeded", made.Value.Data.ProvisioningState);
        await Until(async () => (await kubernetes.CoreV1.ListNodeAsync(labelSelector: "agentpool=kata1")).Items.Count == 1);
        Assert.Equal(0, await ReadyNodesAsync(kubernetes, "kata1"));
    }

    [Fact]
    public async Task Restart_WithState_FindsPoolNodesAndPodsWhereTheyWere()
    {
        var directory = Directory.CreateTempSubdirectory("twin-").FullName;
        var options = new TwinOptions { StateDirectory = directory };
        var (nodes, pods) = ("", "");
        await using (var first = await TwinHost.StartAsync(options))
        {
            using var http = new HttpClient(first.CreateHandler());
            using var kubernetes = await ConnectAsync(first);
            await Cluster(first, http).GetContainerServiceAgentPools().CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTwin.Kata(), default(CancellationToken));
            await kubernetes.AppsV1.CreateNamespacedDeploymentAsync(Deployment(replicas: 1), "default");
            await Until(async () => (await kubernetes.AppsV1.ReadNamespacedDeploymentAsync("app", "default")).Status?.ReadyReplicas == 1);
            (nodes, pods) = await IdentitiesAsync(kubernetes);
        }

        await using (var second = await TwinHost.StartAsync(options))
        {
            using var kubernetes = await ConnectAsync(second);
            await Until(async () => (await ReadyNodesAsync(kubernetes, "kata1")) == 1);
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

    // The twin is instant but works on other threads; each look is a call, and there are only so many.
    private static async Task Until(Func<Task<bool>> condition)
    {
        for (var look = 0; look < 3_000; look++)
        {
            if (await condition())
            {
                return;
            }
        }

        Assert.Fail("The condition never came true.");
    }
}
