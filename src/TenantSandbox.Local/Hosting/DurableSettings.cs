using System.Globalization;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.Local.Hosting;

/// <summary>What the local engine takes from <c>extensions.durableTask</c> of host.json. Storage and tracing are for Azure.</summary>
internal sealed record DurableSettings
{
    private int? MaxConcurrentOrchestrators { get; init; }

    private int? MaxConcurrentActivities { get; init; }

    private int? MaxConcurrentEntities { get; init; }

    private string? DefaultVersion { get; init; }

    private VersionMatchStrategy? VersionMatch { get; init; }

    private VersionFailureStrategy? VersionFailure { get; init; }

    public static DurableSettings Read(IConfiguration durable) => new()
    {
        MaxConcurrentOrchestrators = ReadCount(durable, "maxConcurrentOrchestratorFunctions"),
        MaxConcurrentActivities = ReadCount(durable, "maxConcurrentActivityFunctions"),
        MaxConcurrentEntities = ReadCount(durable, "maxConcurrentEntityFunctions"),
        DefaultVersion = durable["defaultVersion"],
        VersionMatch = ReadName<VersionMatchStrategy>(durable, "versionMatchStrategy"),
        VersionFailure = ReadName<VersionFailureStrategy>(durable, "versionFailureStrategy"),
    };

    public EngineOptions Apply(EngineOptions options) => options with
    {
        MaxConcurrentOrchestrations = MaxConcurrentOrchestrators ?? options.MaxConcurrentOrchestrations,
        MaxConcurrentActivities = MaxConcurrentActivities ?? options.MaxConcurrentActivities,
        MaxConcurrentEntities = MaxConcurrentEntities ?? options.MaxConcurrentEntities,
        DefaultVersion = DefaultVersion ?? options.DefaultVersion,
        VersionMatch = VersionMatch ?? options.VersionMatch,
        VersionFailure = VersionFailure ?? options.VersionFailure,
    };

    private static int? ReadCount(IConfiguration durable, string key) => durable[key] switch
    {
        null => null,
        var text when int.TryParse(text, CultureInfo.InvariantCulture, out var count) && count > 0 => count,
        var text => throw Bad(key, text, "a whole number of at least 1"),
    };

    private static T? ReadName<T>(IConfiguration durable, string key) where T : struct, Enum => durable[key] switch
    {
        null => null,
        var text when Enum.TryParse<T>(text, ignoreCase: true, out var name) => name,
        var text => throw Bad(key, text, string.Join(" or ", Enum.GetNames<T>().Select(name => $"\"{name}\""))),
    };

    private static InvalidOperationException Bad(string key, string value, string wanted) =>
        new($"host.json: extensions.durableTask.{key} is '{value}'; write {wanted}.");
}
