using System.Text.Json;
using Azure.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TenantSandbox.Hosting.EventGrid;
using TenantSandbox.Hosting.Http;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting.Topics;

/// <summary>
/// Event Grid custom topics as a publisher sees them. An EventGridPublisherClient posts to exactly the endpoint it is given, so that
/// is the whole path <c>/topics/{name}/api/events</c>; over http it works with AzureKeyCredential only, because Azure.Core sends no
/// bearer token without TLS. Unlike the webhook, a topic keeps the JSON as it was sent.
/// </summary>
internal sealed class TopicEndpoint(TopicStore store, FunctionKeys keys, ILogger<TopicEndpoint> logger) : IHttpEndpoints
{
    private const string NamePattern = "{name:regex(^[A-Za-z0-9-]{{3,50}}$)}";

    public void Map(IEndpointRouteBuilder routes, IReadOnlyList<FunctionDefinition> functions)
    {
        routes.MapPost($"/topics/{NamePattern}/api/events", PublishAsync);
        routes.MapGet($"/topics/{NamePattern}/events", ListAsync);
    }

    private async Task PublishAsync(HttpContext http)
    {
        if (!IsAllowed(http.Request))
        {
            await HostAnswer.ProblemAsync(http, StatusCodes.Status401Unauthorized, "A topic needs its key in the header aeg-sas-key.");
            return;
        }

        try
        {
            var events = ParseEvents(await CloudEventBody.ReadAsync(http.Request, http.RequestAborted));
            var topic = (string)http.Request.RouteValues["name"]!;
            var added = store.Add(topic, events);
            logger.EventsPublished(topic, events.Count, events.Count - added);
        }
        catch (MalformedEventException malformed)
        {
            await HostAnswer.ProblemAsync(http, StatusCodes.Status400BadRequest, malformed.Message);
        }
    }

    private async Task ListAsync(HttpContext http) => await (IsAllowed(http.Request)
        ? Results.Json(store.List((string)http.Request.RouteValues["name"]!)).ExecuteAsync(http)
        : HostAnswer.UnauthorizedAsync(http));

    private bool IsAllowed(HttpRequest request) =>
        FunctionKeys.Matches(request.Headers["aeg-sas-key"].ToString(), keys.Topic)
        || FunctionKeys.Matches(HostAnswer.Key(request), keys.Function, keys.Master);

    private static IReadOnlyList<JsonElement> ParseEvents(string body)
    {
        try
        {
            var root = JsonElement.Parse(body);
            IReadOnlyList<JsonElement> events = root.ValueKind is JsonValueKind.Array ? [.. root.EnumerateArray()] : [root];
            foreach (var item in events)
            {
                if (item.ValueKind is not JsonValueKind.Object)
                {
                    throw new FormatException($"a JSON {item.ValueKind} isn't an event.");
                }

                CloudEvent.Parse(BinaryData.FromString(item.GetRawText()));
            }

            return events;
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException or InvalidOperationException or FormatException)
        {
            throw new MalformedEventException($"A topic takes CloudEvents 1.0: {exception.Message}", exception);
        }
    }
}

internal static partial class TopicLog
{
    [LoggerMessage(40, LogLevel.Information, "Topic {Topic} received {Count} events, {Duplicates} of them known already")]
    public static partial void EventsPublished(this ILogger logger, string topic, int count, int duplicates);
}
