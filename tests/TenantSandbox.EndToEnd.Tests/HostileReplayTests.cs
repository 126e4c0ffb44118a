using System.Diagnostics;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.Local.Engine;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>The next step of an instance may be taken by another machine: with another time zone, culture, hash seed and clock.</summary>
public sealed class HostileReplayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tenantsandbox-probes-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task GoldenHistories_InAProcessOfAnotherEnvironment_AreFollowedAndLapsesAreFound()
    {
        var golden = GoldenHistories.ReadAll(GoldenHistories.Folder);
        await RecordProbesAsync();

        var report = await ReplayElsewhereAsync(GoldenHistories.Folder, _folder);

        Assert.Equal(("Pacific/Chatham", "tr-TR"), (report.TimeZone, report.Culture));
        Assert.NotEqual(HostileProbes.Hash(), report.Hash);
        Assert.All(golden.Values, run => Assert.NotEqual(run.Events[0].Time, report.Now.UtcDateTime));
        Assert.All(golden.Keys, file => Assert.Null(report.Differences[file]));
        // The same process finds what depends on its environment, so the above isn't for want of looking.
        Assert.All(HostileProbes.All.Keys, probe => Assert.Contains("activity 'Echo' as action #0", report.Differences[$"{probe}.json"]!, StringComparison.Ordinal));
    }

    private async Task RecordProbesAsync()
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var engine = new DurableEngine(
            new() { DatabasePath = Path.Combine(_folder, "engine.db") }, HostileProbes.Catalog(), services, TimeProvider.System, NullLoggerFactory.Instance);
        await engine.StartAsync(CancellationToken.None);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        foreach (var probe in HostileProbes.All.Keys)
        {
            await engine.Client.ScheduleNewOrchestrationInstanceAsync(probe, new StartOrchestrationOptions(probe), deadline.Token);
            await engine.Client.WaitForInstanceCompletionAsync(probe, deadline.Token);
            await File.WriteAllTextAsync(Path.Combine(_folder, $"{probe}.json"), (await engine.RecordAsync(probe))!.ToJson());
        }
    }

    private static async Task<ReplayReport> ReplayElsewhereAsync(params string[] folders)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TZ"] = "Pacific/Chatham";
        start.Environment["LANG"] = start.Environment["LC_ALL"] = "tr_TR.UTF-8";
        foreach (var argument in (string[])[typeof(ReplayHost).Assembly.Location, "replay-host", .. folders]) start.ArgumentList.Add(argument);

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var end = deadline.Token.Register(process.Kill);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return JsonSerializer.Deserialize<ReplayReport>(await output)!;
    }
}
