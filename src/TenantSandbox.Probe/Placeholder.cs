using System.Runtime.InteropServices;

namespace TenantSandbox.Probe;

/// <summary>What the program does as a placeholder: it keeps its guest until it is told to end.</summary>
internal static class Placeholder
{
    /// <summary>The program's argument for it.</summary>
    public const string Argument = "hold";

    /// <summary>Returns at SIGTERM or SIGINT, which the first process of a container must handle to be ended by them.</summary>
    public static async Task HoldAsync()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        await Console.Error.WriteLineAsync("tenantsandbox-probe: keeping room for probes until SIGTERM");
        await ended.Task;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.TrySetResult();
        }
    }
}
