namespace TenantSandbox.AksTwin.Tests;

/// <summary>
/// What the app relies on of any Kubernetes API. These tests run against the twin, and unchanged against the server of TENANTSANDBOX_KUBECONFIG;
/// where the two differ, the twin is wrong. They share one server and take turns, for some of them cordon its nodes.
/// </summary>
[CollectionDefinition(Name)]
public sealed class KubernetesBehaviour : ICollectionFixture<KubernetesFixture>
{
    public const string Name = "Kubernetes behaviour";
}

/// <summary>One server for all tests of behaviour; each makes a namespace of its own.</summary>
public sealed class KubernetesFixture : IAsyncLifetime
{
    internal KubernetesServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await KubernetesServer.AnyAsync();

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();
}
