using TenantSandbox.Local.Hosting;

namespace TenantSandbox.Local;

/// <summary>The app settings that point the app at this machine.</summary>
internal static class LocalSettingsOfApp
{
    public static IEnumerable<KeyValuePair<string, string?>> For(
        LocalSystemOptions options, TwinConnection twin, Uri doors, FunctionKeys keys, string? queue)
    {
        var authority = Path.Combine(options.StateDirectory, "twin-ca.pem");
        File.WriteAllText(authority, twin.CertificateAuthorityPem);

        yield return Of("Arm:Endpoint", twin.ArmEndpoint.ToString());
        yield return Of("Arm:CaFile", authority);
        yield return Of("Authentication:Mode", "Static");
        yield return Of("Authentication:StaticToken", "twin");
        yield return Of("EventTopic:Endpoint", new Uri(doors, $"/topics/{LocalSystemOptions.TopicName}/api/events").ToString());
        yield return Of("EventTopic:Key", keys.Topic);
        // The twin answers at once or many times faster than Azure, so the app looks more often than it would there.
        yield return Of("Timing:PollMinSeconds", "0.02");
        yield return Of("Timing:PollMaxSeconds", "0.2");

        if (options.Kubeconfig is not null)
        {
            // The twin's pools make no nodes in that cluster, so none there carries a pool's label.
            yield return Of("Workloads:BindToPool", "false");
        }

        for (var i = 0; i < twin.Twin.Clusters.Count; i++)
        {
            var cluster = twin.Twin.Clusters[i];
            yield return Of($"Clusters:{i}:Id", cluster.Name);
            yield return Of($"Clusters:{i}:SubscriptionId", twin.Twin.SubscriptionId);
            yield return Of($"Clusters:{i}:ResourceGroup", twin.Twin.ResourceGroup);
            yield return Of($"Clusters:{i}:Name", cluster.Name);
            yield return Of($"Clusters:{i}:Region", cluster.Location);
            yield return Of($"Clusters:{i}:Kubeconfig", options.Kubeconfig);
        }

        yield return KeyValuePair.Create("AzureWebJobsStorage", queue);
    }

    private static KeyValuePair<string, string?> Of(string name, string? value) => KeyValuePair.Create($"TenantSandbox:{name}", value);
}
