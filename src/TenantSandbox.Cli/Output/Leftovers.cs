using System.Text;
using System.Text.Json;
using DurableTask.Core.Entities;
using k8s;
using TenantSandbox.AksTwin;
using TenantSandbox.Cli.Local;

namespace TenantSandbox.Cli.Output;

/// <summary>Looks for what should be deleted with clients of its own, independent of the app.</summary>
internal static class Leftovers
{
    /// <param name="system">The system that should have left nothing.</param>
    /// <param name="tenants">Whose namespaces to search for; a real cluster may have others' as well.</param>
    /// <param name="kubeconfig">The real cluster; null for the twin's.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>Agent pools in ARM, namespaces in the cluster, and entries of the placement ledger that are left.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(
        LocalSystem system, IEnumerable<string> tenants, string? kubeconfig, CancellationToken cancellationToken)
    {
        var leftovers = new List<string>();
        if (system.Twin is { } twin)
        {
            leftovers.AddRange(await FindPoolsAsync(twin, cancellationToken));
            leftovers.AddRange(await FindNamespacesAsync(twin, tenants, kubeconfig, cancellationToken));
        }

        leftovers.AddRange(await FindLedgerEntriesAsync(system, cancellationToken));
        return leftovers;
    }

    private static async Task<IReadOnlyList<string>> FindLedgerEntriesAsync(LocalSystem system, CancellationToken cancellationToken)
    {
        var query = new EntityBackendQueries.EntityQuery { InstanceIdStartsWith = "@clusterentity@", IncludeState = true };
        var leftovers = new List<string>();
        foreach (var cluster in (await system.EntityQueries.QueryEntitiesAsync(query, cancellationToken)).Results)
        {
            if (cluster.SerializedState is not { } state)
            {
                continue;
            }

            using var ledger = JsonDocument.Parse(state);
            foreach (var list in (string[])["pools", "reservations"])
            {
                if (ledger.RootElement.TryGetProperty(list, out var entries) && entries.GetArrayLength() > 0)
                {
                    leftovers.Add($"{list} in the ledger of {cluster.EntityId.Key}: {entries.GetRawText()}");
                }
            }
        }

        return leftovers;
    }

    private static async Task<IReadOnlyList<string>> FindPoolsAsync(TwinHost twin, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(twin.CreateHandler()) { BaseAddress = twin.ArmEndpoint };
        http.DefaultRequestHeaders.Authorization = new("Bearer", "leftovers");
        var leftovers = new List<string>();
        foreach (var cluster in twin.Options.Clusters)
        {
            var pools = await http.GetStringAsync(
                $"/subscriptions/{twin.Options.SubscriptionId}/resourceGroups/{twin.Options.ResourceGroup}/providers/"
                + $"Microsoft.ContainerService/managedClusters/{cluster.Name}/agentPools?api-version=2026-04-01",
                cancellationToken);
            using var list = JsonDocument.Parse(pools);
            leftovers.AddRange(list.RootElement.GetProperty("value").EnumerateArray()
                .Where(pool => pool.GetProperty("properties").GetProperty("mode").GetString() != "System")
                .Select(pool => $"agent pool {pool.GetProperty("name")} of {cluster.Name}"));
        }

        return leftovers;
    }

    private static async Task<IReadOnlyList<string>> FindNamespacesAsync(
        TwinHost twin, IEnumerable<string> tenants, string? kubeconfig, CancellationToken cancellationToken)
    {
        var leftovers = new List<string>();
        foreach (var cluster in twin.Options.Clusters)
        {
            using var text = new MemoryStream(
                kubeconfig is null ? Encoding.UTF8.GetBytes(twin.Kubeconfig(cluster.Name)) : await File.ReadAllBytesAsync(kubeconfig, cancellationToken));
            using var client = new k8s.Kubernetes(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(text));
            var namespaces = await client.CoreV1.ListNamespaceAsync(
                labelSelector: $"tenantsandbox/tenant in ({string.Join(',', tenants)})", cancellationToken: cancellationToken);
            leftovers.AddRange(namespaces.Items.Select(found => $"namespace {found.Metadata.Name} of {cluster.Name} ({found.Status.Phase})"));
        }

        return leftovers;
    }
}
