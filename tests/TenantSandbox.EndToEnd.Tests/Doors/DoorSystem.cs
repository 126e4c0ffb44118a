using System.Text;
using System.Text.Json;
using Azure.Storage.Queues;
using TenantSandbox.AksTwin;
using TenantSandbox.Cli.Local;

namespace TenantSandbox.EndToEnd.Tests.Doors;

/// <summary>
/// One worker process for all door tests, without AKS: onboarding to region "nowhere" fails at once, and onboarding without a
/// region keeps trying to reach ARM at a closed port.
/// </summary>
public sealed class DoorSystem : IAsyncLifetime
{
    public const string RejectedQueue = "tenant-requests-rejected";

    private readonly StorageEmulator _storage = new();
    private TestSystem? _system;

    internal TestSystem System => _system!;

    public async Task InitializeAsync()
    {
        await _storage.InitializeAsync();
        _system = await TestSystem.StartAsync(options => _storage.Attach(options) with
        {
            Twin = new TwinConnection(new Uri("https://127.0.0.1:1"), ClosedPort.CertificateAuthorityPem(), new TwinOptions()),
            Settings = new Dictionary<string, string?> { ["TenantSandbox:Requests:AnswerWait"] = "00:00:30" },
        });
        await _storage.Queue(RejectedQueue).CreateIfNotExistsAsync();
    }

    public async Task DisposeAsync()
    {
        await _system!.DisposeAsync();
        await _storage.DisposeAsync();
    }

    public Task<ApiResponse> PostAsync(string body, string? key = null) =>
        SendAsync(HttpMethod.Post, "/api/tenants", new StringContent(body, Encoding.UTF8, "application/json"), ("Idempotency-Key", key));

    public Task<ApiResponse> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public async Task<ApiResponse> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers.Where(header => header.Value is not null))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await System.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new ApiResponse(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            response.Headers.Location?.OriginalString,
            response.Headers.RetryAfter?.ToString(),
            response.Headers.ETag?.Tag,
            text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    /// <summary>Delivers a batch to Event Grid's webhook.</summary>
    /// <returns>The status code.</returns>
    public async Task<int> DeliverAsync(string body)
    {
        using var response = await System.DeliverAsync(body, "application/cloudevents-batch+json");
        return (int)response.StatusCode;
    }

    public Task EnqueueAsync(string message) => _storage.SendAsync(message);

    public Task EndOfAsync(string instanceId) => System.WaitForOperationAsync(instanceId);

    /// <summary>Waits until so many messages are in the rejected queue, and takes them out.</summary>
    /// <returns>The messages' texts, in the order of the queue.</returns>
    public async Task<IReadOnlyList<string>> TakeRejectedAsync(int count)
    {
        var queue = _storage.Queue(RejectedQueue);
        var texts = new List<string>();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var interval = new PeriodicTimer(TimeSpan.FromMilliseconds(30));
        while (texts.Count < count)
        {
            Assert.False(deadline.IsCancellationRequested, $"only {texts.Count} of {count} messages were rejected:\n{string.Join('\n', texts)}");
            foreach (var message in (await queue.ReceiveMessagesAsync(32, TimeSpan.FromMinutes(5))).Value)
            {
                texts.Add(message.Body.ToString());
                await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
            }

            await interval.WaitForNextTickAsync();
        }

        return texts;
    }

    /// <summary>Waits until every request message has been handled; then the rejected queue must be empty.</summary>
    public async Task AssertNothingRejectedAsync()
    {
        await _storage.WaitUntilEmptyAsync();
        Assert.Empty((await _storage.Queue(RejectedQueue).PeekMessagesAsync(1)).Value);
    }
}

/// <summary>The door tests share one system and its queues, so they run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class DoorCollection : ICollectionFixture<DoorSystem>
{
    public const string Name = "doors";
}
