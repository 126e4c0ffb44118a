using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace TenantSandbox.Infrastructure.Tests.Deployed;

/// <summary>
/// Stands in for Azure's front doors: HTTPS for the names of Azure's services, whose requests go to the emulators, the topic of
/// published events, and the endpoint where App Service gives tokens of the app's identity.
/// </summary>
internal sealed class AzureStandIn : IAsyncDisposable
{
    private const string IdentityPath = "/msi/token";

    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _client;
    private readonly string _identityHeader = Guid.NewGuid().ToString();
    private readonly ConcurrentDictionary<(string Host, string Audience), int> _calls = [];
    private readonly ConcurrentQueue<(string Type, string Subject)> _events = [];
    private readonly string _clientId;
    private readonly string _topic;
    private readonly IReadOnlyDictionary<string, Uri> _servers;

    /// <param name="certificate">For all names.</param>
    /// <param name="twin">The certificate of the twin; Azurite has the other one.</param>
    /// <param name="clientId">The client id of the only identity.</param>
    /// <param name="topic">The name of the topic.</param>
    /// <param name="servers">The servers by the names that they stand in for.</param>
    public AzureStandIn(ServerCertificate certificate, X509Certificate2 twin, string clientId, string topic, IReadOnlyDictionary<string, Uri> servers)
    {
        (_clientId, _topic, _servers) = (clientId, topic, servers);
        var handler = ServerCertificate.CreateHandler(certificate.Certificate, twin);
        (handler.AllowAutoRedirect, handler.UseCookies) = (false, false);
        _client = new HttpMessageInvoker(handler);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddHttpForwarder();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate.Certificate);
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps());
        });
        _app = builder.Build();
        _app.Run(http => http.Request.IsHttps ? ServeAsync(http) : GiveTokenAsync(http));
    }

    /// <summary>What App Service sets in an app with an identity.</summary>
    public IReadOnlyDictionary<string, string> IdentityEnvironment => new Dictionary<string, string>
    {
        ["IDENTITY_ENDPOINT"] = $"{_app.Urls.Single(u => u.StartsWith("http:", StringComparison.Ordinal))}{IdentityPath}",
        ["IDENTITY_HEADER"] = _identityHeader,
    };

    /// <summary>The port of all services.</summary>
    public int Port => new Uri(_app.Urls.Single(u => u.StartsWith("https:", StringComparison.Ordinal))).Port;

    /// <summary>The names of all services.</summary>
    public IReadOnlySet<string> Names => _servers.Keys.Append(_topic).ToHashSet();

    /// <summary>The services that were called, by name, and the audiences of the tokens that came with the calls.</summary>
    public IEnumerable<(string Host, string Audience)> Calls => _calls.Keys;

    /// <summary>The events that were published.</summary>
    public IEnumerable<(string Type, string Subject)> Events => _events;

    public Task StartAsync() => _app.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private Task GiveTokenAsync(HttpContext http)
    {
        var (query, resource) = (http.Request.Query, http.Request.Query["resource"].ToString());
        var isAllowed = http.Request.Path == IdentityPath && http.Request.Headers["X-IDENTITY-HEADER"] == _identityHeader
            && query["client_id"] == _clientId && resource.Length > 0;
        if (!isAllowed)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return http.Response.WriteAsync($"{http.Request.Path}{http.Request.QueryString} is no request of the app's identity.");
        }

        var expiresOn = $"{DateTimeOffset.UtcNow.AddHours(8).ToUnixTimeSeconds()}";
        return http.Response.WriteAsJsonAsync(
            new { access_token = IdentityTokens.Create(resource), client_id = _clientId, expires_on = expiresOn, resource, token_type = "Bearer" });
    }

    // Azurite reads the table's name behind the account's in the addresses of a batch, also where the host's name has the account.
    private static async Task AddAccountToBatchAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var service = $"https://{request.Host}/";
        var batch = Encoding.UTF8.GetBytes((await reader.ReadToEndAsync()).Replace(service, $"{service}{request.Host.Host.Split('.')[0]}/", StringComparison.Ordinal));
        (request.Body, request.ContentLength) = (new MemoryStream(batch), batch.Length);
    }

    private async Task ServeAsync(HttpContext http)
    {
        var host = http.Request.Host.Host;
        _calls.AddOrUpdate((host, IdentityTokens.AudienceOf(http.Request.Headers.Authorization)), 1, (_, count) => count + 1);
        if (host == _topic)
        {
            using var published = await JsonDocument.ParseAsync(http.Request.Body);
            foreach (var e in published.RootElement.EnumerateArray())
            {
                _events.Enqueue((e.GetProperty("type").GetString()!, e.GetProperty("subject").GetString()!));
            }
        }
        else
        {
            if (http.Request.Path == "/$batch")
            {
                await AddAccountToBatchAsync(http.Request);
            }

            // With all headers as they came: the emulators read the account or the vault in the host's name.
            var server = _servers[host].GetLeftPart(UriPartial.Authority);
            await _app.Services.GetRequiredService<IHttpForwarder>().SendAsync(http, server, _client, ForwarderRequestConfig.Empty, HttpTransformer.Empty);
        }
    }
}
