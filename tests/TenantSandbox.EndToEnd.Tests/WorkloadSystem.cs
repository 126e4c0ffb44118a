using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.KubeConfigModels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>One system with one ready tenant, <see cref="Tenant"/>: workload <c>web</c> with two pods and <c>worker</c> with one.</summary>
public sealed class WorkloadSystem : IAsyncLifetime
{
    public const string Tenant = "logs";

    private TestSystem? _system;

    internal TestSystem System => _system!;

    /// <summary>What the host and its worker log.</summary>
    internal FakeLogCollector Log { get; } = new();

    public async Task InitializeAsync()
    {
        _system = await TestSystem.StartAsync(options => options with
        {
            Settings = new Dictionary<string, string?>(options.Settings)
            {
                ["TenantSandbox:Storage:Classes:0:Name"] = "managed-csi",
                ["TenantSandbox:Storage:Classes:0:MaxClaimGiB"] = "10",
                ["TenantSandbox:Storage:Classes:0:MaxTenantGiB"] = "20",
                ["TenantSandbox:Storage:Classes:0:AllowRetain"] = "true",
                ["TenantSandbox:Network:HostNames:0"] = "{tenant}.example.com",
                ["TenantSandbox:Network:Gateway:Namespace"] = "default",
                ["TenantSandbox:Network:Gateway:Name"] = "public",
            },
            ConfigureLogging = logging => logging.SetMinimumLevel(LogLevel.Information).AddProvider(new FakeLoggerProvider(Log)),
        });
        await CreateGatewayAsync();
        var request = TenantRequests.Onboard(Tenant);
        request["workloads"] = new JsonArray(Exposed(Workload("web", 2)), Workload("worker", 1));
        using var response = await System.Http.PostAsJsonAsync("/api/tenants", request);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var tenant = await System.SettleAsync(Tenant);
        Assert.Equal(TenantPhase.Ready, tenant.Phase);
    }

    public async Task DisposeAsync() => await System.DisposeAsync();

    private async Task CreateGatewayAsync()
    {
        using var client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigObject(KubernetesYaml.Deserialize<K8SConfiguration>(System.Twin.Kubeconfig())));
        var gateway = JsonSerializer.Deserialize<JsonElement>(
            """
            {"apiVersion":"gateway.networking.k8s.io/v1","kind":"Gateway","metadata":{"name":"public"},"spec":{"gatewayClassName":"any",
             "listeners":[{"name":"https","port":443,"protocol":"HTTPS","allowedRoutes":{"namespaces":{"from":"All"}}}]}}
            """);
        await client.CustomObjects.CreateNamespacedCustomObjectAsync(gateway, "gateway.networking.k8s.io", "v1", "default", "gateways");
    }

    private static JsonObject Exposed(JsonObject workload)
    {
        workload["services"] = new JsonArray(new JsonObject { ["ports"] = new JsonArray(new JsonObject { ["port"] = 80, ["targetPort"] = 8080 }) });
        workload["ingress"] = new JsonObject { ["from"] = new JsonArray(new JsonObject { ["workload"] = "worker" }) };
        workload["expose"] = new JsonObject { ["hosts"] = new JsonArray($"{Tenant}.example.com") };
        return workload;
    }

    private static JsonObject Workload(string name, int replicas) =>
        new() { ["name"] = name, ["image"] = "registry.example/app:1", ["replicas"] = replicas, ["cpu"] = 0.25, ["memory"] = "0.25Gi" };
}
