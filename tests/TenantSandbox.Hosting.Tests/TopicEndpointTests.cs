using System.Net;
using System.Text.Json;
using Azure;
using Azure.Messaging;
using Azure.Messaging.EventGrid;

namespace TenantSandbox.Hosting.Tests;

public sealed class TopicEndpointTests
{
    [Fact]
    public async Task Publish_ByTheOfficialClient_IsKept()
    {
        await using var host = await RunningHost.StartAsync();

        await ClientOf(host).SendEventAsync(Event("1"));

        var kept = Assert.Single(host.Host.Topics.List("lifecycle"));
        Assert.Equal("1", kept.GetProperty("id").GetString());
        Assert.Equal("acme", kept.GetProperty("data").GetProperty("tenantId").GetString());
    }

    [Fact]
    public async Task Publish_OfTheSameEventAgain_KeepsOne()
    {
        await using var host = await RunningHost.StartAsync();
        var client = ClientOf(host);

        await client.SendEventsAsync([Event("1"), Event("1"), Event("2")]);
        await client.SendEventAsync(Event("2"));
        await client.SendEventAsync(Event("2", source: "/elsewhere"));

        Assert.Equal(["1", "2", "2"], host.Host.Topics.List("lifecycle").Select(one => one.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Publish_BeforeARestart_IsStillListedAndStillKnown()
    {
        var state = Directory.CreateTempSubdirectory("topics-");
        try
        {
            await using (var first = await RunningHost.StartAsync(stateDirectory: state.FullName))
                await ClientOf(first).SendEventAsync(Event("1"));

            // A crash in the middle of a write leaves half a line.
            await File.AppendAllTextAsync(Path.Combine(state.FullName, "topics", "lifecycle.jsonl"), """{"id":"2","sour""");

            await using var second = await RunningHost.StartAsync(stateDirectory: state.FullName);
            await ClientOf(second).SendEventsAsync([Event("1"), Event("2")]);

            var listed = JsonElement.Parse(await (await second.GetAsync("/topics/lifecycle/events")).Content.ReadAsStringAsync());
            Assert.Equal(["1", "2"], listed.EnumerateArray().Select(one => one.GetProperty("id").GetString()));
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Publish_WithAWrongKey_Is401()
    {
        await using var host = await RunningHost.StartAsync();

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => ClientOf(host, "wrong").SendEventAsync(Event("1")));

        Assert.Equal(401, failure.Status);
        Assert.Empty(host.Host.Topics.List("lifecycle"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.GetAsync("/topics/lifecycle/events", key: "")).StatusCode);
    }

    [Fact]
    public async Task Publish_OfNoCloudEvent_Is400AndKeepsNothing()
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await host.SendAsync(
            HttpMethod.Post,
            "/topics/lifecycle/api/events",
            new StringContent("""[{"specversion":"1.0","id":"1","source":"/s","type":"t"},{"id":"2"}]"""));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(host.Host.Topics.List("lifecycle"));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("%2e%2e%2fkeys")]
    [InlineData("a")]
    public async Task Topic_WithABadName_Is404(string name)
    {
        await using var host = await RunningHost.StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync($"/topics/{name}/events")).StatusCode);
    }

    private static EventGridPublisherClient ClientOf(RunningHost host, string? key = null) =>
        new(new Uri(host.Host.BaseAddress, "/topics/lifecycle/api/events"), new AzureKeyCredential(key ?? host.Host.Keys.Topic));

    private static CloudEvent Event(string id, string source = "/tenantsandbox") => new(source, "made", new { tenantId = "acme" }) { Id = id };
}
