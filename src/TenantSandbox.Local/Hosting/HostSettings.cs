using System.Globalization;

namespace TenantSandbox.Local.Hosting;

/// <summary>What this host takes from host.json, with the real host's defaults. Everything else in the file is for Azure.</summary>
internal sealed record HostSettings
{
    /// <summary>The configuration section that host.json is read into; environment variables of the same prefix override it.</summary>
    public const string Section = "AzureFunctionsJobHost";

    public string RoutePrefix { get; init; } = "api";

    public TimeSpan FunctionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    public QueueSettings Queues { get; init; } = new();

    public DurableSettings Durable { get; init; } = new();

    public static HostSettings Read(IConfiguration configuration)
    {
        var host = configuration.GetSection(Section);
        if (host["version"] is not "2.0")
            throw new InvalidOperationException($"host.json: \"version\" is '{host["version"]}'; write \"2.0\".");

        var defaults = new HostSettings();
        return new HostSettings
        {
            RoutePrefix = (host["extensions:http:routePrefix"] ?? defaults.RoutePrefix).Trim('/'),
            FunctionTimeout = ReadTimeout(host["functionTimeout"]) ?? defaults.FunctionTimeout,
            Queues = QueueSettings.Read(host.GetSection("extensions:queues")),
            Durable = DurableSettings.Read(host.GetSection("extensions:durableTask")),
        };
    }

    private static TimeSpan? ReadTimeout(string? text) => text switch
    {
        null => null,
        "-1" => Timeout.InfiniteTimeSpan,
        _ when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value > TimeSpan.Zero => value,
        _ => throw new InvalidOperationException(
            $"host.json: functionTimeout is '{text}'; write a time span such as \"00:10:00\", or \"-1\" for none."),
    };
}
