using System.Net.Sockets;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Worker;

/// <summary>The messages that make a connected worker ready: it is initialized, describes its functions and loads them.</summary>
internal static class WorkerStartup
{
    /// <summary>The version of the Functions host whose behavior this host follows; the worker is told it.</summary>
    private const string HostVersion = "4.1037.0";

    private static readonly TimeSpan ListenPollInterval = TimeSpan.FromMilliseconds(20);

    /// <returns>The functions, all loaded.</returns>
    /// <exception cref="InvalidOperationException">The worker refused a step, for example to load a function.</exception>
    /// <exception cref="WorkerProcessExitException">The worker exited first.</exception>
    public static async Task<IReadOnlyList<FunctionDefinition>> InitializeAsync(
        WorkerChannel channel, string appDirectory, CancellationToken cancellationToken)
    {
        await channel.Connected.WaitAsync(cancellationToken);
        var initialized = await channel.RequestAsync(
            new StreamingMessage
            {
                WorkerInitRequest = new WorkerInitRequest
                {
                    HostVersion = HostVersion,
                    WorkerDirectory = appDirectory,
                    FunctionAppDirectory = appDirectory,
                },
            },
            cancellationToken);
        Require(initialized.WorkerInitResponse.Result, "initialize");
        channel.HttpUri = initialized.WorkerInitResponse.Capabilities.TryGetValue("HttpUri", out var uri) && uri.Length > 0 ? new Uri(uri) : null;

        var described = await channel.RequestAsync(
            new StreamingMessage { FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = appDirectory } },
            cancellationToken);
        Require(described.FunctionMetadataResponse.Result, "describe its functions");
        var metadata = described.FunctionMetadataResponse.FunctionMetadataResults;
        FunctionDefinition[] functions = [.. metadata.Select(function => new FunctionDefinition(function))];

        var loading = functions.Select(function => channel.RequestAsync(
            new StreamingMessage
            {
                FunctionLoadRequest = new FunctionLoadRequest { FunctionId = function.FunctionId, Metadata = function.Metadata },
            },
            cancellationToken));
        foreach (var (function, loaded) in functions.Zip(await Task.WhenAll(loading)))
        {
            Require(loaded.FunctionLoadResponse.Result, $"load the function '{function.Name}'");
        }

        if (channel.HttpUri is { } address)
        {
            await WaitUntilListeningAsync(address, channel, cancellationToken);
        }

        return functions;
    }

    /// <summary>The worker announces its HTTP server's address before the server listens; a request sent earlier would be refused.</summary>
    private static async Task WaitUntilListeningAsync(Uri address, WorkerChannel channel, CancellationToken cancellationToken)
    {
        while (!channel.Ended.IsCompleted)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(address.Host, address.Port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(ListenPollInterval, cancellationToken);
            }
        }
    }

    private static void Require(StatusResult? result, string what)
    {
        if (result is { Status: not StatusResult.Types.Status.Success })
        {
            throw new InvalidOperationException($"It couldn't {what}: {result.Exception?.Message ?? result.Result}");
        }
    }
}
