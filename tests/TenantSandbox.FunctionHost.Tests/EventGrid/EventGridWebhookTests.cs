using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TenantSandbox.Hosting.EventGrid;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting.Tests.EventGrid;

public sealed class EventGridWebhookTests : IAsyncLifetime
{
    private const string One = """{"specversion":"1.0","id":"1","source":"/shop","type":"made","data":{"n":1}}""";
    private const string Two = """{"specversion":"1.0","id":"2","source":"/shop","type":"made","data":{"n":2}}""";

    private readonly FakeInvoker _invoker = new();
    private EndpointServer _server = null!;

    public async Task InitializeAsync() => _server = await EndpointServer.StartAsync(
        new EventGridWebhook(_invoker, EndpointServer.Keys, NullLogger<EventGridWebhook>.Instance),
        TestFunctions.Create("OnEvent", """{"type":"eventGridTrigger","cardinality":"One"}"""),
        TestFunctions.Create("OnEvents", """{"type":"eventGridTrigger","cardinality":"Many"}"""),
        TestFunctions.Create("OnMessage", """{"type":"queueTrigger","queueName":"q"}"""));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("""[{"id":"1","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"the-code","validationUrl":"https://x"}}]""")]
    [InlineData("""{"specversion":"1.0","data":"{\"validationCode\":\"the-code\"}"}""")]
    [InlineData("""{"specversion":"1.0","data":{"validationCode":"the-code"}}""")]
    public async Task Validation_InEitherSchema_AnswersTheCode(string body)
    {
        var answer = await PostAsync("OnEvent", body, kind: "SubscriptionValidation");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("""{"validationResponse":"the-code"}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal(0, _invoker.Count);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{}]")]
    [InlineData("""{"data":"no json"}""")]
    [InlineData("""{"data":{"validationCode":3}}""")]
    public async Task Validation_WithoutACode_Is400(string body)
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("OnEvent", body, kind: "SubscriptionValidation")).StatusCode);
    }

    [Theory]
    [InlineData("eventgrid.azure.net")]
    [InlineData("other.example")]
    [InlineData(null)]
    public async Task Options_FromAnyOrigin_AllowsEventGridAsTheExtensionDoes(string? origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, PathOf("OnEvent"));
        if (origin is not null)
        {
            request.Headers.Add("WebHook-Request-Origin", origin);
        }

        var answer = await _server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("eventgrid.azure.net", Assert.Single(answer.Headers.GetValues("Webhook-Allowed-Origin")));
    }

    [Fact]
    public async Task Notification_OfOneEvent_IsAcceptedAndSentToTheFunction()
    {
        var answer = await PostAsync("OnEvent", "{ " + One[1..]);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var invocation = await _invoker.NextAsync();
        Assert.Equal(One, invocation.Value.Json);
        Assert.Equal("""{"n":1}""", invocation.Metadata["data"].Json);
    }

    [Theory]
    [InlineData("application/cloudevents+json", One, 1)]
    [InlineData("application/cloudevents-batch+json; charset=utf-8", $"[{One},{Two}]", 2)]
    public async Task CloudEvents_WithoutEventGridsHeader_AreRecognizedByContentType(string contentType, string body, int count)
    {
        var answer = await PostAsync("OnEvent", body, kind: null, contentType);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(count, _invoker.Count);
    }

    [Theory]
    [InlineData("application/json", """{"n":1,"at":"2026-01-01T02:00:00+05:00"}""", "data", """{"n":1,"at":"2025-12-31T21:00:00+00:00"}""")]
    [InlineData("text/plain", "hello", "data_base64", "\"aGVsbG8=\"")]
    public async Task BinaryMode_WithCeHeaders_IsPutIntoStructuredForm(string contentType, string body, string property, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, PathOf("OnEvent")) { Content = EndpointServer.Body(body, contentType) };
        foreach (var (name, text) in new[] { ("specversion", "1.0"), ("id", "1"), ("source", "/shop%20one"), ("type", "made"), ("tenant", "acme") })
        {
            request.Headers.Add($"ce-{name}", text);
        }

        var answer = await _server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(
            $$"""{"specversion":"1.0","id":"1","source":"/shop one","type":"made","tenant":"acme","datacontenttype":"{{contentType}}","{{property}}":{{value}}}""",
            Sorted((await _invoker.NextAsync()).Value.Json));

        // The order of headers isn't kept by the server.
        static string Sorted(string json)
        {
            string[] order = ["specversion", "id", "source", "type", "tenant", "datacontenttype", "data", "data_base64"];
            var properties = JsonElement.Parse(json).EnumerateObject().OrderBy(property => Array.IndexOf(order, property.Name));
            return "{" + string.Join(",", properties.Select(property => $"\"{property.Name}\":{property.Value.GetRawText()}")) + "}";
        }
    }

    [Fact]
    public async Task BinaryMode_WithDataThatIsntJson_Is400()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, PathOf("OnEvent")) { Content = EndpointServer.Body("{") };
        request.Headers.Add("ce-specversion", "1.0");

        Assert.Equal(HttpStatusCode.BadRequest, (await _server.Client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData(One, $"[{One}]", """[{"n":1}]""")]
    [InlineData($"[{One},{Two}]", $"[{One},{Two}]", """[{"n":1},{"n":2}]""")]
    [InlineData("""[{"id":"1"}]""", """[{"id":"1"}]""", "[null]")]
    [InlineData("[]", "[]", "[]")]
    public async Task BatchedFunction_WithAnyDelivery_IsCalledOnceWithAll(string body, string value, string data)
    {
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync("OnEvents", body)).StatusCode);

        var invocation = await _invoker.NextAsync();
        Assert.Equal(value, invocation.Value.Json);
        Assert.Equal(data, invocation.Metadata["data"].Json);
        Assert.Equal(0, _invoker.Count);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("[1]")]
    [InlineData("[[]]")]
    [InlineData("{} {}")]
    public async Task Notification_ThatIsNoEvent_Is400AndRunsNothing(string body)
    {
        var answer = await PostAsync("OnEvent", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(0, _invoker.Count);
    }

    [Theory]
    [InlineData("SubscriptionDeleted")]
    [InlineData("Unknown")]
    [InlineData(null)]
    public async Task Post_OfAnUnknownKind_Is400(string? kind)
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("OnEvent", One, kind)).StatusCode);
        Assert.Equal(0, _invoker.Count);
    }

    [Fact]
    public async Task Unsubscribe_OfAFunction_IsAccepted()
    {
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync("OnEvent", "{}", "Unsubscribe")).StatusCode);
    }

    [Theory]
    [InlineData("Nobody")]
    [InlineData("onevent")]
    [InlineData("OnMessage")]
    [InlineData("")]
    public async Task Post_ToAFunctionWithoutThisTrigger_Is404(string function)
    {
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(function, One)).StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&code=wrong")]
    [InlineData("&code=function")]
    public async Task Post_WithoutTheSystemKey_Is401(string query)
    {
        using var body = EndpointServer.Body(One);

        var answer = await _server.Client.PostAsync($"{EventGridWebhook.Path}?functionName=OnEvent{query}", body);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(0, _invoker.Count);
    }

    [Fact]
    public async Task Notification_WhereOneEventFails_Is500AfterAllWereTried()
    {
        _invoker.Run = (invocation, _) => invocation.Value.Json == One
            ? throw FunctionInvocationException.For(invocation.Function, new InvalidOperationException("hunter2"))
            : Task.CompletedTask;

        var answer = await PostAsync("OnEvent", $"[{One},{Two}]");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.DoesNotContain("hunter2", await answer.Content.ReadAsStringAsync());
        Assert.Equal(2, _invoker.Count);
    }

    private static string PathOf(string function) => $"{EventGridWebhook.Path}?functionName={function}&code={EndpointServer.Keys.EventGrid}";

    private async Task<HttpResponseMessage> PostAsync(
        string function, string body, string? kind = "Notification", string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, PathOf(function)) { Content = EndpointServer.Body(body, contentType) };
        if (kind is not null)
        {
            request.Headers.Add("aeg-event-type", kind);
        }

        return await _server.Client.SendAsync(request);
    }
}
