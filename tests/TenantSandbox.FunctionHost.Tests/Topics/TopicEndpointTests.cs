using System.Net;
using System.Text.Json;
using Azure;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.Hosting.Topics;

namespace TenantSandbox.Hosting.Tests.Topics;

public sealed class TopicEndpointTests : IAsyncLifetime
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("topics-");
    private TopicStore _store = null!;
    private EndpointServer _server = null!;

    public Task InitializeAsync() => StartAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _state.Delete(recursive: true);
    }

    [Fact]
    public async Task Publish_ByTheOfficialClient_IsKept()
    {
        await Client().SendEventAsync(Event("1"));

        var kept = Assert.Single(_store.List("lifecycle"));
        Assert.Equal("1", kept.GetProperty("id").GetString());
        Assert.Equal("acme", kept.GetProperty("data").GetProperty("tenantId").GetString());
    }

    [Fact]
    public async Task Publish_OfDates_KeepsThemAsSent()
    {
        const string text = """{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"at":"2026-01-01T02:00:00.000+05:00"}}""";

        Assert.Equal(HttpStatusCode.OK, (await PostAsync($"[{text}]")).StatusCode);

        Assert.Equal(text, Assert.Single(_store.List("lifecycle")).GetRawText());
    }

    [Fact]
    public async Task Publish_OfTheSameEventAgain_KeepsOne()
    {
        await Client().SendEventsAsync([Event("1"), Event("1"), Event("2")]);
        await Client().SendEventAsync(Event("2"));
        await Client().SendEventAsync(Event("2", source: "/elsewhere"));

        Assert.Equal(["1", "2", "2"], _store.List("lifecycle").Select(item => item.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Publish_BeforeARestart_IsStillListedAndStillKnown()
    {
        await Client().SendEventAsync(Event("1"));
        await _server.DisposeAsync();

        // A crash in the middle of a write leaves half a line.
        await File.AppendAllTextAsync(Path.Combine(_state.FullName, "topics", "lifecycle.jsonl"), """{"id":"2","sour""");
        await StartAsync();
        await Client().SendEventsAsync([Event("1"), Event("2")]);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/topics/lifecycle/events");
        request.Headers.Add("x-functions-key", EndpointServer.Keys.Function);
        var listed = JsonElement.Parse(await (await _server.Client.SendAsync(request)).Content.ReadAsStringAsync());
        Assert.Equal(["1", "2"], listed.EnumerateArray().Select(item => item.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Publish_WithAWrongKey_Is401()
    {
        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => Client("wrong").SendEventAsync(Event("1")));

        Assert.Equal(401, failure.Status);
        Assert.Empty(_store.List("lifecycle"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await _server.Client.GetAsync("/topics/lifecycle/events")).StatusCode);
    }

    [Theory]
    [InlineData("""[{"specversion":"1.0","id":"1","source":"/s","type":"t"},{"id":"2"}]""")]
    [InlineData("[1]")]
    [InlineData("not json")]
    public async Task Publish_OfWhatIsNoCloudEvent_Is400AndKeepsNothing(string body)
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(body)).StatusCode);
        Assert.Empty(_store.List("lifecycle"));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("%2e%2e%2fkeys")]
    [InlineData("a")]
    public async Task Topic_WithABadName_Is404(string name)
    {
        Assert.Equal(HttpStatusCode.NotFound, (await _server.Client.GetAsync($"/topics/{name}/events?code={EndpointServer.Keys.Function}")).StatusCode);
    }

    private static CloudEvent Event(string id, string source = "/tenantsandbox") => new(source, "made", new { tenantId = "acme" }) { Id = id };

    private async Task StartAsync()
    {
        _store = new TopicStore(_state.FullName);
        _server = await EndpointServer.StartAsync(new TopicEndpoint(_store, EndpointServer.Keys, NullLogger<TopicEndpoint>.Instance));
    }

    private EventGridPublisherClient Client(string? key = null) => new(
        new Uri(_server.Client.BaseAddress!, "/topics/lifecycle/api/events"), new AzureKeyCredential(key ?? EndpointServer.Keys.Topic));

    private async Task<HttpResponseMessage> PostAsync(string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/topics/lifecycle/api/events") { Content = EndpointServer.Body(body) };
        request.Headers.Add("aeg-sas-key", EndpointServer.Keys.Topic);
        return await _server.Client.SendAsync(request);
    }
}
