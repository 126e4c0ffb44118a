using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using TenantSandbox.Core.Isolation.Probe;
using TenantSandbox.Probe.Targets;

namespace TenantSandbox.Probe.Tests;

public sealed class ProgramTests
{
    [Theory]
    [InlineData(null, "tenantsandbox-probe: The environment variable TENANTSANDBOX_PROBE is not set. It holds the request as JSON.")]
    [InlineData("{\"schema\":1,\"nonce\":\"x\",\"targets\":[]}", "tenantsandbox-probe: The request is invalid: nonce must be 32 lower-case hexadecimal digits.")]
    public async Task Main_InvalidRequest_SaysSoAndPrintsNoResult(string? request, string error)
    {
        using var process = Start(request);
        var errors = process.StandardError.ReadToEndAsync();

        Assert.Equal("", await process.StandardOutput.ReadToEndAsync());
        Assert.Equal(error, (await errors).TrimEnd());
        await process.WaitForExitAsync();
        Assert.Equal(ExitCodes.InvalidRequest, process.ExitCode);
    }

    [Fact]
    public async Task Main_Listen_AcceptsConnectionsUntilItIsToldToEnd()
    {
        using var process = Start(request: null, ListenMode.Name, "0");
        var port = int.Parse((await process.StandardOutput.ReadLineAsync())!.Split(' ')[^1], CultureInfo.InvariantCulture);
        foreach (var address in Socket.OSSupportsIPv6 ? (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback])
        {
            var target = new ProbeTarget("listener", ProbeTargetKind.Tcp, address.ToString(), port, ProbeExpectation.Open, 5_000);

            Assert.Equal(ProbeOutcome.Connected, Assert.Single(await TargetProbe.TryAllAsync([target])).Outcome);
        }

        Assert.False(process.HasExited);
        await TerminateAsync(process);
    }

    [Fact]
    public async Task Main_ListenWithoutAPort_SaysWhatItTakes()
    {
        using var process = Start(request: null, ListenMode.Name, "http");

        Assert.Equal("tenantsandbox-probe: listen takes a port, 0 to 65535; 0 picks a free one.", (await process.StandardError.ReadToEndAsync()).TrimEnd());
        await process.WaitForExitAsync();
        Assert.Equal(ExitCodes.InvalidRequest, process.ExitCode);
    }

    [Fact]
    public async Task Main_Hold_EndsWithoutAnErrorWhenItIsTerminated()
    {
        using var process = Start(request: null, Placeholder.Argument);
        Assert.Equal("tenantsandbox-probe: keeping room for probes until SIGTERM", await process.StandardError.ReadLineAsync());

        await TerminateAsync(process);
        Assert.Equal("", await process.StandardOutput.ReadToEndAsync());
    }

    private static async Task TerminateAsync(Process process)
    {
        using var kill = Process.Start("sh", ["-c", $"kill -TERM {process.Id}"]);
        await process.WaitForExitAsync();
        Assert.Equal(ExitCodes.Done, process.ExitCode);
    }

    private static Process Start(string? request, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Join(AppContext.BaseDirectory, "TenantSandbox.Probe.dll") },
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[ProbeRequest.EnvironmentVariable] = request;
        return Process.Start(start)!;
    }
}
