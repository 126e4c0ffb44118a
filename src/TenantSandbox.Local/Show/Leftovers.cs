using System.Text;
using System.Text.Json;
using k8s;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using TenantSandbox.AksTwin;

namespace TenantSandbox.Local.Show;

/// <summary>Looks for what should be gone, with clients of its own: it doesn't take the app's word for it.</summary>
internal static class Leftovers
{
    /// <param name="system">The system that should have left nothing.</param>
    /// <param name="tenants">Whose namespaces to look for: a real cluster may hold others' as well.</param>
    /// <param name="kubeconfig">The real cluster; null for the twin's.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>What is left on ARM's side, on the cluster, and in the placement ledger; empty when nothing is.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(
        LocalSystem system, IEnumerable<string> tenants, string? kubeconfig, CancellationToken cancellation)
    {
        var left = new List<string>();
        if (system.Twin is { } twin)
        {
            left.AddRange(await PoolsAsync(twin, cancellation));
            left.AddRange(await NamespacesAsync(twin, tenants, kubeconfig, cancellation));
        }

        await foreach (var cluster in system.Engine.Client.Entities.GetAllEntitiesAsync(new EntityQuery { InstanceIdStartsWith = "@clusterentity@" }))
        {
            using var ledger = JsonDocument.Parse(cluster.State.Value);
            foreach (var list in (string[])["pools", "reservations"])
            {
                if (ledger.RootElement.TryGetProperty(list, out var entries) && entries.GetArrayLength() > 0)
                {
                    left.Add($"{list} in the ledger of {cluster.Id.Key}: {entries.GetRawText()}");
                }
            }
        }

        return left;
    }

    private static async Task<IEnumerable<string>> PoolsAsync(TwinHost twin, CancellationToken cancellation)
    {
        using var http = new HttpClient(twin.CreateHandler()) { BaseAddress = twin.ArmEndpoint };
        http.DefaultRequestHeaders.Authorization = new("Bearer", "leftovers");
        var left = new List<string>();
        foreach (var cluster in twin.Options.Clusters)
        {
            var pools = await http.GetStringAsync(
                $"/subscriptions/{twin.Options.SubscriptionId}/resourceGroups/{twin.Options.ResourceGroup}/providers/"
                + $"Microsoft.ContainerService/managedClusters/{cluster.Name}/agentPools?api-version=2026-04-01",
                cancellation);
            using var list = JsonDocument.Parse(pools);
            left.AddRange(list.RootElement.GetProperty("value").EnumerateArray()
                .Where(pool => pool.GetProperty("properties").GetProperty("mode").GetString() != "System")
                .Select(pool => $"agent pool {pool.GetProperty("name")} of {cluster.Name}"));
        }

        return left;
    }

    private static async Task<IEnumerable<string>> NamespacesAsync(
        TwinHost twin, IEnumerable<string> tenants, string? kubeconfig, CancellationToken cancellation)
    {
        var left = new List<string>();
        foreach (var cluster in twin.Options.Clusters)
        {
            using var text = new MemoryStream(
                kubeconfig is null ? Encoding.UTF8.GetBytes(twin.Kubeconfig(cluster.Name)) : await File.ReadAllBytesAsync(kubeconfig, cancellation));
            using var client = new k8s.Kubernetes(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(text));
            var namespaces = await client.CoreV1.ListNamespaceAsync(
                labelSelector: $"tenantsandbox/tenant in ({string.Join(',', tenants)})", cancellationToken: cancellation);
            left.AddRange(namespaces.Items.Select(found => $"namespace {found.Metadata.Name} of {cluster.Name} ({found.Status.Phase})"));
        }

        return left;
    }
}
