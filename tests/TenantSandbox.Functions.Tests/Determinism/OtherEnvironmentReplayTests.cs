using System.Diagnostics;
using System.Text.Json;
using Microsoft.DurableTask;
using TenantSandbox.Testing;
using TenantSandbox.Testing.Determinism;

namespace TenantSandbox.Functions.Tests.Determinism;

/// <summary>The next step of an instance may run on another machine: with another time zone, culture, hash seed and clock.</summary>
public sealed class OtherEnvironmentReplayTests : IDisposable
{
    // The assembly may have other orchestrations of tests.
    private static readonly string[] Probes = [.. ReplayProgram.Probes.Orchestrations.Where(name => typeof(NonDeterministicOrchestrations).GetMethod(name) is not null)];

    private readonly string _folder = Directory.CreateTempSubdirectory("tenantsandbox-probes-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Replay_InAProcessWithAnotherEnvironment_SchedulesTheSameAndFindsDependencies()
    {
        var golden = GoldenHistories.ReadAll(GoldenHistories.Folder);
        await RecordProbesAsync();

        var report = await ReplayInOtherEnvironmentAsync(GoldenHistories.Folder, _folder);

        Assert.Equal(("Pacific/Chatham", "tr-TR"), (report.TimeZone, report.Culture));
        Assert.NotEqual(NonDeterministicOrchestrations.Hash(), report.Hash);
        Assert.All(golden.Keys, file => Assert.Null(report.Differences[file]));

        // The same process finds each dependency on the environment, so the histories above were really compared.
        Assert.All(
            Probes,
            probe => Assert.Contains("activity 'Echo' as action #0", report.Differences[$"{probe}.json"]!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(nameof(NonDeterministicOrchestrations.ReadNumberFormat))]
    [InlineData(nameof(NonDeterministicOrchestrations.ReadClock))]
    public async Task Verify_InTheSameProcess_FindsCultureAndClock(string probe)
    {
        await using var hub = await StartProbesAsync();
        var run = await RecordAsync(hub, probe);

        var difference = Assert.Throws<NonDeterminismException>(() => ReplayHarness.Verify(run, ReplayProgram.Probes.Orchestration(probe)!));

        Assert.Equal(1, difference.Step);
        Assert.Contains("activity 'Echo' as action #0", difference.Message, StringComparison.Ordinal);
    }

    private static async Task<InProcessTaskHub> StartProbesAsync()
    {
        var hub = new InProcessTaskHub(ReplayProgram.Probes, new(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));
        hub.AddActivity<string, string>(nameof(NonDeterministicOrchestrations.Echo), NonDeterministicOrchestrations.Echo);
        await hub.StartAsync();
        return hub;
    }

    private static async Task<RecordedRun> RecordAsync(InProcessTaskHub hub, string probe)
    {
        await hub.Client.ScheduleNewOrchestrationInstanceAsync(probe, new StartOrchestrationOptions(probe));
        await hub.SettleAsync();
        return await hub.RecordAsync(probe);
    }

    private async Task RecordProbesAsync()
    {
        await using var hub = await StartProbesAsync();
        foreach (var probe in Probes)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, $"{probe}.json"), (await RecordAsync(hub, probe)).ToJson());
        }
    }

    private static async Task<ReplayReport> ReplayInOtherEnvironmentAsync(params string[] folders)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TZ"] = "Pacific/Chatham";
        start.Environment["LANG"] = start.Environment["LC_ALL"] = "tr_TR.UTF-8";
        foreach (var argument in (string[])[typeof(ReplayProgram).Assembly.Location, .. folders])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var kill = deadline.Token.Register(process.Kill);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return JsonSerializer.Deserialize<ReplayReport>(await output)!;
    }
}
