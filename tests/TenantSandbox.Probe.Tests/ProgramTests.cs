using System.Diagnostics;
using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Probe.Tests;

public sealed class ProgramTests
{
    [Theory]
    [InlineData(null, "tenantsandbox-probe: The environment variable TENANTSANDBOX_PROBE is not set. It holds the request as JSON.")]
    [InlineData("{\"schema\":1,\"nonce\":\"x\",\"targets\":[]}", "tenantsandbox-probe: The request is invalid: nonce must be 32 lower-case hexadecimal digits.")]
    public async Task Main_InvalidRequest_SaysSoAndPrintsNoResult(string? request, string error)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Join(AppContext.BaseDirectory, "TenantSandbox.Probe.dll") },
        };
        start.Environment[ProbeRequest.EnvironmentVariable] = request;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();

        Assert.Equal("", await process.StandardOutput.ReadToEndAsync());
        Assert.Equal(error, (await errors).TrimEnd());
        await process.WaitForExitAsync();
        Assert.Equal(ExitCodes.InvalidRequest, process.ExitCode);
    }

    [Fact]
    public async Task Main_Hold_EndsWithoutAnErrorWhenItIsTerminated()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Join(AppContext.BaseDirectory, "TenantSandbox.Probe.dll"), "hold" },
        };
        using var process = Process.Start(start)!;
        Assert.Equal("tenantsandbox-probe: keeping room for probes until SIGTERM", await process.StandardError.ReadLineAsync());

        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);

        Assert.Equal("", await process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.Equal(ExitCodes.Done, process.ExitCode);
    }
}
