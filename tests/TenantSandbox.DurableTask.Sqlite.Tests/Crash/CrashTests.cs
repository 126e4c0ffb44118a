using System.Globalization;
using Xunit.Abstractions;

namespace TenantSandbox.DurableTask.Sqlite.Tests.Crash;

public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Killed = 137;

    // Databases that are killed side by side, so that the rounds of one fill the waits of the other. Fixed, so that the seed determines the run.
    private const int Databases = 2;

    [Fact]
    public async Task KillAfterEveryDurableStep_TheRunContinuesAndEndsTheSame()
    {
        await InDirectoryAsync(async directory =>
        {
            var lives = 0;
            (int ExitCode, string Output) end;

            // Each process makes one transaction durable and is killed before anybody learns of it.
            while ((end = await CrashProgram.RunAsync("chain", directory, afterCommits: 1)).ExitCode == Killed)
            {
                Assert.True(++lives < 200, "the run doesn't end");
            }

            Assert.Equal((0, "Completed \"first-1 hi child 22\""), (end.ExitCode, end.Output.Trim()));
            Assert.True(lives > 20, $"only {lives} durable steps");
            var effects = await File.ReadAllLinesAsync(Path.Combine(directory, "effects"));
            Assert.Equal(["child", "first-0", "first-1"], effects.Distinct().Order());
        });
    }

    [Fact]
    public async Task KillAtRandomPointsUnderLoad_NothingAcknowledgedIsLostAndNothingHappensTwice()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("STORE_CRASH_ROUNDS") ?? "200", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("STORE_CRASH_SEED") ?? "20260101", CultureInfo.InvariantCulture);
        output.WriteLine($"STORE_CRASH_ROUNDS={rounds} STORE_CRASH_SEED={seed}");

        var kills = await Task.WhenAll(Enumerable.Range(0, Databases).Select(database => KillUnderLoadAsync(
            (rounds / Databases) + (database < rounds % Databases ? 1 : 0), new Random(seed + database), $"STORE_CRASH_SEED={seed}, database {database}")));

        output.WriteLine($"killed {kills.Sum()} times");
        Assert.True(kills.Sum() > rounds / 2, $"STORE_CRASH_SEED={seed}: of {rounds} processes only {kills.Sum()} were killed; the others ended first");
    }

    /// <returns>How many processes were killed; the others ended first.</returns>
    private static async Task<int> KillUnderLoadAsync(int rounds, Random random, string where)
    {
        var kills = 0;
        await InDirectoryAsync(async directory =>
        {
            List<string> printed = [];
            for (var life = 0; life < rounds; life++)
            {
                var commits = life % 2 == 0 ? random.Next(1, 100) : 0;
                var milliseconds = life % 2 == 1 ? random.Next(100, 400) : 0;
                var (exitCode, text) = await CrashProgram.RunAsync("load", directory, commits, milliseconds, life);
                Assert.True(exitCode is Killed or 0, $"{where}, life {life}: exit code {exitCode}\n{text}");
                kills += exitCode == Killed ? 1 : 0;
                printed.AddRange(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }

            var (drained, end) = await CrashProgram.RunAsync("drain", directory);
            Assert.True(drained == 0, $"{where}: {end}");
            var lines = end.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            HashSet<string> completed = [.. Ids(lines, "Completed")], waiting = [.. Ids(lines, "waiting")];

            string[] lost = [.. Ids(printed, "started").Except(completed)], unheard = [.. Ids(printed, "raised").Intersect(waiting)];
            Assert.True(lost.Length == 0, $"{where}: acknowledged starts are lost: {string.Join(", ", lost)}");
            Assert.True(unheard.Length == 0, $"{where}: acknowledged events are lost: {string.Join(", ", unheard)}");
            Assert.True(lines[^1] == $"tally {completed.Count} of {completed.Count}", $"{where}: {lines[^1]}, but {completed.Count} completed");
        });
        return kills;
    }

    private static IEnumerable<string> Ids(IEnumerable<string> lines, string what)
        => lines.Where(line => line.StartsWith(what + " ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]);

    private static async Task InDirectoryAsync(Func<string, Task> test)
    {
        var directory = Directory.CreateTempSubdirectory("durabletask-sqlite-crash-").FullName;
        try
        {
            await test(directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
