namespace TenantSandbox.AksTwin.Tests;

/// <summary>A twin without nodes that the tests of a class share.</summary>
public sealed class TwinFixture : IAsyncLifetime
{
    internal KubernetesServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await KubernetesServer.StartTwinAsync(nodes: 0);

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();
}
