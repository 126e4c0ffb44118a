using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>
/// The recorded runs that are kept in the repository, as <c>Orchestration.scenario.vVersion.json</c>. They stand for the instances that are
/// under way somewhere while a new version is deployed.
/// </summary>
internal static class GoldenHistories
{
    public const string RecordVariable = "GOLDEN_RECORD";

    private const string HowToRecord =
        RecordVariable + "=1 dotnet test tests/TenantSandbox.EndToEnd.Tests --filter FullyQualifiedName~GoldenHistoryTests";

    public static string Folder { get; } = Path.Combine(RepositoryPaths.Root, "tests", "TenantSandbox.EndToEnd.Tests", "GoldenHistories");

    public static bool IsRecordingAskedFor => Environment.GetEnvironmentVariable(RecordVariable) == "1";

    /// <summary>host.json's: the version that instances are started with today.</summary>
    public static string CurrentVersion { get; } =
        JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryPaths.Root, "host.json")))!["extensions"]!["durableTask"]!["defaultVersion"]!.GetValue<string>();

    /// <summary>By file name.</summary>
    public static IReadOnlyDictionary<string, RecordedRun> ReadAll(string folder) =>
        Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)
            .ToDictionary(file => Path.GetFileName(file), file => RecordedRun.FromJson(File.ReadAllText(file)), StringComparer.Ordinal);

    /// <summary>The names of an assembly's orchestrations, as the Functions host finds them: by their trigger's attribute.</summary>
    public static IReadOnlyList<string> OrchestrationsOf(Assembly assembly) =>
    [
        .. assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.GetParameters().Any(parameter => parameter.IsDefined(typeof(OrchestrationTriggerAttribute))))
            .Select(method => method.GetCustomAttribute<FunctionAttribute>()?.Name)
            .OfType<string>()
            .Order(StringComparer.Ordinal),
    ];

    /// <returns>What to do about each orchestration that no history of that version stands for.</returns>
    public static IReadOnlyList<string> Missing(IEnumerable<string> orchestrations, IEnumerable<RecordedRun> histories, string version) =>
    [
        .. orchestrations
            .Except(histories.Where(run => run.Version == version).Select(run => run.Name), StringComparer.OrdinalIgnoreCase)
            .Select(name =>
                $"{name} has no golden history of version {version} (defaultVersion in host.json). Have a scenario of GoldenRecorder run it, "
                + $"record it with {HowToRecord}, and commit the new file."),
    ];

    /// <returns>Null if the code still goes the way of that run; else what is different, and what to do about it.</returns>
    public static string? Difference(string file, RecordedRun run, Action<RecordedRun> replay)
    {
        try
        {
            replay(run);
            return null;
        }
        catch (NonDeterminismException e)
        {
            return $"""
                {file}: today's code doesn't go the way of instances of {run.Name} that were started with version {run.Version}.
                In step {e.Step}, history has {e.Recorded}, but the code now has {e.Replayed}.
                (In brackets: a target, a due time, a result, or the hash of an input.)
                If that is wanted: raise defaultVersion in host.json (now {CurrentVersion}), keep the former way for instances of an older
                context.Version, or let them end before the deployment; then record the new way with {HowToRecord}.
                Histories of a version that no instance runs any more may be deleted; such a file is recorded anew the same way.
                """;
        }
    }
}
