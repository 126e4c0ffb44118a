using Microsoft.Extensions.Logging;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>
/// One system, with the queue door, for all tests that differ only in their tenants, since its start costs more than most tests. A
/// test has tenant ids of its own, and leaves the system without tenants and pools, so that it may count both.
/// </summary>
public sealed class SharedSystem : IAsyncLifetime
{
    private TestSystem? _system;

    public StorageEmulator Storage { get; } = new();

    internal TestSystem System => _system!;

    /// <summary>The logs of host and worker, for tests that turn them on.</summary>
    internal CapturedLogs Logs { get; } = new();

    public async Task InitializeAsync()
    {
        await Storage.InitializeAsync();
        _system = await TestSystem.StartAsync(options => Storage.Attach(options) with
        {
            ConfigureLogging = logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(Logs),
            // Only the sweep reads these.
            Settings = new Dictionary<string, string?>
            {
                ["TenantSandbox:Maintenance:OrphanGracePeriod"] = "00:00:01",
                ["TenantSandbox:Maintenance:DeleteOrphans"] = "true",
            },
        });
    }

    public async Task DisposeAsync()
    {
        if (_system is not null)
        {
            await _system.DisposeAsync();
        }

        await Storage.DisposeAsync();
    }
}

/// <summary>The tests share one system and its queues, so they run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class SharedSystemCollection : ICollectionFixture<SharedSystem>
{
    public const string Name = "shared system";
}
