using System.Diagnostics;
using System.Reflection;

namespace TenantSandbox.Cli.Local;

/// <summary>The Aspire dashboard as a child process on free loopback ports, open to everyone on this machine. It ends with this process.</summary>
internal sealed class DashboardProcess : IAsyncDisposable
{
    // Standard input closes when this process ends, also when it is killed.
    private const string EndWithParent = "\"$1\" >\"$2\" 2>&1 & read -r _; kill \"$!\"; wait";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);

    private readonly Process _shell;

    private DashboardProcess(Process shell, Uri page, Uri otlpEndpoint) => (_shell, Page, OtlpEndpoint) = (shell, page, otlpEndpoint);

    /// <summary>The page for people; below it, <c>api/telemetry</c> has the same as JSON.</summary>
    public Uri Page { get; }

    /// <summary>Where telemetry is sent to, by OTLP over gRPC.</summary>
    public Uri OtlpEndpoint { get; }

    /// <summary>Starts the dashboard and waits until its page answers.</summary>
    /// <param name="stateDirectory">Gets its log.</param>
    /// <param name="port">Port of the page; 0 takes a free one.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="InvalidOperationException">It can't run on this machine, or did not start in time.</exception>
    public static async Task<DashboardProcess> StartAsync(string stateDirectory, int port, CancellationToken cancellationToken)
    {
        var program = ProgramPath();
        if (!OperatingSystem.IsLinux() || !File.Exists(program))
        {
            throw new InvalidOperationException($"The dashboard runs on 64-bit Linux only, from its package, and there is no {program}. Run without --dashboard.");
        }

        Directory.CreateDirectory(stateDirectory);
        var log = Path.Combine(stateDirectory, "dashboard.log");
        var page = new Uri($"http://127.0.0.1:{(port == 0 ? FreePort.OnLoopback() : port)}");
        var dashboard = new DashboardProcess(Start(program, log, page, out var otlp), page, otlp);
        try
        {
            await dashboard.WaitUntilAnsweringAsync(log, cancellationToken);
            return dashboard;
        }
        catch
        {
            await dashboard.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the dashboard; what it received is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        using var timeout = new CancellationTokenSource(EndTimeout);
        try
        {
            await _shell.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _shell.Kill(entireProcessTree: true);
        }

        _shell.Dispose();
    }

    private static Process Start(string program, string log, Uri page, out Uri otlp)
    {
        otlp = new Uri($"http://127.0.0.1:{FreePort.OnLoopback()}");
        var start = new ProcessStartInfo("/bin/sh", ["-c", EndWithParent, "sh", program, log]) { RedirectStandardInput = true };
        start.Environment["ASPNETCORE_URLS"] = page.ToString().TrimEnd('/');
        start.Environment["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = otlp.ToString().TrimEnd('/');
        start.Environment["ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"] = "true";
        start.Environment["DASHBOARD__API__ENABLED"] = "true";
        return Process.Start(start)!;
    }

    // The build knows where the package was restored.
    private static string ProgramPath() => Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == "AspireDashboard").Value!;

    private async Task WaitUntilAnsweringAsync(string log, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < StartTimeout && !_shell.HasExited)
        {
            try
            {
                using var answer = await http.GetAsync(Page, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(PollInterval, cancellationToken);
            }
        }

        throw new InvalidOperationException($"The dashboard did not answer on {Page} within {StartTimeout.TotalSeconds} s. Its log is {log}.");
    }
}
