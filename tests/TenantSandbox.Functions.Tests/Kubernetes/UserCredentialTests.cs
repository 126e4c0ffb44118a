using System.Text;
using Azure.Core;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Kubernetes;

public sealed class UserCredentialTests
{
    private static readonly TokenCredential Credential =
        DelegatedTokenCredential.Create((_, _) => new AccessToken("entra", DateTimeOffset.MaxValue));

    [Fact]
    public async Task Read_KubeloginUser_TakesTokensFromTheCredentialAndRunsNothing()
    {
        var configuration = await UserCredential.ReadAsync(
            Kubeconfig("""
                exec:
                      apiVersion: client.authentication.k8s.io/v1beta1
                      command: /no/such/kubelogin
                      args: [get-token]
                """),
            Credential,
            TimeProvider.System);

        Assert.Equal("https://cluster.example/", new Uri(configuration.Host).AbsoluteUri);
        Assert.Equal("entra", (await configuration.TokenProvider.GetAuthenticationHeaderAsync(default)).Parameter);
    }

    [Fact]
    public async Task Read_UserWithOwnToken_UsesIt()
    {
        var configuration = await UserCredential.ReadAsync(Kubeconfig("token: secret"), Credential, TimeProvider.System);

        Assert.Equal("secret", configuration.AccessToken);
        Assert.Null(configuration.TokenProvider);
    }

    private static byte[] Kubeconfig(string user) => Encoding.UTF8.GetBytes($"""
        apiVersion: v1
        kind: Config
        current-context: aks
        clusters:
        - name: aks
          cluster:
            server: https://cluster.example
        contexts:
        - name: aks
          context:
            cluster: aks
            user: me
        users:
        - name: me
          user:
            {user}
        """);
}
