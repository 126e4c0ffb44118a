using Azure.Storage.Queues;
using TenantSandbox.Cli.Local;
using TenantSandbox.Hosting.Queues;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>Azurite's queue service, for one system, since the queues have fixed names.</summary>
public sealed class StorageEmulator : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("azurite-").FullName;
    private AzuriteProcess? _azurite;

    public string ConnectionString => _azurite!.ConnectionString;

    public async Task InitializeAsync() => _azurite = await StartAsync(_data, withBlobsAndTables: false);

    public async Task DisposeAsync()
    {
        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }

    internal static async Task<AzuriteProcess> StartAsync(string data, bool withBlobsAndTables)
    {
        var (azurite, reason) = await AzuriteProcess.TryStartAsync(RepositoryPaths.Tools, data, withBlobsAndTables, identity: null, CancellationToken.None);
        return azurite ?? throw new InvalidOperationException($"{reason}. `./dev test` installs it; run that first.");
    }

    internal LocalSystemOptions Attach(LocalSystemOptions options) => options with { StorageConnectionString = ConnectionString };

    internal QueueClient Queue(string name) => new(ConnectionString, name);

    internal async Task SendAsync(string message) => await Queue(LocalSystem.RequestQueue).SendMessageAsync(message);

    /// <summary>Waits until every request message has been taken and deleted.</summary>
    internal async Task WaitUntilEmptyAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var interval = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((await Queue(LocalSystem.RequestQueue).GetPropertiesAsync(deadline.Token)).Value.ApproximateMessagesCount > 0)
        {
            await interval.WaitForNextTickAsync(deadline.Token);
        }
    }
}
