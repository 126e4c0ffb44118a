using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Azure.Storage.Queues;

namespace TenantSandbox.Hosting.Tests.Queues;

/// <summary>Azurite's queue service on a free loopback port, in memory: the real protocol without an Azure account.</summary>
internal sealed partial class Azurite : IAsyncDisposable
{
    // The development account's key is public and the same in every emulator: learn.microsoft.com/azure/storage/common/storage-connect-azurite.
    private const string DevelopmentKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    // Standard input closes when the test process ends, however it ends.
    private const string EndWithParent = "process.stdin.on('end', () => process.exit(0)).resume(); require(process.argv[1]);";

    private readonly Process _process;

    private Azurite(Process process, string address)
    {
        _process = process;
        ConnectionString =
            $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={DevelopmentKey};QueueEndpoint={address}/devstoreaccount1;";
    }

    public string ConnectionString { get; }

    public static async Task<Azurite> StartAsync()
    {
        var repository = typeof(Azurite).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "RepositoryRoot").Value!;
        var script = Path.Combine(repository, ".local", "tools", "node_modules", "azurite", "dist", "src", "queue", "main.js");
        Assert.True(File.Exists(script), $"Azurite isn't installed at {script}. `./dev test` installs it; run that first.");
        var process = Process.Start(new ProcessStartInfo("node")
        {
            ArgumentList =
            {
                "--eval", EndWithParent, script, "--queueHost", "127.0.0.1", "--queuePort", "0",
                "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry",
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        using var timeout = new CancellationTokenSource(SampleHost.Patience);
        while (await process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (Address().Match(line) is { Success: true } match)
            {
                // Its log of requests is read on, or it would stop when the pipe is full.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return new Azurite(process, match.Value);
            }
        }

        throw new InvalidOperationException("Azurite ended without listening.");
    }

    /// <summary>Opens a queue and creates it.</summary>
    public async Task<QueueClient> CreateQueueAsync(string name)
    {
        var queue = new QueueClient(ConnectionString, name);
        await queue.CreateIfNotExistsAsync();
        return queue;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [GeneratedRegex("(?<=successfully listens on )http://[0-9.:]+")]
    private static partial Regex Address();
}
