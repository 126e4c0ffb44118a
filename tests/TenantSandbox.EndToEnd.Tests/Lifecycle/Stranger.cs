using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using TenantSandbox.AksTwin;

namespace TenantSandbox.EndToEnd.Tests.Lifecycle;

/// <summary>A person who works on the cluster without the app: in the portal and with kubectl.</summary>
internal sealed class Stranger : IDisposable
{
    private readonly HttpClient _arm;
    private readonly string _pools;

    private Stranger(TwinHost twin, k8s.Kubernetes kubernetes)
    {
        Kubernetes = kubernetes;
        _arm = new HttpClient(twin.CreateHandler()) { BaseAddress = twin.ArmEndpoint };
        _arm.DefaultRequestHeaders.Authorization = new("Bearer", "stranger");
        _pools = $"/subscriptions/{twin.Options.SubscriptionId}/resourceGroups/{twin.Options.ResourceGroup}/providers/"
            + $"Microsoft.ContainerService/managedClusters/{twin.Options.Clusters[0].Name}/agentPools";
    }

    public k8s.Kubernetes Kubernetes { get; }

    public static async Task<Stranger> OfAsync(TwinHost twin)
    {
        using var kubeconfig = new MemoryStream(Encoding.UTF8.GetBytes(twin.Kubeconfig(twin.Options.Clusters[0].Name)));
        return new(twin, new k8s.Kubernetes(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(kubeconfig)));
    }

    /// <summary>The names of the user pools.</summary>
    public async Task<IReadOnlyList<string>> ListPoolsAsync()
    {
        var list = await _arm.GetFromJsonAsync<JsonObject>(Url(""));
        return
        [
            .. list!["value"]!.AsArray().Where(p => p!["properties"]!["mode"]!.GetValue<string>() != "System").Select(p => p!["name"]!.GetValue<string>()),
        ];
    }

    public async Task DeletePoolAsync(string name)
    {
        using var response = await _arm.DeleteAsync(Url($"/{name}"));
        response.EnsureSuccessStatusCode();
        await WaitAsync(async () => !(await ListPoolsAsync()).Contains(name), $"pool {name} to be deleted");
    }

    /// <summary>Makes a pool with the tags given.</summary>
    public async Task CreatePoolAsync(string name, JsonObject? tags = null)
    {
        var body = new JsonObject
        {
            ["properties"] = new JsonObject
            {
                ["count"] = 1,
                ["vmSize"] = "Standard_D4s_v5",
                ["mode"] = "User",
                ["osType"] = "Linux",
                ["type"] = "VirtualMachineScaleSets",
                ["tags"] = tags,
            },
        };
        using var response = await _arm.PutAsJsonAsync(Url($"/{name}"), body);
        response.EnsureSuccessStatusCode();
        await WaitAsync(async () => (await ListPoolsAsync()).Contains(name), $"pool {name} to be created");
    }

    public async Task DeleteNamespaceAsync(string name)
    {
        await Kubernetes.CoreV1.DeleteNamespaceAsync(name);
        await WaitAsync(async () => (await Kubernetes.CoreV1.ListNamespaceAsync()).Items.All(n => n.Metadata.Name != name), $"namespace {name} to be deleted");
    }

    /// <summary>Puts an object with a finalizer in a namespace, so that it can't be deleted.</summary>
    public Task HoldNamespaceAsync(string name, string finalizer) => Kubernetes.CoreV1.CreateNamespacedConfigMapAsync(
        new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "held", Finalizers = [finalizer] } }, name);

    /// <summary>Removes the finalizer of <see cref="HoldNamespaceAsync"/>.</summary>
    public Task ReleaseNamespaceAsync(string name) => Kubernetes.CoreV1.PatchNamespacedConfigMapAsync(
        new V1Patch("""{"metadata":{"finalizers":null}}""", V1Patch.PatchType.MergePatch), "held", name);

    /// <summary>The image of a tenant's only Deployment.</summary>
    public async Task<(string Image, int? Replicas, V1Deployment Deployment)> ReadDeploymentAsync(string tenantId, string workload = "web")
    {
        var found = await Kubernetes.AppsV1.ReadNamespacedDeploymentAsync(workload, $"tenant-{tenantId}");
        return (found.Spec.Template.Spec.Containers[0].Image, found.Spec.Replicas, found);
    }

    public void Dispose()
    {
        _arm.Dispose();
        Kubernetes.Dispose();
    }

    private Uri Url(string path) => new($"{_pools}{path}?api-version=2026-04-01", UriKind.Relative);

    private static async Task WaitAsync(Func<Task<bool>> condition, string what)
    {
        using var interval = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await condition())
        {
            Assert.True(await interval.WaitForNextTickAsync(deadline.Token), $"Waited too long for {what}.");
        }
    }
}
