using System.Globalization;
using System.Text.Json;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>What a process that replayed recorded runs says of itself and of them.</summary>
/// <param name="Differences">By file: what the code did otherwise; null if it did the same.</param>
internal sealed record ReplayReport(
    string TimeZone, string Culture, int Hash, DateTimeOffset Now, IReadOnlyDictionary<string, string?> Differences);

/// <summary>Replays the recorded runs of folders with the app's code, under whatever time zone, culture, hash seed and clock the process has.</summary>
internal static class ReplayHost
{
    public static async Task<int> RunAsync(string[] folders)
    {
        await using var system = await TestSystem.StartAsync();
        var probes = new EngineOptions { DatabasePath = "unused" };
        void Replay(RecordedRun run)
        {
            if (HostileProbes.All.TryGetValue(run.Name, out var probe)) ReplayHarness.Verify(run, probe, probes);
            else system.Local.Engine.VerifyReplay(run);
        }

        var differences = folders.SelectMany(GoldenHistories.ReadAll)
            .ToDictionary(it => it.Key, it => GoldenHistories.Difference(it.Key, it.Value, Replay));
        var report = new ReplayReport(
            TimeZoneInfo.Local.Id, CultureInfo.CurrentCulture.Name, HostileProbes.Hash(), TimeProvider.System.GetUtcNow(), differences);
        Console.WriteLine(JsonSerializer.Serialize(report));
        return 0;
    }
}
