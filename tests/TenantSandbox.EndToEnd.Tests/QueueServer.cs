using Azure.Storage.Queues;
using TenantSandbox.Local;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>One Azurite for all tests that need a queue: it takes a second to start. Each system gets queues of its own by being the only one at a time.</summary>
public sealed class QueueServer : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("azurite-").FullName;
    private AzuriteProcess? _azurite;

    public string ConnectionString => _azurite!.ConnectionString;

    public async Task InitializeAsync()
    {
        var (azurite, reason) = await AzuriteProcess.TryStartAsync(RepositoryPaths.Tools, _data, CancellationToken.None);
        _azurite = azurite ?? throw new InvalidOperationException($"{reason}. `./dev test` installs it; run that first.");
    }

    public async Task DisposeAsync()
    {
        if (_azurite is not null) await _azurite.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    internal LocalSystemOptions Attach(LocalSystemOptions options) => options with { QueueConnectionString = ConnectionString };

    internal Task SendAsync(string message) => QueueAsync(async client =>
    {
        await client.SendMessageAsync(message);
    });

    /// <summary>Waits until every message has been taken and deleted.</summary>
    internal Task WhenEmptyAsync() => QueueAsync(async client =>
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while ((await client.GetPropertiesAsync(deadline.Token)).Value.ApproximateMessagesCount > 0)
        {
            await tick.WaitForNextTickAsync(deadline.Token);
        }
    });

    private async Task QueueAsync(Func<QueueClient, Task> use)
    {
        var client = new QueueClient(ConnectionString, "tenant-requests");
        await client.CreateIfNotExistsAsync();
        await use(client);
    }
}

[CollectionDefinition(Name)]
public sealed class QueueServerCollection : ICollectionFixture<QueueServer>
{
    public const string Name = "queue server";
}
