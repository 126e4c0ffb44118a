using System.Net;
using System.Text.Json;

namespace TenantSandbox.Hosting.Tests.EventGrid;

/// <summary>Event Grid functions in the real worker process.</summary>
[Collection(nameof(SharedHost))]
public sealed class EventGridWorkerTests(SampleHostFixture fixture)
{
    private const string One = """{"specversion":"1.0","id":"1","source":"/shop","type":"made","tenant":"acme","data":{"at":"2026-01-01T02:00:00+05:00","a":1,"a":2}}""";
    private const string Two = """{"specversion":"1.0","id":"2","source":"/shop","type":"made","data_base64":"eyJhIjoxLCJhIjoyfQ=="}""";

    private readonly SampleHost _sample = fixture.Sample;

    [Fact]
    public async Task CloudEvent_ArrivesWithItsDatesRewrittenAsInAzure()
    {
        await DeliverAsync("OnCloudEvent", One);

        var seen = (await _sample.SightingAsync("OnCloudEvent")).GetProperty("Value");
        Assert.Equal("acme", seen.GetProperty("ExtensionAttributes").GetProperty("tenant").GetString());
        var data = JsonElement.Parse(seen.GetProperty("Data").GetString()!);
        Assert.Equal(["at", "a"], data.EnumerateObject().Select(property => property.Name));
        Assert.Equal("2025-12-31T21:00:00+00:00", data.GetProperty("at").GetString());
        Assert.Equal(2, data.GetProperty("a").GetInt32());
    }

    [Fact]
    public async Task Batch_ArrivesInOneCallAndKeepsDataBase64()
    {
        await DeliverAsync("OnCloudEvents", $"[{One},{Two}]");

        var seen = (await _sample.SightingAsync("OnCloudEvents")).GetProperty("Value");
        Assert.Equal(["1", "2"], seen.EnumerateArray().Select(item => item.GetProperty("Id").GetString()));
        Assert.Equal("""{"a":1,"a":2}""", seen[1].GetProperty("Data").GetString());
    }

    [Fact]
    public async Task EventGridEvent_IsBound()
    {
        await DeliverAsync(
            "OnEventGridEvent",
            """[{"id":"1","topic":"/shop","subject":"s","eventType":"made","eventTime":"2026-01-01T00:00:00Z","dataVersion":"1","data":{"n":1}}]""");

        Assert.Equal("""{"Id":"1","EventType":"made","Data":"{\u0022n\u0022:1}"}""", await _sample.ValueAsync("OnEventGridEvent"));
    }

    [Fact]
    public async Task TextAndBinary_AreTheEventInOneLine()
    {
        const string sent = """{ "specversion" : "1.0", "data" : {"n":1} }""";
        const string arrives = """{"specversion":"1.0","data":{"n":1}}""";

        await DeliverAsync("OnTextEvent", sent);
        await DeliverAsync("OnBinaryEvent", sent);
        await DeliverAsync("OnTextEvents", $"[{sent},{sent}]");

        var seen = await _sample.SightingAsync("OnTextEvent");
        Assert.Equal(arrives, seen.GetProperty("Value").GetString());
        Assert.Equal("""{"n":1}""", seen.GetProperty("Metadata").GetProperty("data").GetString());
        Assert.Equal(arrives, (await _sample.SightingAsync("OnBinaryEvent")).GetProperty("Value").GetString());
        var texts = (await _sample.SightingAsync("OnTextEvents")).GetProperty("Value").EnumerateArray().Select(text => text.GetString());
        Assert.Equal([arrives, arrives], texts);
    }

    [Fact]
    public async Task JsonObject_ThatIsNoCloudEvent_Is500AsOnTheRealHost()
    {
        Assert.Equal(HttpStatusCode.InternalServerError, await PostAsync("OnCloudEvent", """{"id":"1"}"""));
    }

    [Fact]
    public async Task Delivery_AboveTheRequestLimit_Is413()
    {
        var big = One.Replace("acme", new string('x', 3 * 1024 * 1024), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync("OnCloudEvent", big));
    }

    private async Task DeliverAsync(string function, string body) =>
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(function, body));

    private Task<HttpStatusCode> PostAsync(string function, string body) => _sample.DeliverAsync(function, body);
}

/// <summary>An Event Grid function whose worker dies; on a host of its own.</summary>
public sealed class EventGridWorkerDeathTests
{
    [Fact]
    public async Task Worker_ThatDiesDuringAnEvent_Answers500AndTakesTheNextDelivery()
    {
        const string text = """{"specversion":"1.0","id":"1","source":"/shop","type":"made"}""";
        await using var sample = await SampleHost.StartAsync();

        var delivery = sample.DeliverAsync("OnWaitingEvent", text);
        await sample.WaitForStartAsync("OnWaitingEvent");
        sample.KillWorker();
        Assert.Equal(HttpStatusCode.InternalServerError, await delivery);

        sample.Continue("OnWaitingEvent");
        Assert.Equal(HttpStatusCode.Accepted, await sample.DeliverAsync("OnWaitingEvent", text));
        Assert.Equal("\"1\"", await sample.ValueAsync("OnWaitingEvent"));
    }
}

internal static class SampleDeliveries
{
    /// <summary>Posts a notification to the webhook as Event Grid does.</summary>
    public static async Task<HttpStatusCode> DeliverAsync(this SampleHost sample, string function, string body)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, $"/runtime/webhooks/eventgrid?functionName={function}&code={sample.Host.Keys.EventGrid}")
        {
            Content = EndpointServer.Body(body),
        };
        request.Headers.Add("aeg-event-type", "Notification");
        return (await sample.Http.SendAsync(request)).StatusCode;
    }
}
