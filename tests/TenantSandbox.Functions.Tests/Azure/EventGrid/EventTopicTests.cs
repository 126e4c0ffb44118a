using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Azure.EventGrid;
using TenantSandbox.Functions.Tests.Doors.Http;

namespace TenantSandbox.Functions.Tests.Azure.EventGrid;

public sealed class EventTopicTests : IAsyncLifetime
{
    private static readonly LifecycleEvent Ready = new(
        "acme.1.7.onboard/ready", "tenantsandbox.tenant.ready", "tenants/acme", DateTimeOffset.UnixEpoch,
        new Dictionary<string, string> { ["cluster"] = "west-1" });

    private readonly Queue<HttpStatusCode> _answers = [];
    private readonly List<(string? Key, JsonNode Body)> _received = [];
    private WebApplication? _topic;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _topic = builder.Build();
        _topic.Run(async http =>
        {
            var body = await JsonNode.ParseAsync(http.Request.Body);
            _received.Add((http.Request.Headers["aeg-sas-key"], body!.AsArray()[0]!.DeepClone()));
            http.Response.StatusCode = (int)(_answers.TryDequeue(out var answer) ? answer : HttpStatusCode.OK);
            if (http.Response.StatusCode == 429)
            {
                http.Response.Headers.RetryAfter = "17";
            }
        });
        await _topic.StartAsync();
    }

    public Task DisposeAsync() => _topic!.DisposeAsync().AsTask();

    [Fact]
    public async Task PublishEvent_Twice_SendsTheSameEvent()
    {
        await PublishAsync();
        await PublishAsync();

        Assert.Equal(2, _received.Count);
        Assert.True(JsonNode.DeepEquals(_received[0].Body, _received[1].Body));
        var (key, sent) = _received[0];
        Assert.Equal("topic-key", key);
        Assert.Equal("1.0", (string?)sent["specversion"]);
        Assert.Equal("acme.1.7.onboard/ready", (string?)sent["id"]);
        Assert.Equal("/tenantsandbox", (string?)sent["source"]);
        Assert.Equal("tenants/acme", (string?)sent["subject"]);
        Assert.Equal(DateTimeOffset.UnixEpoch, (DateTimeOffset?)sent["time"]);
        Assert.Equal("west-1", (string?)sent["data"]!["cluster"]);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, ErrorClass.Invalid)]
    [InlineData(HttpStatusCode.RequestEntityTooLarge, ErrorClass.Invalid)]
    public async Task PublishEvent_Refused_ThrowsItsClass(HttpStatusCode status, ErrorClass expected)
    {
        _answers.Enqueue(status);

        Assert.Equal(expected, (await Assert.ThrowsAnyAsync<SandboxException>(PublishAsync)).ErrorClass);
    }

    [Fact]
    public async Task PublishEvent_Throttled_SaysHowLongToWaitWithoutWaiting()
    {
        _answers.Enqueue(HttpStatusCode.TooManyRequests);

        var thrown = await Assert.ThrowsAsync<ThrottledException>(PublishAsync);

        Assert.Equal(TimeSpan.FromSeconds(17), thrown.RetryAfter);
        Assert.Single(_received);
    }

    [Fact]
    public async Task PublishEvent_WithoutTopic_OnlyLogs()
    {
        await using var services = App.Create(App.Settings());
        await using var client = new FakeDurableClient();

        await services.Make<EventTopic>().PublishAsync(Ready, client, default);

        Assert.Empty(_received);
    }

    private async Task PublishAsync()
    {
        var settings = App.Settings();
        settings["EventTopic__Endpoint"] = $"{_topic!.Urls.Single()}/api/events";
        settings["EventTopic__Key"] = "topic-key";
        await using var services = App.Create(settings);
        await using var client = new FakeDurableClient();
        await services.Make<EventTopic>().PublishAsync(Ready, client, default);
    }
}
