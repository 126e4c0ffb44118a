using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Aks;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Events;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Requests;

namespace TenantSandbox.Functions;

/// <summary>Registers everything that the app's functions need.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>Adds the doors, the adapters and their settings (section <c>TenantSandbox</c>), which are checked when the host starts.</summary>
    public static IServiceCollection AddTenantSandbox(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<TenantSandboxOptions>().Bind(configuration.GetSection(TenantSandboxOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TenantSandboxOptions>, TenantSandboxOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(s => Credential(Settings(s).Authentication));
        services.AddSingleton(s => ArmClientFactory.Create(s.GetRequiredService<TokenCredential>(), Settings(s).Arm));
        services.AddSingleton<ClusterDirectory>();
        services.AddSingleton<AgentPools>();
        services.AddSingleton<ClusterConnections>();
        services.AddSingleton<NamespaceWatch>();
        services.AddSingleton<TenantNamespaces>();
        services.AddSingleton<TenantWorkloads>();
        services.AddSingleton<RolloutWatch>();
        services.AddSingleton<EventTopic>();
        services.AddHostedService(s => s.GetRequiredService<EventTopic>());
        services.AddRequestDoors(configuration);
        return services;
    }

    private static TenantSandboxOptions Settings(IServiceProvider services) =>
        services.GetRequiredService<IOptions<TenantSandboxOptions>>().Value;

    private static TokenCredential Credential(AuthenticationOptions options) => options.Mode switch
    {
        AuthenticationMode.Static => DelegatedTokenCredential.Create((_, _) => new AccessToken(options.StaticToken!, DateTimeOffset.MaxValue)),
        _ => new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = options.ManagedIdentityClientId }),
    };
}
