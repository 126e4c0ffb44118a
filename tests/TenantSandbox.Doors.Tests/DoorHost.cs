using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Azure.Storage.Queues.Models;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.Functions;
using TenantSandbox.Functions.Requests;
using TenantSandbox.Local.Hosting;

namespace TenantSandbox.Doors.Tests;

/// <summary>
/// The app on the local host with its engine, without AKS: onboarding to region "nowhere" fails and is undone at once, and
/// onboarding without a region goes on trying to reach ARM at a closed port, so that it stays under way.
/// </summary>
public sealed class DoorHost : IAsyncLifetime, IDisposable
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("doors-");
    private FunctionHost? _host;
    private HttpClient? _http;

    public DurableTaskClient Durable => _host!.DurableClient;

    internal KeptQueue Rejected { get; } = new();

    public async Task InitializeAsync()
    {
        _host = FunctionHost.Create(new FunctionHostOptions
        {
            Assemblies = [typeof(OnTenantEvent).Assembly],
            StateDirectory = _state.FullName,
            HostJsonPath = Path.Combine(AppContext.BaseDirectory, "host.json"),
            Address = new Uri("http://127.0.0.1:0"),
            Settings = new Dictionary<string, string?>
            {
                ["TenantSandbox:Arm:Endpoint"] = "https://127.0.0.1:1",
                ["TenantSandbox:Authentication:Mode"] = "Static",
                ["TenantSandbox:Authentication:StaticToken"] = "test",
                ["TenantSandbox:Clusters:0:Id"] = "c1",
                ["TenantSandbox:Clusters:0:SubscriptionId"] = "00000000-0000-0000-0000-000000000001",
                ["TenantSandbox:Clusters:0:ResourceGroup"] = "rg",
                ["TenantSandbox:Clusters:0:Name"] = "aks",
                ["TenantSandbox:Clusters:0:Region"] = "westeurope",
                ["TenantSandbox:Requests:AnswerWait"] = "00:00:30",
            },
            ConfigureServices = (services, configuration) =>
            {
                services.AddSingleton(new RejectedQueue(Rejected));
                services.AddTenantSandbox(configuration);
            },
        });
        await _host.StartAsync();
        _http = new HttpClient { BaseAddress = _host.BaseAddress };
    }

    public async Task DisposeAsync()
    {
        await _host!.StopAsync();
        await _host.DisposeAsync();
        _state.Delete(recursive: true);
    }

    public void Dispose() => _http?.Dispose();

    public Task<Answer> PostAsync(string body, string? key = null) => SendAsync(HttpMethod.Post, "/api/tenants", Json(body), ("Idempotency-Key", key));

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("x-functions-key", _host!.Keys.Function);
        foreach (var (name, value) in headers.Where(x => x.Value is not null))
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _http!.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.Location?.OriginalString,
            response.Headers.RetryAfter?.ToString(),
            response.Headers.ETag?.Tag,
            text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    /// <summary>Delivers to Event Grid's webhook, as one batch.</summary>
    public async Task<int> DeliverAsync(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/runtime/webhooks/eventgrid?functionName={nameof(OnTenantEvent)}&code={_host!.Keys.EventGrid}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/cloudevents-batch+json"),
        };
        request.Headers.Add("aeg-event-type", "Notification");
        using var response = await _http!.SendAsync(request);
        return (int)response.StatusCode;
    }

    /// <summary>Hands a message to the queue function, as the host does.</summary>
    public Task EnqueueAsync(string text, string messageId = "m1") =>
        new OnTenantRequest(_host!.Services.GetRequiredService<RejectedRequests>(), TimeProvider.System)
            .RunAsync(Message(text, messageId), Durable, CancellationToken.None);

    public Task PoisonAsync(string text) =>
        new OnTenantRequestPoison(_host!.Services.GetRequiredService<RejectedRequests>(), NullLogger<OnTenantRequestPoison>.Instance)
            .RunAsync(Message(text, "m1"), CancellationToken.None);

    /// <summary>The ids of all tenants and orchestrations there are: what bad input must not change.</summary>
    public async Task<IReadOnlyList<string>> ListStateAsync()
    {
        var ids = new List<string>();
        await foreach (var instance in Durable.GetAllInstancesAsync())
            ids.Add(instance.InstanceId);
        await foreach (var entity in Durable.Entities.GetAllEntitiesAsync())
            ids.Add(entity.Id.ToString());
        return ids;
    }

    public Task EndOfAsync(string instanceId) => Durable.WaitForInstanceCompletionAsync(instanceId, CancellationToken.None);

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static QueueMessage Message(string text, string id) =>
        QueuesModelFactory.QueueMessage(id, "receipt", BinaryData.FromString(text), 1, null, null, null);
}
