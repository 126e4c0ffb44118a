using System.Net;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>The twin's Key Vault with Azure's client, as the client verifies it.</summary>
public sealed class KeyVaultTests : IAsyncLifetime
{
    private readonly List<string> _scopes = [];
    private TwinHost? _twin;

    public async Task InitializeAsync() => _twin = await TwinHost.StartAsync(new TwinOptions());

    public async Task DisposeAsync() => await _twin!.DisposeAsync();

    [Fact]
    public async Task Secrets_SetReadListDisableDelete_AreAsInAzure()
    {
        _twin!.Vaults.Set("contoso", "seed", "");
        var client = Client("https://contoso.vault.azure.net");

        var first = (await client.SetSecretAsync("Db", "one")).Value;
        var second = (await client.SetSecretAsync("db", "two")).Value;
        var current = (await client.GetSecretAsync("DB")).Value;
        var old = (await client.GetSecretAsync("db", first.Properties.Version)).Value;
        var versions = await client.GetPropertiesOfSecretVersionsAsync("db").Select(v => v.Version).ToListAsync();

        Assert.Equal(("two", second.Properties.Version, true), (current.Value, current.Properties.Version, current.Properties.Enabled));
        Assert.Equal("one", old.Value);
        Assert.Equal([first.Properties.Version, second.Properties.Version], versions);
        Assert.Equal(32, second.Properties.Version.Length);
        Assert.All(_scopes, s => Assert.Equal("https://vault.azure.net/.default", s));

        second.Properties.Enabled = false;
        await client.UpdateSecretPropertiesAsync(second.Properties);
        var disabled = await Assert.ThrowsAsync<RequestFailedException>(() => client.GetSecretAsync("db"));
        Assert.Equal((403, "Forbidden"), (disabled.Status, disabled.ErrorCode));
        Assert.Contains("SecretDisabled", disabled.GetRawResponse()!.Content.ToString(), StringComparison.Ordinal);
        Assert.Equal("one", (await client.GetSecretAsync("db", first.Properties.Version)).Value.Value);

        await client.StartDeleteSecretAsync("db");
        var deleted = await Assert.ThrowsAsync<RequestFailedException>(() => client.GetSecretAsync("db", first.Properties.Version));
        Assert.Equal((404, "SecretNotFound"), (deleted.Status, deleted.ErrorCode));
        Assert.Equal(409, (await Assert.ThrowsAsync<RequestFailedException>(() => client.SetSecretAsync("db", "three"))).Status);
    }

    [Fact]
    public async Task Secrets_EachVault_HasItsOwn()
    {
        _twin!.Vaults.Set("one", "db", "of one");
        _twin.Vaults.Set("two", "other", "of two");

        Assert.Equal("of one", (await Client("https://one.vault.azure.cn").GetSecretAsync("db")).Value.Value);
        Assert.Equal(404, (await Assert.ThrowsAsync<RequestFailedException>(() => Client("https://two.vault.azure.net").GetSecretAsync("db"))).Status);
        Assert.Contains("https://vault.azure.cn/.default", _scopes);
    }

    [Fact]
    public async Task Secrets_FaultsAndNoToken_HaveKeyVaultsErrors()
    {
        _twin!.Vaults.Set("contoso", "db", "value");
        _twin.InjectedFaults.Add(
            new InjectedFault { Call = "vault.secrets.get", Status = 429, Code = "Throttled", RetryAfter = 5 },
            new InjectedFault { Call = "vault.secrets.get", Status = 403, Code = "ForbiddenByRbac" });
        var client = Client("https://contoso.vault.azure.net");

        var throttled = await Assert.ThrowsAsync<RequestFailedException>(() => client.GetSecretAsync("db"));
        var denied = await Assert.ThrowsAsync<RequestFailedException>(() => client.GetSecretAsync("db"));

        Assert.Equal((429, "Throttled"), (throttled.Status, throttled.ErrorCode));
        Assert.True(throttled.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var seconds));
        Assert.Equal("5", seconds);
        Assert.Contains("ForbiddenByRbac", denied.GetRawResponse()!.Content.ToString(), StringComparison.Ordinal);
        using var http = new HttpClient(Handler());
        using var anonymous = await http.GetAsync(new Uri("https://contoso.vault.azure.net/secrets/db?api-version=7.6"));
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Contains("resource=\"https://vault.azure.net\"", anonymous.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_TwinRestarted_AreKept()
    {
        var directory = Directory.CreateTempSubdirectory("vault-").FullName;
        try
        {
            string version;
            await using (var before = await TwinHost.StartAsync(new TwinOptions { StateDirectory = directory }))
            {
                version = before.Vaults.Set("contoso", "db", "kept");
            }

            await using var after = await TwinHost.StartAsync(new TwinOptions { StateDirectory = directory });
            Assert.Equal(version, after.Vaults.Get("contoso", "DB", null).Version);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private SecretClient Client(string vault)
    {
        var options = new SecretClientOptions { Transport = new HttpClientTransport(new HttpClient(Handler())) };
        options.Retry.MaxRetries = 0;
        var credential = DelegatedTokenCredential.Create((context, _) =>
        {
            _scopes.AddRange(context.Scopes);
            return new AccessToken("a-token", DateTimeOffset.MaxValue);
        });
        return new SecretClient(new Uri(vault), credential, options);
    }

    // Connects to the twin whatever the vault's name is.
    private SocketsHttpHandler Handler()
    {
        var handler = _twin!.CreateHandler();
        handler.ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, _twin.VaultEndpoint.Port, cancellationToken);
            return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
        };
        return handler;
    }
}
