using System.Diagnostics;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting.Tests.Worker;

public sealed class WorkerGuardTests
{
    [Fact]
    public async Task ClosePipe_AsTheEndOfTheHostDoes_KillsTheProcess()
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read -r _"]) { RedirectStandardInput = true })!;
        using var guard = WorkerGuard.Start(process.Id);

        guard.ClosePipe();

        await process.WaitForExitAsync().WaitAsync(SampleHost.Patience);
        Assert.Equal(128 + 9, process.ExitCode);
    }

    [Fact]
    public async Task Dispose_OfTheGuard_LeavesTheProcess()
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read -r line; exit \"$line\""]) { RedirectStandardInput = true })!;

        WorkerGuard.Start(process.Id).Dispose();
        await process.StandardInput.WriteLineAsync("5");

        await process.WaitForExitAsync().WaitAsync(SampleHost.Patience);
        Assert.Equal(5, process.ExitCode);
    }
}
