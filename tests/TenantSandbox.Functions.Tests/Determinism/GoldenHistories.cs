using TenantSandbox.Testing;
using TenantSandbox.Testing.Determinism;

namespace TenantSandbox.Functions.Tests.Determinism;

/// <summary>
/// Recorded runs in the repository, named <c>Orchestration.scenario.vVersion.json</c>. They stand for the instances that are in progress
/// while a new version is deployed.
/// </summary>
internal static class GoldenHistories
{
    public const string RecordVariable = "GOLDEN_RECORD";

    private const string HowToRecord = RecordVariable + "=1 dotnet test tests/TenantSandbox.Functions.Tests --filter FullyQualifiedName~GoldenHistoryTests";

    public static string Folder { get; } = Path.Combine(Repository.TestProject, "Determinism", "GoldenHistories");

    /// <summary>Reads all histories of a folder, by file name.</summary>
    public static IReadOnlyDictionary<string, RecordedRun> ReadAll(string folder) =>
        Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)
            .ToDictionary(file => Path.GetFileName(file), file => RecordedRun.FromJson(File.ReadAllText(file)), StringComparer.Ordinal);

    /// <returns>For each orchestration without a history of this version: what to do about it.</returns>
    public static IReadOnlyList<string> FindMissing(IEnumerable<string> orchestrations, IEnumerable<RecordedRun> histories, string version) =>
    [
        .. orchestrations
            .Except(histories.Where(run => run.Version == version).Select(run => run.Name), StringComparer.OrdinalIgnoreCase)
            .Select(name =>
                $"{name} has no golden history of version {version} (defaultVersion in host.json). Run it in a scenario of GoldenHistoryTests, "
                + $"record it with {HowToRecord}, and commit the new file."),
    ];

    /// <returns>Null if the code still schedules what the history has; else the difference, and what to do about it.</returns>
    public static string? FindDifference(string file, RecordedRun run, DurableFunctions functions, string currentVersion)
    {
        if (functions.Orchestration(run.Name) is not { } orchestration)
        {
            return $"{file}: there is no orchestration {run.Name}. Delete the file only when no instance of it can be in progress.";
        }

        try
        {
            ReplayHarness.Verify(run, orchestration);
            return null;
        }
        catch (NonDeterminismException e)
        {
            return $"""
                {file}: the code differs from instances of {run.Name} that were started with version {run.Version}.
                In step {e.Step}, the history has {e.Recorded}, but the code now has {e.Replayed}.
                If that is intended: raise defaultVersion in host.json (now {currentVersion}), keep the former behavior for instances of an older
                context.Version, or let these end before the deployment; then record the new behavior with {HowToRecord}.
                Delete histories of a version when no instance of it can be in progress.
                """;
        }
    }
}
