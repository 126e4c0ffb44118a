using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace TenantSandbox.Hosting.Queues;

/// <summary>Azurite as a child process on free loopback ports: the real storage protocols without an Azure account.</summary>
public sealed partial class AzuriteProcess : IAsyncDisposable
{
    // The development account's key is public and the same in every emulator: learn.microsoft.com/azure/storage/common/storage-connect-azurite.
    private const string DevelopmentKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    // Standard input closes when this process ends, also when it is killed; Azurite must not outlive it and keep its files in use.
    private const string EndWithParent = "process.stdin.on('end', () => process.exit(0)).resume(); require(process.argv[1]);";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private readonly Dictionary<string, Uri> _endpoints = [];

    private AzuriteProcess(Process process) => _process = process;

    /// <summary>Connection string of the development account, which is there unless Azurite was started with another account.</summary>
    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={DevelopmentKey};"
        + string.Concat(_endpoints.Select(e => $"{char.ToUpperInvariant(e.Key[0])}{e.Key[1..]}Endpoint={e.Value.GetLeftPart(UriPartial.Authority)}/devstoreaccount1;"));

    /// <summary>Where the services <c>blob</c>, <c>queue</c> and <c>table</c> listen.</summary>
    public IReadOnlyDictionary<string, Uri> Endpoints => _endpoints;

    /// <summary>Starts Azurite.</summary>
    /// <param name="toolsDirectory">Where npm installed the package <c>azurite</c>.</param>
    /// <param name="dataDirectory">Keeps the data, so that messages outlive the process; created if missing. Null keeps them in memory.</param>
    /// <param name="withBlobsAndTables">False starts the queue service only, which takes half as long.</param>
    /// <param name="identity">Serves an account over HTTPS that takes bearer tokens; null for the development account over HTTP.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The running service, or null with a reason for people when it cannot run on this machine.</returns>
    public static async Task<(AzuriteProcess? Service, string? Reason)> TryStartAsync(
        string toolsDirectory, string? dataDirectory, bool withBlobsAndTables, AzuriteIdentity? identity, CancellationToken cancellationToken)
    {
        var main = withBlobsAndTables ? "azurite.js" : Path.Combine("queue", "main.js");
        var script = Path.GetFullPath(Path.Combine(toolsDirectory, "node_modules", "azurite", "dist", "src", main));
        if (!File.Exists(script))
        {
            return (null, "Azurite is not installed (it needs Node's npm)");
        }

        string[] services = withBlobsAndTables ? ["blob", "queue", "table"] : ["queue"];
        var start = new ProcessStartInfo("node", ["--eval", EndWithParent, script, .. Arguments(services, dataDirectory, identity)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (identity is not null)
        {
            // An account needs a key, though nobody knows this one.
            start.Environment["AZURITE_ACCOUNTS"] = $"{identity.Account}:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(64))}";
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

        var azurite = new AzuriteProcess(process);
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

    private static IEnumerable<string> Arguments(string[] services, string? dataDirectory, AzuriteIdentity? identity)
    {
        string[] storage = dataDirectory is null ? ["--inMemoryPersistence"] : ["--location", Directory.CreateDirectory(dataDirectory).FullName];
        return
        [
            .. storage, "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            .. services.SelectMany(service => (string[])[$"--{service}Host", "127.0.0.1", $"--{service}Port", "0"]),
            .. identity is null ? Array.Empty<string>() : ["--oauth", "basic", "--cert", identity.CertificateFile, "--key", identity.KeyFile],
        ];
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
            else if (Listening().Match(line.Data) is { Success: true } match)
            {
                _endpoints[match.Groups["service"].Value.ToLowerInvariant()] = new Uri(match.Groups["address"].Value);
                if (--services == 0)
                {
                    listening.TrySetResult(null);
                }
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

    // The single services say "listens on", the program with all of them "is … listening at".
    [GeneratedRegex("(?<service>Blob|Queue|Table) service (?:is )?successfully listen(?:s on|ing at) (?<address>https?://[0-9.:]+)")]
    private static partial Regex Listening();
}

/// <summary>An account of Azurite that takes Microsoft Entra tokens, whose signatures it doesn't verify.</summary>
/// <param name="Account">The account's name.</param>
/// <param name="CertificateFile">The server's certificate, as PEM.</param>
/// <param name="KeyFile">The certificate's key, as PEM.</param>
public sealed record AzuriteIdentity(string Account, string CertificateFile, string KeyFile);
