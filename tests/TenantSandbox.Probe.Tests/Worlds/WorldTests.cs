using System.Diagnostics;
using System.Text;
using TenantSandbox.Core.Isolation.Probe;

namespace TenantSandbox.Probe.Tests.Worlds;

/// <summary>
/// The program as it is deployed, in network namespaces that are open and closed (worlds.sh). Takes no privileges where users may make
/// namespaces of their own.
/// </summary>
public sealed class WorldTests(WorldTests.Run run) : IClassFixture<WorldTests.Run>
{
    [Theory]
    [InlineData("imds", ProbeOutcome.Connected, ProbeOutcome.TimedOut)]
    [InlineData("wireserver", ProbeOutcome.Connected, ProbeOutcome.TimedOut)]
    [InlineData("apiserver", ProbeOutcome.Connected, ProbeOutcome.Unreachable)]
    [InlineData("kubelet", ProbeOutcome.Connected, ProbeOutcome.Unreachable)]
    [InlineData("dns", ProbeOutcome.Resolved, ProbeOutcome.Resolved)]
    [InlineData("allowed", ProbeOutcome.Connected, ProbeOutcome.Connected)]
    [InlineData("no-listener", ProbeOutcome.Refused, ProbeOutcome.Refused)]
    [InlineData("no-ipv6", ProbeOutcome.Unreachable, ProbeOutcome.Unreachable)]
    public void Probe_Target_HasTheOutcomeOfItsWorld(string target, ProbeOutcome open, ProbeOutcome closed)
    {
        Assert.Equal(open, Outcome(run.Open, target));
        Assert.Equal(closed, Outcome(run.Closed, target));
    }

    [Fact]
    public void Probe_ClosedWorld_MeetsEveryExpectationThatTheOpenOneBreaks()
    {
        ProbeTarget[] targets = [.. Run.Request.Targets.Where(t => t.Name is not ("no-listener" or "no-ipv6"))];

        Assert.All(targets, t => Assert.True(ProbeJudgement.Meets(t.Expected, Outcome(run.Closed, t.Name)), t.Name));
        Assert.All(
            targets, t => Assert.Equal(t.Expected == ProbeExpectation.Open, ProbeJudgement.Meets(t.Expected, Outcome(run.Open, t.Name))));
    }

    [Fact]
    public void Probe_MountedToken_IsFound()
    {
        Assert.Empty(run.Open.TokenMounts);
        Assert.Equal(["/run/secrets/kubernetes.io/serviceaccount"], run.Closed.TokenMounts);
    }

    [Fact]
    public void Probe_SameKernel_HasTheSameIdentity()
    {
        Assert.Equal(run.Open.Guest, run.Closed.Guest);
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), run.Open.Guest.BootId);
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), run.Open.Guest.KernelRelease);
    }

    private static ProbeOutcome Outcome(ProbeResult result, string target) => result.Targets.Single(t => t.Name == target).Outcome;

    /// <summary>One run of the script.</summary>
    public sealed class Run : IAsyncLifetime
    {
        private const int TimeoutMilliseconds = 400;

        public static readonly ProbeRequest Request = new(
            ProbeRequest.CurrentSchema,
            Samples.Nonce,
            [
                new("imds", ProbeTargetKind.Http, "169.254.169.254", 80, ProbeExpectation.Closed, TimeoutMilliseconds, Path: "/metadata/instance"),
                new("wireserver", ProbeTargetKind.Tcp, "168.63.129.16", 80, ProbeExpectation.Closed, TimeoutMilliseconds),
                new("apiserver", ProbeTargetKind.Tcp, "10.0.0.1", 443, ProbeExpectation.Closed, TimeoutMilliseconds),
                new("kubelet", ProbeTargetKind.Tcp, "10.224.0.4", 10250, ProbeExpectation.Closed, TimeoutMilliseconds),
                new("dns", ProbeTargetKind.UdpDns, "10.0.0.10", 53, ProbeExpectation.Open, TimeoutMilliseconds, DnsName: "kubernetes.default.svc.cluster.local"),
                new("allowed", ProbeTargetKind.Tcp, "203.0.113.7", 443, ProbeExpectation.Open, TimeoutMilliseconds),
                new("no-listener", ProbeTargetKind.Tcp, "203.0.113.7", 444, ProbeExpectation.Closed, TimeoutMilliseconds),
                new("no-ipv6", ProbeTargetKind.Tcp, "fd00::1", 443, ProbeExpectation.Closed, TimeoutMilliseconds),
            ]);

        public ProbeResult Open { get; private set; } = null!;

        public ProbeResult Closed { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            var folder = AppContext.BaseDirectory;
            var start = new ProcessStartInfo("unshare")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { [ProbeRequest.EnvironmentVariable] = ProbeRequestReader.Write(Request), ["DOTNET_TieredPGO"] = "0" },
                ArgumentList =
                {
                    "--user", "--map-root-user", "--net", "--mount", "bash", Path.Join(folder, "Worlds", "worlds.sh"),
                    "dotnet", Path.Join(folder, "TenantSandbox.Probe.Tests.dll"), ":", "dotnet", Path.Join(folder, "TenantSandbox.Probe.dll"),
                },
            };
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"The network namespaces can't be made, or the probe failed: {await errors}");
            var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(2, lines.Length);
            Open = ProbeResultReader.Read(Encoding.UTF8.GetBytes(lines[0]), Request);
            Closed = ProbeResultReader.Read(Encoding.UTF8.GetBytes(lines[1]), Request);
        }

        public Task DisposeAsync() => Task.CompletedTask;
    }
}
