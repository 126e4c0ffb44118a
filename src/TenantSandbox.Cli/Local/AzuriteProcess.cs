using System.ComponentModel;
using System.Diagnostics;

namespace TenantSandbox.Cli.Local;

/// <summary>Azurite as a child process on loopback: the real storage protocols without an Azure account.</summary>
internal sealed class AzuriteProcess : IAsyncDisposable
{
    // The development account's key is public and the same in every emulator: learn.microsoft.com/azure/storage/common/storage-connect-azurite.
    private const string DevelopmentKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    // Standard input closes when this process ends, also when it is killed; Azurite must not outlive it and keep its files in use.
    private const string EndWithParent = "process.stdin.on('end', () => process.exit(0)).resume(); require(process.argv[1]);";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private AzuriteProcess(Process process, string connectionString)
    {
        _process = process;
        ConnectionString = connectionString;
    }

    public string ConnectionString { get; }

    /// <summary>Starts Azurite with its files in <paramref name="dataDirectory"/>, so that messages outlive the process.</summary>
    /// <param name="toolsDirectory">Where npm installed the package <c>azurite</c>.</param>
    /// <param name="dataDirectory">Created if missing.</param>
    /// <param name="withBlobsAndTables">False starts the queue service only, which takes half as long.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The running service, or null with a reason for people when it cannot run on this machine.</returns>
    public static async Task<(AzuriteProcess? Service, string? Reason)> TryStartAsync(
        string toolsDirectory, string dataDirectory, bool withBlobsAndTables, CancellationToken cancellationToken)
    {
        var main = withBlobsAndTables ? "azurite.js" : Path.Combine("queue", "main.js");
        var script = Path.GetFullPath(Path.Combine(toolsDirectory, "node_modules", "azurite", "dist", "src", main));
        if (!File.Exists(script))
        {
            return (null, "Azurite is not installed (it needs Node's npm)");
        }

        Directory.CreateDirectory(dataDirectory);
        string[] services = withBlobsAndTables ? ["blob", "queue", "table"] : ["queue"];
        var ports = services.ToDictionary(service => service, _ => FreePort.OnLoopback());
        var start = new ProcessStartInfo("node")
        {
            ArgumentList = { "--eval", EndWithParent, script, "--location", dataDirectory, "--silent", "--skipApiVersionCheck", "--disableTelemetry" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (service, port) in ports)
        {
            start.ArgumentList.Add($"--{service}Host");
            start.ArgumentList.Add("127.0.0.1");
            start.ArgumentList.Add($"--{service}Port");
            start.ArgumentList.Add($"{port}");
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception notFound)
        {
            return (null, $"Node could not be started: {notFound.Message}");
        }

        var azurite = new AzuriteProcess(process, ConnectionStringOf(ports));
        var failure = await azurite.WaitUntilListeningAsync(services.Length, cancellationToken);
        if (failure is null)
        {
            return (azurite, null);
        }

        await azurite.DisposeAsync();
        return (null, failure);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static string ConnectionStringOf(Dictionary<string, int> ports)
    {
        var endpoints = ports.Select(service => $"{char.ToUpperInvariant(service.Key[0])}{service.Key[1..]}Endpoint=http://127.0.0.1:{service.Value}/devstoreaccount1;");
        return $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={DevelopmentKey};{string.Concat(endpoints)}";
    }

    /// <returns>Null once every service listens; otherwise what went wrong.</returns>
    private async Task<string?> WaitUntilListeningAsync(int services, CancellationToken cancellationToken)
    {
        var listening = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var firstError = "";
        _process.ErrorDataReceived += (_, line) => firstError = firstError.Length > 0 ? firstError : line.Data ?? "";
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                listening.TrySetResult($"Azurite ended at once: {firstError}");
            }
            else if (line.Data.Contains("successfully listen", StringComparison.Ordinal) && Interlocked.Decrement(ref services) == 0)
            {
                listening.TrySetResult(null);
            }
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            return await listening.Task.WaitAsync(StartTimeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            return $"Azurite did not listen within {StartTimeout.TotalSeconds:0} seconds";
        }
    }
}
