using System.Diagnostics;
using System.Globalization;

namespace TenantSandbox.DurableTask.Sqlite.Tests.Crash;

/// <summary>The process that the crash tests kill: <c>chain|load|drain DIRECTORY KILL-AFTER-COMMITS KILL-AFTER-MILLISECONDS LIFE</c>; 0 is never.</summary>
public static class CrashProgram
{
    public static async Task<int> Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var directory = args[1];
        var commits = long.Parse(args[2], CultureInfo.InvariantCulture);
        var milliseconds = int.Parse(args[3], CultureInfo.InvariantCulture);
        using var timer = new Timer(_ => KillThisProcess(), null, milliseconds > 0 ? milliseconds : Timeout.Infinite, Timeout.Infinite);
        void AfterCommit(long number)
        {
            if (number == commits)
            {
                KillThisProcess();
            }
        }

        switch (args[0])
        {
            case "chain":
                Console.WriteLine(await ChainWorkload.RunAsync(directory, AfterCommit));
                break;
            case "load":
                await LoadWorkload.RunAsync(directory, AfterCommit, args[4]);
                break;
            default:
                Console.WriteLine(await LoadWorkload.DrainAsync(directory));
                break;
        }

        return 0;
    }

    /// <summary>Runs this program as a process of its own, to its end.</summary>
    internal static async Task<(int ExitCode, string Output)> RunAsync(
        string work, string directory, long afterCommits = 0, int afterMilliseconds = 0, int life = 0)
    {
        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true, RedirectStandardError = true };
        var program = typeof(CrashProgram).Assembly.Location;
        foreach (var argument in (string[])["exec", program, work, directory, $"{afterCommits}", $"{afterMilliseconds}", $"{life}"])
        {
            start.ArgumentList.Add(argument);
        }

        // These processes live for a moment: instrumenting code to make it faster later only costs time.
        start.Environment["DOTNET_TieredPGO"] = "0";

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TaskHost.Deadline);
        return (process.ExitCode, await output + await error);
    }

    /// <summary>SIGKILL: no finally block, no flush and no shutdown hook runs.</summary>
    private static void KillThisProcess()
    {
        Process.GetCurrentProcess().Kill();
        Thread.CurrentThread.Join();
    }
}
