using DurableTask.AzureStorage;
using DurableTask.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using TenantSandbox.DurableTask.Sqlite;

namespace TenantSandbox.Cli.Local;

/// <summary>Where durable state is stored.</summary>
internal enum StorageBackend
{
    /// <summary>One SQLite file in the state directory.</summary>
    Sqlite,

    /// <summary>The official Azure Storage provider, on Azurite unless a connection string is given.</summary>
    AzureStorage,
}

/// <summary>Creates the storage provider that DurableTask.Core runs on, with host.json's settings for it.</summary>
internal static class StorageBackends
{
    /// <summary>The value of <c>--backend</c> for a backend.</summary>
    public static string NameOf(StorageBackend backend) => backend == StorageBackend.Sqlite ? "sqlite" : "azure-storage";

    /// <summary>Reads <c>--backend</c>; null for an unknown name.</summary>
    public static StorageBackend? Parse(string name) =>
        Enum.GetValues<StorageBackend>().Where(backend => NameOf(backend) == name).Cast<StorageBackend?>().FirstOrDefault();

    /// <param name="options">The backend, the app's directory and the state directory.</param>
    /// <param name="storageConnectionString">The storage account; null when there is none.</param>
    /// <param name="noStorageReason">Why there is none, for people.</param>
    /// <param name="loggerFactory">For the provider's logs.</param>
    /// <exception cref="InvalidOperationException">Azure Storage without a storage account.</exception>
    public static IOrchestrationService Create(
        LocalSystemOptions options, string? storageConnectionString, string? noStorageReason, ILoggerFactory loggerFactory)
    {
        return options.Backend == StorageBackend.Sqlite
            ? CreateSqlite(options, DurableTaskSettings(options.AppDirectory), loggerFactory)
            : CreateAzureStorage(
                options.AppDirectory,
                new StorageAccountClientProvider(storageConnectionString ?? throw new InvalidOperationException(
                    $"The backend {NameOf(StorageBackend.AzureStorage)} needs a storage account, and there is none: {noStorageReason}.")),
                loggerFactory);
    }

    private static SqliteOrchestrationService CreateSqlite(LocalSystemOptions options, IConfigurationSection durableTask, ILoggerFactory loggerFactory)
    {
        var settings = new SqliteOrchestrationServiceOptions
        {
            DatabasePath = Path.Combine(options.StateDirectory, "taskhub.db"),
            MaxConcurrentActivities = durableTask.GetValue("maxConcurrentActivityFunctions", 10),
            MaxConcurrentOrchestrations = durableTask.GetValue("maxConcurrentOrchestratorFunctions", 10),
            MaxConcurrentEntities = durableTask.GetValue("maxConcurrentEntityFunctions", 10),
        };
        return new SqliteOrchestrationService(options.ConfigureSqlite(settings), options.TimeProvider, loggerFactory);
    }

    /// <summary>Creates the official Azure Storage provider.</summary>
    /// <param name="appDirectory">The app's directory, for host.json.</param>
    /// <param name="account">The storage account, by connection string or by identity.</param>
    /// <param name="loggerFactory">For the provider's logs.</param>
    public static AzureStorageOrchestrationService CreateAzureStorage(
        string appDirectory, StorageAccountClientProvider account, ILoggerFactory loggerFactory)
    {
        var durableTask = DurableTaskSettings(appDirectory);
        var storage = durableTask.GetSection("storageProvider");
        return new AzureStorageOrchestrationService(new AzureStorageOrchestrationServiceSettings
        {
            StorageAccountClientProvider = account,
            TaskHubName = durableTask["hubName"] ?? "TenantSandbox",
            PartitionCount = storage.GetValue("partitionCount", 4),
            ControlQueueVisibilityTimeout = storage.GetValue("controlQueueVisibilityTimeout", TimeSpan.FromMinutes(5)),
            WorkItemQueueVisibilityTimeout = storage.GetValue("workItemQueueVisibilityTimeout", TimeSpan.FromMinutes(5)),
            UseInstanceTableEtag = storage.GetValue("useInstanceTableEtag", false),
            // host.json's polling interval saves transactions that Azure bills; Azurite's are free, and people wait for the result.
            MaxQueuePollingInterval = TimeSpan.FromMilliseconds(250),
            MaxConcurrentTaskActivityWorkItems = durableTask.GetValue("maxConcurrentActivityFunctions", 10),
            MaxConcurrentTaskOrchestrationWorkItems = durableTask.GetValue("maxConcurrentOrchestratorFunctions", 10),
            MaxConcurrentTaskEntityWorkItems = durableTask.GetValue("maxConcurrentEntityFunctions", 10),
            UseSeparateQueueForEntityWorkItems = true,
            ThrowExceptionOnInvalidDedupeStatus = true,
            // One host owns the hub, so a restart takes over its own partitions at once.
            UseAppLease = false,
            LeaseInterval = TimeSpan.FromSeconds(15),
            LeaseRenewInterval = TimeSpan.FromSeconds(5),
            LeaseAcquireInterval = TimeSpan.FromSeconds(2),
            LoggerFactory = loggerFactory,
        });
    }

    private static IConfigurationSection DurableTaskSettings(string appDirectory) =>
        new ConfigurationBuilder().AddJsonFile(Path.Combine(appDirectory, "host.json")).Build().GetSection("extensions:durableTask");
}
