using System.ComponentModel;
using System.Diagnostics;

namespace TenantSandbox.Local;

/// <summary>Azurite's queue service as a child process on loopback: the real queue protocol without an Azure account.</summary>
internal sealed class AzuriteProcess : IAsyncDisposable
{
    // The development account's key is public and the same in every emulator: learn.microsoft.com/azure/storage/common/storage-connect-azurite.
    private const string DevelopmentKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    // Standard input closes when this process ends, however it ends; a killed run must not leave the queue's files in use.
    private const string EndWithParent = "process.stdin.on('end', () => process.exit(0)).resume(); require(process.argv[1]);";

    private readonly Process _process;

    private AzuriteProcess(Process process, int port)
    {
        _process = process;
        ConnectionString =
            $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={DevelopmentKey};QueueEndpoint=http://127.0.0.1:{port}/devstoreaccount1;";
    }

    public string ConnectionString { get; }

    /// <summary>Starts Azurite over <paramref name="dataDirectory"/>, so that queued messages outlive the process.</summary>
    /// <returns>The running service, or null with a reason for people when it cannot run on this machine.</returns>
    public static async Task<(AzuriteProcess? Service, string? Reason)> TryStartAsync(
        string toolsDirectory, string dataDirectory, CancellationToken cancellation)
    {
        var script = Path.GetFullPath(Path.Combine(toolsDirectory, "node_modules", "azurite", "dist", "src", "queue", "main.js"));
        if (!File.Exists(script))
        {
            return (null, "Azurite is not installed (it needs Node's npm)");
        }

        Directory.CreateDirectory(dataDirectory);
        var port = FreePort.OnLoopback();
        var start = new ProcessStartInfo("node")
        {
            ArgumentList =
            {
                "--eval", EndWithParent, script, "--queueHost", "127.0.0.1", "--queuePort", $"{port}",
                "--location", dataDirectory, "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception notFound)
        {
            return (null, $"Node could not be started: {notFound.Message}");
        }

        var service = new AzuriteProcess(process, port);
        var fault = await service.WhenListeningAsync(cancellation);
        if (fault is null)
        {
            return (service, null);
        }

        await service.DisposeAsync();
        return (null, fault);
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

    /// <returns>Null once it listens; otherwise what went wrong.</returns>
    private async Task<string?> WhenListeningAsync(CancellationToken cancellation)
    {
        var listens = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var complaint = "";
        _process.ErrorDataReceived += (_, line) => complaint = complaint.Length > 0 ? complaint : line.Data ?? "";
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                listens.TrySetResult($"Azurite ended at once: {complaint}");
            }
            else if (line.Data.Contains("successfully listens", StringComparison.Ordinal))
            {
                listens.TrySetResult(null);
            }
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            return await listens.Task.WaitAsync(TimeSpan.FromSeconds(20), cancellation);
        }
        catch (TimeoutException)
        {
            return "Azurite did not start listening within 20 seconds";
        }
    }
}
