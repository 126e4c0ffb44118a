using System.Globalization;
using System.Text.Json;
using TenantSandbox.Functions.Tests.Orchestrations;
using TenantSandbox.Testing;

namespace TenantSandbox.Functions.Tests.Determinism;

/// <summary>What a process that replayed recorded runs reports of itself and of them.</summary>
/// <param name="Differences">By file name: what the code schedules differently; null if nothing.</param>
internal sealed record ReplayReport(string TimeZone, string Culture, int Hash, DateTimeOffset Now, IReadOnlyDictionary<string, string?> Differences);

/// <summary>
/// The entry point of this assembly when it isn't run as tests: replays the recorded runs of the folders that are its arguments, with the
/// time zone, culture, hash seed and clock of its process, and prints a <see cref="ReplayReport"/>.
/// </summary>
internal static class ReplayProgram
{
    public static DurableFunctions Probes { get; } = DurableFunctions.Of(typeof(ReplayProgram).Assembly);

    public static int Main(string[] folders)
    {
        var differences = folders.SelectMany(GoldenHistories.ReadAll).ToDictionary(
            file => file.Key,
            file => GoldenHistories.FindDifference(
                file.Key, file.Value, Probes.Orchestration(file.Value.Name) is null ? TestSystem.Functions : Probes, TestSystem.CurrentVersion),
            StringComparer.Ordinal);
        var report = new ReplayReport(
            TimeZoneInfo.Local.Id, CultureInfo.CurrentCulture.Name, NonDeterministicOrchestrations.Hash(), TimeProvider.System.GetUtcNow(), differences);
        Console.WriteLine(JsonSerializer.Serialize(report));
        return 0;
    }
}
