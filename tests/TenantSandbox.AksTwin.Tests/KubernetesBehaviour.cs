namespace TenantSandbox.AksTwin.Tests;

/// <summary>
/// Behaviour that the app relies on of any Kubernetes API. The tests run against the twin, or against the server that the environment
/// variable TENANTSANDBOX_KUBECONFIG names; where the two differ, the twin is wrong. They share a server and run one at a time,
/// because some of them cordon its nodes.
/// </summary>
[CollectionDefinition(Name)]
public sealed class KubernetesBehaviour : ICollectionFixture<KubernetesFixture>
{
    public const string Name = "Kubernetes behaviour";
}

/// <summary>One server for all behaviour tests; each test creates its own namespace.</summary>
public sealed class KubernetesFixture : IAsyncLifetime
{
    internal KubernetesServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await KubernetesServer.StartAsync();

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();
}
