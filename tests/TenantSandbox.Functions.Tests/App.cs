using Azure.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Specs;

namespace TenantSandbox.Functions.Tests;

/// <summary>The app's own services from app settings, as the host would make them.</summary>
internal static class App
{
    /// <param name="settings">Settings by their name below the section, joined as in app settings.</param>
    /// <param name="credential">Replaces the configured one.</param>
    /// <param name="specs">Replaces the configured spec store.</param>
    /// <param name="time">Replaces the system's clock.</param>
    /// <param name="logs">Gets everything that is logged.</param>
    /// <param name="networks">Replaces the reads of clusters' networks.</param>
    public static ServiceProvider Create(
        IEnumerable<KeyValuePair<string, string?>> settings, TokenCredential? credential = null, ISpecStore? specs = null, TimeProvider? time = null,
        FakeLogCollector? logs = null, IClusterNetworks? networks = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging =>
        {
            if (logs is not null)
            {
                logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(logs));
            }
        });
        services.AddTenantSandbox(Configuration(settings));
        if (credential is not null)
        {
            services.AddSingleton(credential);
        }

        if (time is not null)
        {
            services.AddSingleton(time);
        }

        if (specs is not null)
        {
            services.AddSingleton(specs);
        }

        if (networks is not null)
        {
            services.AddSingleton(networks);
        }

        return services.BuildServiceProvider();
    }

    public static T Make<T>(this IServiceProvider services) => ActivatorUtilities.CreateInstance<T>(services);

    public static IConfiguration Configuration(IEnumerable<KeyValuePair<string, string?>> settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"TenantSandbox:{s.Key.Replace("__", ":", StringComparison.Ordinal)}", s.Value)))
        .Build();

    /// <summary>The settings that a start needs at least.</summary>
    public static Dictionary<string, string?> Settings(string clusterId = "west-1") => new()
    {
        ["Specs__Directory"] = Path.Combine(Path.GetTempPath(), $"specs-{Environment.ProcessId}"),
        ["Clusters__0__Id"] = clusterId,
        ["Clusters__0__SubscriptionId"] = "11111111-2222-3333-4444-555555555555",
        ["Clusters__0__ResourceGroup"] = "rg-tenants",
        ["Clusters__0__Name"] = "aks-tenants",
        ["Clusters__0__Region"] = "westeurope",
    };
}
