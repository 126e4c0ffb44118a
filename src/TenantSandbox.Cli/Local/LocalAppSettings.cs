using TenantSandbox.Hosting;

namespace TenantSandbox.Cli.Local;

/// <summary>The app settings that point the app at this machine.</summary>
internal static class LocalAppSettings
{
    /// <summary>When the maintenance tasks run: NCRONTAB with seconds.</summary>
    private static readonly (string Task, string Schedule)[] Schedules =
    [
        ("ReconcileTenants", "0 */5 * * * *"),
        ("ReconcileClusters", "30 */5 * * * *"),
        ("SweepOrphans", "0 0 * * * *"),
        ("ExpireTenants", "45 * * * * *"),
        ("Watchdog", "15 */5 * * * *"),
        ("PurgeHistory", "0 30 3 * * *"),
    ];

    public static IEnumerable<KeyValuePair<string, string?>> Create(
        LocalSystemOptions options, TwinConnection twin, Uri address, FunctionKeys keys, string? storageConnectionString)
    {
        var authority = Path.Combine(options.StateDirectory, "twin-ca.pem");
        File.WriteAllText(authority, twin.CertificateAuthorityPem);

        yield return Setting("Arm:Endpoint", twin.ArmEndpoint.ToString());
        yield return Setting("Arm:CaFile", authority);
        yield return Setting("Authentication:Mode", "Static");
        yield return Setting("Authentication:StaticToken", "twin");
        if (twin.VaultEndpoint is { } vaults)
        {
            yield return Setting("Secrets:Endpoint", vaults.ToString());
            yield return Setting("Secrets:CaFile", authority);
            yield return Setting("Secrets:Rules:0:Vault", $"https://{LocalSystemOptions.TenantVault}.vault.azure.net");
            yield return Setting("Secrets:Rules:0:Names", "{tenantId}--*");
        }

        yield return Setting("Specs:Directory", Path.GetFullPath(Path.Combine(options.StateDirectory, "specs")));
        yield return Setting("EventTopic:Endpoint", new Uri(address, $"/topics/{LocalSystemOptions.TopicName}/api/events").ToString());
        yield return Setting("EventTopic:Key", keys.Topic);
        // The twin is many times faster than Azure, so the app polls more often than it would there.
        yield return Setting("Timing:PollMinSeconds", "0.02");
        yield return Setting("Timing:PollMaxSeconds", "0.2");

        foreach (var (task, schedule) in Schedules)
        {
            yield return Setting($"Maintenance:Schedules:{task}", schedule);
        }

        if (options.Kubeconfig is null)
        {
            // The twin plays the probe, whatever its image.
            yield return Setting("Verification:ProbeImage", "tenantsandbox.local/probe:1");
        }
        else
        {
            // Its nodes have no hypervisor, so no tenant would ever be isolated there.
            yield return Setting("Verification:Enabled", "false");
            // The twin's pools create no nodes in that cluster, so no node there carries a pool's label.
            yield return Setting("Workloads:BindToPool", "false");
            // It can be older than admission policies.
            yield return Setting("Policies:Required", "false");
        }

        for (var i = 0; i < twin.Twin.Clusters.Count; i++)
        {
            var cluster = twin.Twin.Clusters[i];
            yield return Setting($"Clusters:{i}:Id", cluster.Name);
            yield return Setting($"Clusters:{i}:SubscriptionId", twin.Twin.SubscriptionId);
            yield return Setting($"Clusters:{i}:ResourceGroup", twin.Twin.ResourceGroup);
            yield return Setting($"Clusters:{i}:Name", cluster.Name);
            yield return Setting($"Clusters:{i}:Region", cluster.Location);
            yield return Setting($"Clusters:{i}:Kubeconfig", options.Kubeconfig);
        }

        yield return KeyValuePair.Create("AzureWebJobsStorage", storageConnectionString);
    }

    private static KeyValuePair<string, string?> Setting(string name, string? value) => KeyValuePair.Create($"TenantSandbox:{name}", value);
}
