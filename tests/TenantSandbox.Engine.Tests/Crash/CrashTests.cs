using System.Globalization;

namespace TenantSandbox.Engine.Tests.Crash;

public sealed class CrashTests
{
    private const int Killed = 137;

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
        int rounds = int.Parse(Environment.GetEnvironmentVariable("ENGINE_CRASH_ROUNDS") ?? "6", CultureInfo.InvariantCulture);
        ulong seed = ulong.Parse(Environment.GetEnvironmentVariable("ENGINE_CRASH_SEED") ?? "20260101", CultureInfo.InvariantCulture);
        Random random = new((int)seed);
        await InDirectoryAsync(async directory =>
        {
            List<string> said = [];
            for (int life = 0; life < rounds; life++)
            {
                int commits = life % 2 == 0 ? random.Next(1, 200) : 0, milliseconds = life % 2 == 1 ? random.Next(100, 600) : 0;
                (int exitCode, string output) = await CrashProgram.RunAsync("load", directory, commits, milliseconds, life);
                Assert.True(exitCode is Killed or 0, $"seed {seed}, life {life}: exit code {exitCode}\n{output}");
                said.AddRange(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }

            (int drained, string end) = await CrashProgram.RunAsync("drain", directory);
            Assert.True(drained == 0, end);
            string[] lines = end.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            HashSet<string> completed = [.. Said(lines, "Completed")], waiting = [.. Said(lines, "waiting")];

            Assert.Empty(Said(said, "started").Except(completed));
            Assert.Empty(Said(said, "raised").Intersect(waiting));
            Assert.Equal($"tally {completed.Count} of {completed.Count}", lines[^1]);
        });
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
