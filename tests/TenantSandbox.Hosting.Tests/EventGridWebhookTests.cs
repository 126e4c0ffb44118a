using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Azure.Messaging;
using Azure.Messaging.EventGrid;

namespace TenantSandbox.Hosting.Tests;

public sealed class EventGridWebhookTests
{
    private const string One = """{"specversion":"1.0","id":"1","source":"/shop","type":"made","data":{"n":1}}""";
    private const string Two = """{"specversion":"1.0","id":"2","source":"/shop","type":"made","data":{"n":2}}""";
    private const string GridEvent =
        """[{"id":"1","topic":"/shop","subject":"s","eventType":"made","eventTime":"2026-01-01T00:00:00Z","dataVersion":"1","data":{"n":1}}]""";

    [Fact]
    public async Task Validation_InEventGridSchema_AnswersTheCode()
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await PostAsync(
            host,
            "OnCloudEvent",
            """[{"id":"1","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"the-code","validationUrl":"https://x"}}]""",
            kind: "SubscriptionValidation");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("the-code", JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("validationResponse").GetString());
        Assert.True(host.Recorder.IsEmpty);
    }

    [Fact]
    public async Task Validation_WithDoublyEncodedData_AnswersTheCode()
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await PostAsync(
            host, "OnCloudEvent", """{"specversion":"1.0","data":"{\"validationCode\":\"the-code\"}"}""", kind: "SubscriptionValidation");

        Assert.Contains("the-code", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Options_WithRequestOrigin_AllowsIt()
    {
        await using var host = await RunningHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, PathOf(host, "OnCloudEvent"));
        request.Headers.Add("WebHook-Request-Origin", "eventgrid.azure.net");
        request.Headers.Add("WebHook-Request-Rate", "120");

        var answer = await host.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("eventgrid.azure.net", Assert.Single(answer.Headers.GetValues("WebHook-Allowed-Origin")));
        Assert.Equal("120", Assert.Single(answer.Headers.GetValues("WebHook-Allowed-Rate")));
    }

    [Fact]
    public async Task Notification_OfOneCloudEvent_IsAcceptedAndDelivered()
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await PostAsync(host, "OnCloudEvent", One);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var seen = await host.Recorder.NextAsync<CloudEvent>();
        Assert.Equal(("1", "/shop", "made"), (seen.Id, seen.Source, seen.Type));
        Assert.Equal("""{"n":1}""", seen.Data!.ToString());
    }

    [Theory]
    [InlineData("application/cloudevents+json", One, 1)]
    [InlineData("application/cloudevents-batch+json; charset=utf-8", $"[{One},{Two}]", 2)]
    public async Task CloudEvents_WithoutEventGridsHeader_AreToldByContentType(string contentType, string body, int count)
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await PostAsync(host, "OnCloudEvent", body, kind: null, contentType);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(count, host.Recorder.Count);
    }

    [Fact]
    public async Task BinaryMode_WithCeHeaders_IsPutTogether()
    {
        await using var host = await RunningHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, PathOf(host, "OnCloudEvent"))
        {
            Content = new StringContent("""{"n":1}""", Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in new[] { ("specversion", "1.0"), ("id", "1"), ("source", "/shop%20one"), ("type", "made"), ("tenant", "acme") })
            request.Headers.Add($"ce-{name}", value);

        var answer = await host.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var seen = await host.Recorder.NextAsync<CloudEvent>();
        Assert.Equal("/shop one", seen.Source);
        Assert.Equal("acme", seen.ExtensionAttributes["tenant"]);
        Assert.Equal("""{"n":1}""", seen.Data!.ToString());
    }

    [Theory]
    [InlineData(One, 1)]
    [InlineData($"[{One},{Two}]", 2)]
    public async Task BatchedFunction_WithAnyDelivery_IsCalledOnceWithAll(string body, int count)
    {
        await using var host = await RunningHost.StartAsync();

        await PostAsync(host, "OnCloudEvents", body);

        Assert.Equal(count, (await host.Recorder.NextAsync<CloudEvent[]>()).Length);
        Assert.True(host.Recorder.IsEmpty);
    }

    [Fact]
    public async Task Parameter_OfEachType_IsBound()
    {
        await using var host = await RunningHost.StartAsync();

        await PostAsync(host, "OnEventGridEvent", GridEvent);
        Assert.Equal("made", (await host.Recorder.NextAsync<EventGridEvent>()).EventType);
        await PostAsync(host, "OnBinaryEvent", One);
        Assert.Equal(One, (await host.Recorder.NextAsync<BinaryData>()).ToString());
        await PostAsync(host, "OnTextEvent", One);
        Assert.Equal(One, await host.Recorder.NextAsync<string>());
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("3")]
    [InlineData("[1]")]
    [InlineData("""{"id":"1"}""")]
    [InlineData($$"""[{{One}},{"specversion":"1.0"}]""")]
    public async Task Notification_ThatIsNoEvent_Is400AndRunsNothing(string body)
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await PostAsync(host, "OnCloudEvent", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True(host.Recorder.IsEmpty);
    }

    [Theory]
    [InlineData("SubscriptionDeleted")]
    [InlineData(null)]
    public async Task Post_OfUnknownKind_Is400(string? kind)
    {
        await using var host = await RunningHost.StartAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(host, "OnCloudEvent", One, kind)).StatusCode);
    }

    [Fact]
    public async Task Unsubscribe_OfAFunction_IsAccepted()
    {
        await using var host = await RunningHost.StartAsync();

        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(host, "OnCloudEvent", "{}", "Unsubscribe")).StatusCode);
    }

    [Fact]
    public async Task Post_ToUnknownFunction_Is404()
    {
        await using var host = await RunningHost.StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(host, "Nobody", One)).StatusCode);
    }

    [Fact]
    public async Task Post_WithoutTheSystemKey_Is401()
    {
        await using var host = await RunningHost.StartAsync();

        foreach (var query in new[] { "", "&code=wrong", $"&code={Uri.EscapeDataString(host.Host.Keys.Function)}" })
        {
            using var body = Json(One, "application/json");
            var answer = await host.Client.PostAsync($"/runtime/webhooks/eventgrid?functionName=OnCloudEvent{query}", body);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Post_AboveTheLimit_Is413()
    {
        await using var host = await RunningHost.StartAsync();
        var big = One.Replace("\"n\":1", $"\"n\":\"{new string('x', 70_000)}\"", StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(host, "OnCloudEvent", big)).StatusCode);
    }

    [Fact]
    public async Task Notification_WhereOneEventFails_Is500AfterAllWereTried()
    {
        await using var host = await RunningHost.StartAsync();
        host.Recorder.Then = (seen, _) => seen is CloudEvent { Id: "1" } ? throw new InvalidOperationException("hunter2") : Task.CompletedTask;

        var answer = await PostAsync(host, "OnCloudEvent", $"[{One},{Two}]");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.DoesNotContain("hunter2", await answer.Content.ReadAsStringAsync());
        Assert.Equal(2, host.Recorder.Count);
    }

    private static Task<HttpResponseMessage> PostAsync(
        RunningHost host, string function, string body, string? kind = "Notification", string contentType = "application/json")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, PathOf(host, function)) { Content = Json(body, contentType) };
        if (kind is not null) request.Headers.Add("aeg-event-type", kind);
        return host.Client.SendAsync(request);
    }

    private static string PathOf(RunningHost host, string function) =>
        $"/runtime/webhooks/eventgrid?functionName={function}&code={Uri.EscapeDataString(host.Host.Keys.EventGrid)}";

    private static StringContent Json(string body, string contentType) => new(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };
}
