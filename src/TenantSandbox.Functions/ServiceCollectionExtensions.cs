using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Azure.Arm;
using TenantSandbox.Functions.Azure.EventGrid;
using TenantSandbox.Functions.Azure.KeyVault;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Doors;
using TenantSandbox.Functions.Doors.Http;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Http.Access;
using TenantSandbox.Functions.Isolation;
using TenantSandbox.Functions.Isolation.Evidence;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Baseline;
using TenantSandbox.Functions.Kubernetes.Inspection;
using TenantSandbox.Functions.Kubernetes.Rollouts;
using TenantSandbox.Functions.Kubernetes.Secrets;
using TenantSandbox.Functions.Kubernetes.Workloads;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Functions.Pools;
using TenantSandbox.Functions.Specs;
using TenantSandbox.Functions.Storage;
using TenantSandbox.Functions.Telemetry;

namespace TenantSandbox.Functions;

/// <summary>Registers everything that the app's functions need.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>Adds the services and the settings (section <c>TenantSandbox</c>), which are validated when the host starts.</summary>
    public static IServiceCollection AddTenantSandbox(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<TenantSandboxOptions>().Bind(configuration.GetSection(TenantSandboxOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TenantSandboxOptions>, TenantSandboxOptionsValidator>();
        services.AddSingleton<IValidateOptions<TenantSandboxOptions>>(new SecretOptionsValidator(configuration));
        services.AddOptions<RequestDoorOptions>().Bind(configuration.GetSection(RequestDoorOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddHttpAccess(configuration);
        services.AddOptions<LogOptions>().Bind(configuration.GetSection(LogOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<MaintenanceOptions>().Bind(configuration.GetSection(MaintenanceOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSandboxTelemetry(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ClusterDirectory>();
        services.AddSpecs(configuration);
        services.AddReports(configuration);
        services.AddAzure();
        services.AddKubernetes();
        services.AddIsolation();
        services.TryAddSingleton(_ => RejectedQueue.FromConfiguration(configuration));
        services.AddSingleton<RejectedRequests>();
        services.AddSingleton<MessageSubmission>();
        services.AddSingleton<ClusterSelection>();
        services.AddSingleton<PlacementForecast>();
        services.AddSingleton<HttpSubmission>();
        services.AddSingleton<DryRun>();
        services.AddSingleton<ImmutableChanges>();
        services.AddSingleton(provider => Settings(provider).ToRules(configuration));
        services.AddSingleton<OperatorDoor>();
        services.AddSingleton<ReconcileSchedule>();
        services.AddSingleton<MaintenanceStarts>();
        services.AddSingleton<IClusterResources, ClusterResources>();
        services.AddSingleton<OrphanInventory>();
        services.AddSingleton<ClusterReads>();
        return services;
    }

    private static void AddHttpAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<HttpOptions>().Bind(configuration.GetSection(HttpOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<ICallers>(_ => HttpAuthentication.IsEntra ? new EntraCallers() : new KeyCallers());
        services.AddSingleton<CallerLimits>();
        services.AddSingleton<HttpAccess>();
    }

    private static void AddSpecs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SpecOptions>().Bind(configuration.GetSection(SpecOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SpecOptions>>(new SpecOptionsValidator(configuration));
        services.TryAddSingleton(s => SpecStores.Create(s.GetRequiredService<IOptions<SpecOptions>>().Value, configuration));
    }

    private static void AddReports(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ReportOptions>().Bind(configuration.GetSection(ReportOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<ReportOptions>>(new ReportOptionsValidator(configuration));
        services.AddSingleton(s => ReportPlaces.Of(
            s.GetRequiredService<IOptions<ReportOptions>>().Value, s.GetRequiredService<IOptions<SpecOptions>>().Value));
        services.AddSingleton<VaultKeys>();
        services.TryAddSingleton<IReportFiles>(s => s.GetRequiredService<ReportPlaces>().Directory is { } directory
            ? new FolderReportFiles(directory)
            : new BlobReportFiles(BlobCalls.Container(configuration, BlobReportFiles.ContainerName)));
        services.TryAddSingleton<IReportSigner>(s => s.GetRequiredService<ReportPlaces>() switch
        {
            { VaultKey: { } key } => new VaultReportSigner(s.GetRequiredService<VaultKeys>(), key, s.GetRequiredService<TimeProvider>()),
            var places => new FileReportSigner(places.KeyDirectory!),
        });
        services.AddSingleton<ReportStore>();
        services.AddSingleton<IsolationReports>();
    }

    private static void AddAzure(this IServiceCollection services)
    {
        services.AddSingleton(s => Credential(Settings(s).Authentication));
        services.AddSingleton(s => ArmClientFactory.Create(s.GetRequiredService<TokenCredential>(), Settings(s).Arm));
        services.AddSingleton<PoolAddresses>();
        services.AddSingleton<ClusterNetworkReader>();
        services.AddSingleton<AgentPools>();
        services.AddSingleton<EventTopicClient>();
        services.AddHostedService(s => s.GetRequiredService<EventTopicClient>());
        services.AddSingleton<PoolInventory>();
        services.AddSingleton<VaultClients>();
        services.AddSingleton<VaultSecrets>();
    }

    private static void AddKubernetes(this IServiceCollection services)
    {
        services.AddSingleton<ClusterConnections>();
        services.AddSingleton<DesiredTenants>();
        services.AddSingleton<ApiServerAddresses>();
        services.TryAddSingleton<IClusterNetworks, ClusterNetworks>();
        services.AddSingleton<NamespaceWatch>();
        services.AddSingleton<NamespacePolicies>();
        services.AddSingleton<ClaimVolumes>();
        services.AddSingleton<ClaimPreflight>();
        services.AddSingleton<TenantNamespaces>();
        services.AddSingleton<SecretContents>();
        services.AddSingleton<TenantSecrets>();
        services.AddSingleton<BaselineManifests>();
        services.AddSingleton<BaselineGate>();
        services.AddSingleton<ClusterBaseline>();
        services.AddSingleton<TenantAdmission>();
        services.AddSingleton<WorkloadObjects>();
        services.AddSingleton<WorkloadDeletions>();
        services.AddSingleton<ReplicaScaling>();
        services.AddSingleton<NetworkFeatures>();
        services.AddSingleton<TenantWorkloads>();
        services.AddSingleton<RolloutReads>();
        services.AddSingleton<RolloutWatch>();
        services.AddSingleton<WorkloadRollout>();
        services.AddSingleton<SuspensionWatch>();
        services.AddSingleton<PoolPodReader>();
        services.AddSingleton<NamespaceInventory>();
        services.AddSingleton<FinalizerRemovals>();
        services.AddSingleton<TenantInspector>();
        services.AddSingleton<WorkloadStateReader>();
        services.AddSingleton<PodLogs>();
    }

    private static void AddIsolation(this IServiceCollection services)
    {
        services.AddSingleton<AgentPoolResources>();
        services.AddSingleton<SeenCache>();
        services.AddSingleton<ClusterNodes>();
        services.AddSingleton<ListenerControl>();
        services.AddSingleton<ClusterTargets>();
        services.AddSingleton<AdmissionTrials>();
        services.AddSingleton<IsolationFactsReader>();
        services.AddSingleton<IsolationExpectations>();
    }

    private static TenantSandboxOptions Settings(IServiceProvider services) =>
        services.GetRequiredService<IOptions<TenantSandboxOptions>>().Value;

    private static TokenCredential Credential(AuthenticationOptions options) => options.Mode switch
    {
        AuthenticationMode.Static => DelegatedTokenCredential.Create((_, _) => new AccessToken(options.StaticToken!, DateTimeOffset.MaxValue)),
        _ => new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = options.ManagedIdentityClientId }),
    };
}
