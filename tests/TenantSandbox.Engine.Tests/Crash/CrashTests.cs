using System.Globalization;
using Xunit.Abstractions;

namespace TenantSandbox.Engine.Tests.Crash;

public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Killed = 137;

    // Databases that are killed side by side, so that the rounds of one fill the other's waits. Not the machine's number: the seed must say all.
    private const int Worlds = 2;

    [Fact]
    public async Task KillAfterEveryDurableStep_TheRunGoesOnAndEndsTheSame()
    {
        await InDirectoryAsync(async directory =>
        {
            int lives = 0;
            (int ExitCode, string Output) end;
            // Each life makes exactly one durable step and is killed before anybody hears of it.
            while ((end = await CrashProgram.RunAsync("chain", directory, afterCommits: 1)).ExitCode == Killed)
            {
                Assert.True(++lives < 200, "the run doesn't come to its end");
            }

            Assert.Equal((0, "Completed \"first-1 hi child 22\""), (end.ExitCode, end.Output.Trim()));
            Assert.True(lives > 20, $"only {lives} durable steps");
            string[] effects = await File.ReadAllLinesAsync(Path.Combine(directory, "effects"));
            Assert.Equal(["child", "first-0", "first-1"], effects.Distinct().Order());
        });
    }

    [Fact]
    public async Task KillAtRandomPointsUnderLoad_NothingAcknowledgedIsLostAndNothingRunsTwice()
    {
        int rounds = int.Parse(Environment.GetEnvironmentVariable("ENGINE_CRASH_ROUNDS") ?? "200", CultureInfo.InvariantCulture);
        int seed = int.Parse(Environment.GetEnvironmentVariable("ENGINE_CRASH_SEED") ?? "20260101", CultureInfo.InvariantCulture);
        output.WriteLine($"ENGINE_CRASH_ROUNDS={rounds} ENGINE_CRASH_SEED={seed}");

        int[] kills = await Task.WhenAll(Enumerable.Range(0, Worlds).Select(world => KillUnderLoadAsync(
            (rounds / Worlds) + (world < rounds % Worlds ? 1 : 0), new Random(seed + world), $"ENGINE_CRASH_SEED={seed}, world {world}")));

        output.WriteLine($"killed {kills.Sum()} times");
        Assert.True(kills.Sum() > rounds / 2, $"ENGINE_CRASH_SEED={seed}: of {rounds} lives only {kills.Sum()} were killed; the others came to their end first");
    }

    /// <returns>How many lives were killed; the others ended first.</returns>
    private static async Task<int> KillUnderLoadAsync(int rounds, Random random, string where)
    {
        int kills = 0;
        await InDirectoryAsync(async directory =>
        {
            List<string> said = [];
            for (int life = 0; life < rounds; life++)
            {
                int commits = life % 2 == 0 ? random.Next(1, 200) : 0, milliseconds = life % 2 == 1 ? random.Next(100, 600) : 0;
                (int exitCode, string text) = await CrashProgram.RunAsync("load", directory, commits, milliseconds, life);
                Assert.True(exitCode is Killed or 0, $"{where}, life {life}: exit code {exitCode}\n{text}");
                kills += exitCode == Killed ? 1 : 0;
                said.AddRange(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }

            (int drained, string end) = await CrashProgram.RunAsync("drain", directory);
            Assert.True(drained == 0, $"{where}: {end}");
            string[] lines = end.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            HashSet<string> completed = [.. Said(lines, "Completed")], waiting = [.. Said(lines, "waiting")];

            string[] lost = [.. Said(said, "started").Except(completed)], unheard = [.. Said(said, "raised").Intersect(waiting)];
            Assert.True(lost.Length == 0, $"{where}: acknowledged starts are lost: {string.Join(", ", lost)}");
            Assert.True(unheard.Length == 0, $"{where}: acknowledged events are lost: {string.Join(", ", unheard)}");
            Assert.True(lines[^1] == $"tally {completed.Count} of {completed.Count}", $"{where}: {lines[^1]}, but {completed.Count} completed");
        });
        return kills;
    }

    private static IEnumerable<string> Said(IEnumerable<string> lines, string what)
        => lines.Where(line => line.StartsWith(what + " ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]);

    private static async Task InDirectoryAsync(Func<string, Task> test)
    {
        string directory = Directory.CreateTempSubdirectory("engine-crash-").FullName;
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
