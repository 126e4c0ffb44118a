using System.Text.Json;
using Azure.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TenantSandbox.Local.Hosting.EventGrid;
using TenantSandbox.Local.Hosting.Http;

namespace TenantSandbox.Local.Hosting.Topics;

/// <summary>
/// Event Grid custom topics as a publisher sees them. An EventGridPublisherClient posts to its endpoint exactly as given, so the
/// endpoint's path is the whole <c>/topics/{name}/api/events</c>; over http it works with AzureKeyCredential only, because
/// Azure.Core sends no bearer token without TLS.
/// </summary>
internal sealed class TopicEndpoint(TopicStore store, FunctionKeys keys, ILogger<TopicEndpoint> log)
{
    private const string NamePattern = "{name:regex(^[A-Za-z0-9-]{{3,50}}$)}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost($"/topics/{NamePattern}/api/events", PublishAsync);
        routes.MapGet($"/topics/{NamePattern}/events", ListAsync);
    }

    private async Task PublishAsync(HttpContext http)
    {
        if (!Allows(http.Request))
        {
            await HostAnswer.ProblemAsync(http, StatusCodes.Status401Unauthorized, "A topic needs its key in the header aeg-sas-key.");
            return;
        }

        try
        {
            var events = await EventBody.ReadEventsAsync(http);
            foreach (var one in events) RequireCloudEvent(one);
            var topic = (string)http.Request.RouteValues["name"]!;
            var added = store.Add(topic, events);
            log.EventsPublished(topic, events.Count, events.Count - added);
        }
        catch (MalformedEventException malformed)
        {
            await HostAnswer.ProblemAsync(http, StatusCodes.Status400BadRequest, malformed.Message);
        }
    }

    private async Task ListAsync(HttpContext http) => await (Allows(http.Request)
        ? Results.Json(store.List((string)http.Request.RouteValues["name"]!)).ExecuteAsync(http)
        : HostAnswer.UnauthorizedAsync(http));

    private bool Allows(HttpRequest request) =>
        FunctionKeys.Matches(request.Headers["aeg-sas-key"].ToString(), keys.Topic)
        || FunctionKeys.Matches(HostAnswer.Key(request), keys.Function, keys.Master);

    private static void RequireCloudEvent(JsonElement one)
    {
        try
        {
            CloudEvent.Parse(BinaryData.FromString(one.GetRawText()));
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException or InvalidOperationException or FormatException)
        {
            throw new MalformedEventException($"A topic takes CloudEvents 1.0: {exception.Message}", exception);
        }
    }
}
