using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;
using TenantSandbox.AksTwin;
using TenantSandbox.Hosting.Queues;

namespace TenantSandbox.Infrastructure.Tests.Deployed;

/// <summary>
/// The app with the settings of a deployment, unchanged, against emulators. The names of Azure's services lead to the emulators through
/// a proxy, and the app's identity gets its tokens from an endpoint as in App Service.
/// </summary>
internal sealed class DeployedSystem : IAsyncDisposable
{
    private static readonly string[] StorageServices = ["blob", "queue", "table"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _directory = Directory.CreateTempSubdirectory("deployed-").FullName;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly StringBuilder _errors = new();
    private readonly List<IAsyncDisposable> _parts = [];
    private ServerCertificate? _certificate;
    private AzuriteProcess? _azurite;
    private Process? _host;
    private HttpClient? _http;

    private DeployedSystem(IReadOnlyDictionary<string, string> settings) => _settings = settings;

    /// <summary>What the app called, and published.</summary>
    public AzureStandIn Azure { get; private set; } = null!;

    private string StorageAccount => HostOf("AzureWebJobsStorage__blobServiceUri").Split('.')[0];

    /// <param name="settings">The app settings.</param>
    /// <param name="queues">The queues that the deployment makes.</param>
    public static async Task<DeployedSystem> StartAsync(IReadOnlyDictionary<string, string> settings, IEnumerable<string> queues)
    {
        var system = new DeployedSystem(settings);
        try
        {
            await system.StartEmulatorsAsync();
            foreach (var queue in queues)
            {
                await system.Queue(queue).CreateAsync();
            }

            await system.StartHostAsync();
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public Task SendAsync(JsonObject cloudEvent) => Queue("tenant-requests").SendMessageAsync(cloudEvent.ToJsonString());

    /// <summary>Reads a tenant over HTTP, once an event about it was published.</summary>
    public async Task<JsonObject> ReadAfterItsEventAsync(string tenantId)
    {
        using var deadline = new CancellationTokenSource(Patience);
        using var interval = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!Azure.Events.Any(e => e.Subject == $"tenants/{tenantId}"))
        {
            Assert.False(deadline.IsCancellationRequested, $"Waited {Patience} for an event about tenant {tenantId}.\n{Errors()}");
            await interval.WaitForNextTickAsync();
        }

        using var response = await _http!.GetAsync(new Uri($"/api/tenants/{tenantId}", UriKind.Relative));
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}\n{Errors()}");
        return (await response.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_host is not null)
        {
            _host.StandardInput.Close();
            await _host.WaitForExitAsync();
            _host.Dispose();
        }

        foreach (var part in _parts.AsEnumerable().Reverse())
        {
            await part.DisposeAsync();
        }

        _certificate?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartEmulatorsAsync()
    {
        var topic = HostOf("TenantSandbox__EventTopic__Endpoint");
        var signingKey = new Uri(_settings["TenantSandbox__Reports__Key"]);
        string[] storage = [.. StorageServices.Select(s => HostOf($"AzureWebJobsStorage__{s}ServiceUri"))];
        string[] names = [.. storage, topic, signingKey.Host, HostOf("TenantSandbox__Arm__Endpoint")];
        _certificate = new ServerCertificate(_directory, names);

        var twin = await TwinHost.StartAsync(new TwinOptions
        {
            SubscriptionId = _settings["TenantSandbox__Clusters__0__SubscriptionId"],
            ResourceGroup = _settings["TenantSandbox__Clusters__0__ResourceGroup"],
            Clusters = [new TwinCluster { Name = _settings["TenantSandbox__Clusters__0__Name"], Location = _settings["TenantSandbox__Clusters__0__Region"] }],
        });
        _parts.Add(twin);
        twin.Vaults.CreateKey(signingKey.Host.Split('.')[0], signingKey.Segments[^1]);

        var (azurite, reason) = await AzuriteProcess.TryStartAsync(
            RepositoryFiles.Path(".local/tools"),
            dataDirectory: null,
            withBlobsAndTables: true,
            new AzuriteIdentity(StorageAccount, _certificate.CertificateFile, _certificate.KeyFile),
            CancellationToken.None);
        _azurite = azurite ?? throw new InvalidOperationException($"{reason}. `./dev test` installs it; run that first.");
        _parts.Add(azurite);

        Azure = new AzureStandIn(_certificate, X509Certificate2.CreateFromPem(twin.CertificateAuthorityPem), _settings["AzureWebJobsStorage__clientId"], topic, new Dictionary<string, Uri>
        {
            [storage[0]] = azurite.Endpoints["blob"],
            [storage[1]] = azurite.Endpoints["queue"],
            [storage[2]] = azurite.Endpoints["table"],
            [signingKey.Host] = twin.VaultEndpoint,
            [names[^1]] = twin.ArmEndpoint,
        });
        _parts.Add(Azure);
        await Azure.StartAsync();
    }

    private async Task StartHostAsync()
    {
        var proxy = new ConnectProxy(Azure.Names, Azure.Port);
        _parts.Add(proxy);
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(DeployedHost).Assembly.Location, "deployed-host", AppDirectory(), Path.Combine(_directory, "host") },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Of the tests' own environment nothing may lend the app a credential or another way out.
        Dictionary<string, string> environment = new(_settings.Concat(Azure.IdentityEnvironment))
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
            ["HOME"] = _directory,
            ["TMPDIR"] = Path.GetTempPath(),
            ["DOTNET_TieredPGO"] = "0",
            ["HTTPS_PROXY"] = proxy.Address.ToString(),
            ["NO_PROXY"] = "127.0.0.1,localhost",
            ["SSL_CERT_FILE"] = _certificate!.CertificateFile,
        };
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } root)
        {
            environment["DOTNET_ROOT"] = root;
        }

        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _host = Process.Start(start)!;
        _host.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
        _host.BeginErrorReadLine();
        var listening = await _host.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        Assert.True(listening is not null, $"the host ended at its start:\n{Errors()}");
        _http = new HttpClient { BaseAddress = new Uri(listening.Split(' ')[0]) };
        _http.DefaultRequestHeaders.Add("x-functions-key", listening.Split(' ')[1]);
    }

    private QueueClient Queue(string name) => new(
        new Uri(_azurite!.Endpoints["queue"], $"/{StorageAccount}/{name}"),
        IdentityTokens.Credential(IdentityTokens.Storage),
        new QueueClientOptions { Transport = new HttpClientTransport(new HttpClient(ServerCertificate.CreateHandler(_certificate!.Certificate))) });

    private string HostOf(string setting) => new Uri(_settings[setting]).Host;

    private string Errors()
    {
        lock (_errors)
        {
            return _errors.ToString();
        }
    }

    // artifacts/bin/<project>/<configuration>: the app has the same configuration as these tests.
    private static string AppDirectory()
    {
        var own = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(own.Parent!.Parent!.FullName, "TenantSandbox.Functions", own.Name);
    }
}
