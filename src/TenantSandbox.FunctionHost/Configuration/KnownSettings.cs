namespace TenantSandbox.Hosting.Configuration;

/// <summary>The keys of host.json that the Functions host knows, to warn of misspelt ones.</summary>
internal static class KnownSettings
{
    // Sections whose keys the app chooses, or that only Azure reads, are known as a whole.
    private static readonly string[] Sections =
    [
        "aggregator", "concurrency", "customHandler", "extensionBundle", "healthMonitor", "logging", "managedDependency", "retry", "singleton",
        "extensions:blobs", "extensions:cosmosDB", "extensions:durableTask:httpSettings", "extensions:durableTask:notifications",
        "extensions:durableTask:storageProvider", "extensions:durableTask:tracing", "extensions:eventHubs", "extensions:http:hsts",
        "extensions:http:customHeaders", "extensions:kafka", "extensions:sendGrid", "extensions:serviceBus", "extensions:signalR",
        "extensions:tables", "functions", "watchDirectories", "watchFiles",
    ];

    private static readonly HashSet<string> Keys = new(StringComparer.OrdinalIgnoreCase)
    {
        "version", "functionTimeout", "telemetryMode", "fileWatchingEnabled",
        "extensions:http:dynamicThrottlesEnabled", "extensions:http:maxConcurrentRequests", "extensions:http:maxOutstandingRequests",
        "extensions:http:routePrefix",
        "extensions:queues:batchSize", "extensions:queues:maxDequeueCount", "extensions:queues:maxPollingInterval",
        "extensions:queues:messageEncoding", "extensions:queues:newBatchThreshold", "extensions:queues:visibilityTimeout",
        "extensions:durableTask:defaultVersion", "extensions:durableTask:entityMessageReorderWindowInMinutes",
        "extensions:durableTask:extendedSessionIdleTimeoutInSeconds", "extensions:durableTask:extendedSessionsEnabled",
        "extensions:durableTask:grpcHttpClientTimeout", "extensions:durableTask:hubName", "extensions:durableTask:localRpcEndpointEnabled",
        "extensions:durableTask:maxConcurrentActivityFunctions", "extensions:durableTask:maxConcurrentEntityFunctions",
        "extensions:durableTask:maxConcurrentOrchestratorFunctions", "extensions:durableTask:maxEntityOperationBatchSize",
        "extensions:durableTask:maxGrpcMessageSizeInBytes", "extensions:durableTask:maxOrchestrationActions",
        "extensions:durableTask:overridableExistingInstanceStates", "extensions:durableTask:rollbackEntityOperationsOnExceptions",
        "extensions:durableTask:storeInputsInOrchestrationHistory", "extensions:durableTask:throwStatusExceptionsOnRaiseEvent",
        "extensions:durableTask:useAppLease", "extensions:durableTask:useGracefulShutdown", "extensions:durableTask:versionFailureStrategy",
        "extensions:durableTask:versionMatchStrategy",
    };

    /// <summary>The keys that are not known, with dots as in the documentation.</summary>
    public static IEnumerable<string> FindUnknown(IConfiguration configuration)
    {
        var prefix = $"{HostSettings.Section}:";
        return configuration.GetSection(HostSettings.Section).AsEnumerable()
            .Where(setting => setting.Value is not null && setting.Key.Length > prefix.Length)
            .Select(setting => setting.Key[prefix.Length..])
            .Where(key => !Keys.Contains(key) && !Sections.Any(section => IsBelow(section, key)))
            .Select(key => key.Replace(':', '.'))
            .Order(StringComparer.Ordinal);
    }

    private static bool IsBelow(string section, string key) =>
        key.StartsWith(section, StringComparison.OrdinalIgnoreCase) && (key.Length == section.Length || key[section.Length] == ':');
}
