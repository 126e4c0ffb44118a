using Azure.Storage.Queues;

namespace TenantSandbox.Hosting.Configuration;

/// <summary><c>extensions.queues</c> of host.json, with the Storage extension's defaults and bounds.</summary>
internal sealed record QueueSettings
{
    /// <summary>Messages taken at once, 1 to 32.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>More are taken once no more than this many are being worked on.</summary>
    public int NewBatchThreshold { get; init; } = 8;

    /// <summary>Tries, the first one included, before a message moves to the poison queue.</summary>
    public int MaxDequeueCount { get; init; } = 5;

    /// <summary>How long a message stays hidden after a failed try.</summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>The longest wait between two polls of an empty queue.</summary>
    public TimeSpan MaxPollingInterval { get; init; } = TimeSpan.FromMinutes(1);

    public QueueMessageEncoding MessageEncoding { get; init; } = QueueMessageEncoding.Base64;

    public static QueueSettings Read(SettingsReader queues)
    {
        var defaults = new QueueSettings();
        var batchSize = queues.Integer("batchSize", 1, 32) ?? defaults.BatchSize;
        return new QueueSettings
        {
            BatchSize = batchSize,
            NewBatchThreshold = queues.Integer("newBatchThreshold", 0, int.MaxValue) ?? batchSize / 2,
            MaxDequeueCount = queues.Integer("maxDequeueCount", 1, int.MaxValue) ?? defaults.MaxDequeueCount,
            VisibilityTimeout = queues.Duration("visibilityTimeout", TimeSpan.FromDays(7)) ?? defaults.VisibilityTimeout,
            MaxPollingInterval = queues.Duration("maxPollingInterval", TimeSpan.FromDays(7)) ?? defaults.MaxPollingInterval,
            MessageEncoding = queues.Name<QueueMessageEncoding>("messageEncoding") ?? defaults.MessageEncoding,
        };
    }
}
