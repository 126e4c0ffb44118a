using System.Diagnostics;
using System.Globalization;

namespace TenantSandbox.Hosting.Worker;

/// <summary>
/// Kills the worker when this process ends, however it ends: a .NET worker runs on when its host's connection breaks. A shell waits
/// for the end of a pipe that the operating system closes with this process. Not on Windows.
/// </summary>
internal sealed class WorkerGuard : IDisposable
{
    private Process? _shell;

    private WorkerGuard(Process? shell) => _shell = shell;

    /// <summary>Guards a process until this object is disposed.</summary>
    public static WorkerGuard Start(int processId)
    {
        if (OperatingSystem.IsWindows())
        {
            return new WorkerGuard(shell: null);
        }

        string[] arguments = ["-c", "read -r _; kill -9 \"$1\"", "sh", processId.ToString(CultureInfo.InvariantCulture)];
        return new WorkerGuard(Process.Start(new ProcessStartInfo("/bin/sh", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        }));
    }

    /// <summary>Closes the pipe, as the end of this process does.</summary>
    public void ClosePipe() => _shell?.StandardInput.Close();

    /// <summary>Ends the guard; a second call does nothing.</summary>
    public void Dispose()
    {
        using var shell = Interlocked.Exchange(ref _shell, null);
        shell?.Kill();
    }
}
