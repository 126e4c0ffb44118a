using DurableTask.Core.Settings;

namespace TenantSandbox.Hosting.Configuration;

/// <summary>What this host takes from <c>extensions.durableTask</c> of host.json. Its storage and tracing settings are for Azure.</summary>
internal sealed record DurableSettings
{
    /// <summary>The task hub's name, which the worker's durable clients send along.</summary>
    public string HubName { get; init; } = "TestHubName";

    /// <summary>The version of new instances that name none; null for none.</summary>
    public string? DefaultVersion { get; init; }

    public VersioningSettings.VersionMatchStrategy VersionMatch { get; init; } = VersioningSettings.VersionMatchStrategy.CurrentOrOlder;

    public VersioningSettings.VersionFailureStrategy VersionFailure { get; init; } = VersioningSettings.VersionFailureStrategy.Reject;

    /// <summary>How many run at once; null leaves the storage provider's own limit.</summary>
    public int? MaxConcurrentOrchestrations { get; init; }

    /// <inheritdoc cref="MaxConcurrentOrchestrations"/>
    public int? MaxConcurrentActivities { get; init; }

    /// <inheritdoc cref="MaxConcurrentOrchestrations"/>
    public int? MaxConcurrentEntities { get; init; }

    public static DurableSettings Read(SettingsReader durable)
    {
        var defaults = new DurableSettings();
        return new DurableSettings
        {
            HubName = durable.Text("hubName") ?? defaults.HubName,
            DefaultVersion = durable.Text("defaultVersion"),
            VersionMatch = durable.Name<VersioningSettings.VersionMatchStrategy>("versionMatchStrategy") ?? defaults.VersionMatch,
            VersionFailure = durable.Name<VersioningSettings.VersionFailureStrategy>("versionFailureStrategy") ?? defaults.VersionFailure,
            MaxConcurrentOrchestrations = durable.Integer("maxConcurrentOrchestratorFunctions", 1, int.MaxValue),
            MaxConcurrentActivities = durable.Integer("maxConcurrentActivityFunctions", 1, int.MaxValue),
            MaxConcurrentEntities = durable.Integer("maxConcurrentEntityFunctions", 1, int.MaxValue),
        };
    }
}
