using System.Diagnostics;
using System.Globalization;

namespace TenantSandbox.Engine.Tests.Crash;

/// <summary>The process that the crash tests kill: <c>chain|load|drain DIRECTORY KILL-AFTER-COMMITS KILL-AFTER-MILLISECONDS LIFE</c>; 0 is never.</summary>
public static class CrashProgram
{
    public static async Task<int> Main(string[] args)
    {
        string directory = args[1];
        long commits = long.Parse(args[2], CultureInfo.InvariantCulture);
        int milliseconds = int.Parse(args[3], CultureInfo.InvariantCulture);
        using Timer timer = new(_ => KillMyself(), null, milliseconds > 0 ? milliseconds : Timeout.Infinite, Timeout.Infinite);
        Action<long> afterCommit = commits > 0 ? number => KillMyselfAt(number, commits) : _ => { };
        switch (args[0])
        {
            case "chain":
                Console.WriteLine(await ChainWorkload.RunAsync(directory, afterCommit));
                break;
            case "load":
                await LoadWorkload.RunAsync(directory, afterCommit, args[4]);
                break;
            default:
                Console.WriteLine(await LoadWorkload.DrainAsync(directory));
                break;
        }

        return 0;
    }

    /// <summary>Runs this program as a process of its own, to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string work, string directory, long afterCommits = 0, int afterMilliseconds = 0, int life = 0)
    {
        ProcessStartInfo start = new(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string program = typeof(CrashProgram).Assembly.Location;
        foreach (string argument in (string[])["exec", program, work, directory, $"{afterCommits}", $"{afterMilliseconds}", $"{life}"])
        {
            start.ArgumentList.Add(argument);
        }

        // These processes live for a moment: code that is instrumented to become faster later only costs.
        start.Environment["DOTNET_TieredPGO"] = "0";

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TaskHost.Deadline);
        return (process.ExitCode, await output + await error);
    }

    private static void KillMyselfAt(long number, long commits)
    {
        if (number == commits)
        {
            KillMyself();
        }
    }

    // SIGKILL: no finally, no flush, no shutdown hook runs.
    private static void KillMyself()
    {
        Process.GetCurrentProcess().Kill();
        Thread.CurrentThread.Join();
    }
}
