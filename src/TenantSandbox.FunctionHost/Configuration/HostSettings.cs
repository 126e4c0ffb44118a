using System.Globalization;

namespace TenantSandbox.Hosting.Configuration;

/// <summary>What this host takes from host.json, with the real host's defaults.</summary>
internal sealed record HostSettings
{
    /// <summary>The configuration section that host.json is read into; app settings of the same prefix override it.</summary>
    public const string Section = "AzureFunctionsJobHost";

    /// <summary>The first part of every HTTP function's path; empty for none.</summary>
    public string RoutePrefix { get; init; } = "api";

    /// <summary>HTTP requests that run or wait; further ones are answered 429. -1 is no limit.</summary>
    public int MaxOutstandingRequests { get; init; } = -1;

    /// <summary>HTTP requests that run at once; further ones wait. -1 is no limit.</summary>
    public int MaxConcurrentRequests { get; init; } = -1;

    /// <summary>The longest run of a function; <see cref="Timeout.InfiniteTimeSpan"/> is no limit.</summary>
    public TimeSpan FunctionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary><c>extensions.queues</c>.</summary>
    public QueueSettings Queues { get; init; } = new();

    /// <summary><c>extensions.durableTask</c>.</summary>
    public DurableSettings Durable { get; init; } = new();

    /// <exception cref="InvalidOperationException">A value can't be used; the message names the key and what to write.</exception>
    public static HostSettings Read(IConfiguration configuration)
    {
        var host = configuration.GetSection(Section);
        if (host["version"] is not "2.0")
        {
            throw new InvalidOperationException($"host.json: \"version\" is '{host["version"]}'; write \"2.0\".");
        }

        var http = new SettingsReader(host, "extensions:http");
        return new HostSettings
        {
            RoutePrefix = (http.Text("routePrefix") ?? "api").Trim('/'),
            MaxOutstandingRequests = http.Integer("maxOutstandingRequests", -1, int.MaxValue) ?? -1,
            MaxConcurrentRequests = http.Integer("maxConcurrentRequests", -1, int.MaxValue) ?? -1,
            FunctionTimeout = ReadTimeout(host["functionTimeout"]) ?? TimeSpan.FromMinutes(30),
            Queues = QueueSettings.Read(new SettingsReader(host, "extensions:queues")),
            Durable = DurableSettings.Read(new SettingsReader(host, "extensions:durableTask")),
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
