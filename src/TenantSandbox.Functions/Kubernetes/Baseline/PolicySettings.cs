using System.Globalization;
using TenantSandbox.Core.Requests.Network;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Baseline;

/// <summary>The data of the policies' settings: one key for each value, in the form that infra/policies/settings.yaml explains.</summary>
internal static class PolicySettings
{
    /// <summary>The key of the app's own user name. Its value is the cluster's answer and not a setting.</summary>
    public const string AppUser = "user.app";

    /// <param name="options">All settings.</param>
    /// <param name="appUser">The user that the cluster takes the app for; null where that isn't known.</param>
    public static IDictionary<string, string> Data(TenantSandboxOptions options, string? appUser)
    {
        var data = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["digests-only"] = options.Policies.DigestsOnly ? "true" : "false",
            ["internal-load-balancers-only"] = options.Network.LoadBalancers == LoadBalancerRule.Any ? "false" : "true",
            ["service-type.cluster-ip"] = "ClusterIP",
        };
        if (appUser is not null)
        {
            data[AppUser] = appUser;
        }

        if (options.Network.AllowNodePorts)
        {
            data["service-type.node-port"] = "NodePort";
        }

        if (options.Network.LoadBalancers != LoadBalancerRule.None)
        {
            data["service-type.load-balancer"] = "LoadBalancer";
        }

        Add("user", options.Policies.Users);
        Add("registry", options.Policies.Registries.Count > 0 ? options.Policies.Registries : ["*"]);
        return data;

        void Add(string prefix, IEnumerable<string> values)
        {
            foreach (var (index, value) in values.Index())
            {
                data[string.Create(CultureInfo.InvariantCulture, $"{prefix}.{index}")] = value;
            }
        }
    }
}
