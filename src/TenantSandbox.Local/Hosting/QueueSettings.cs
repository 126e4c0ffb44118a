using System.Globalization;
using Azure.Storage.Queues;

namespace TenantSandbox.Local.Hosting;

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

    /// <summary>The longest wait between two looks at an empty queue.</summary>
    public TimeSpan MaxPollingInterval { get; init; } = TimeSpan.FromMinutes(1);

    public QueueMessageEncoding MessageEncoding { get; init; } = QueueMessageEncoding.Base64;

    public static QueueSettings Read(IConfiguration queues)
    {
        var defaults = new QueueSettings();
        var batchSize = ReadInt(queues, "batchSize", defaults.BatchSize, 1, 32);
        return new QueueSettings
        {
            BatchSize = batchSize,
            NewBatchThreshold = ReadInt(queues, "newBatchThreshold", batchSize / 2, 0, int.MaxValue),
            MaxDequeueCount = ReadInt(queues, "maxDequeueCount", defaults.MaxDequeueCount, 1, int.MaxValue),
            VisibilityTimeout = ReadTime(queues, "visibilityTimeout", defaults.VisibilityTimeout),
            MaxPollingInterval = ReadTime(queues, "maxPollingInterval", defaults.MaxPollingInterval),
            MessageEncoding = queues["messageEncoding"] is not { } encoding
                ? defaults.MessageEncoding
                : Enum.TryParse<QueueMessageEncoding>(encoding, ignoreCase: true, out var known)
                    ? known
                    : throw Bad("messageEncoding", encoding, "\"none\" or \"base64\""),
        };
    }

    private static int ReadInt(IConfiguration queues, string key, int fallback, int least, int greatest) =>
        queues[key] is not { } text
            ? fallback
            : int.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= least && value <= greatest
                ? value
                : throw Bad(key, text, $"a whole number of at least {least}{(greatest == int.MaxValue ? "" : $" and at most {greatest}")}");

    private static TimeSpan ReadTime(IConfiguration queues, string key, TimeSpan fallback) =>
        queues[key] is not { } text
            ? fallback
            : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= TimeSpan.Zero && value.TotalDays <= 7
                ? value
                : throw Bad(key, text, "a time span such as \"00:00:30\", at most 7 days");

    private static InvalidOperationException Bad(string key, string value, string wanted) =>
        new($"host.json: extensions.queues.{key} is '{value}'; write {wanted}.");
}
