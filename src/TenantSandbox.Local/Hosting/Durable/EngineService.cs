using TenantSandbox.Local.Engine;

namespace TenantSandbox.Local.Hosting.Durable;

/// <summary>Starts the engine before anything that could use its client, and stops it after.</summary>
internal sealed class EngineService(DurableEngine engine) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => engine.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => engine.StopAsync(cancellationToken);
}
