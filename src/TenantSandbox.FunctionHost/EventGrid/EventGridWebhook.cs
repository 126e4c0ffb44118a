using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TenantSandbox.Hosting.Http;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting.EventGrid;

/// <summary>
/// The webhook that Event Grid delivers to, with the official extension's status codes: 202 for events whose functions succeeded, 200
/// for a handshake, 404 for an unknown function, 500 if a function failed (Event Grid delivers again), 400 for what isn't an event.
/// </summary>
internal sealed class EventGridWebhook(IFunctionInvoker invoker, FunctionKeys keys, ILogger<EventGridWebhook> logger) : IHttpEndpoints
{
    public const string Path = "/runtime/webhooks/eventgrid";

    private Dictionary<string, FunctionDefinition> _functions = [];

    public void Map(IEndpointRouteBuilder routes, IReadOnlyList<FunctionDefinition> functions)
    {
        _functions = functions
            .Where(function => function.IsTriggeredBy("eventGridTrigger"))
            .ToDictionary(function => function.Name, StringComparer.Ordinal);
        routes.MapMethods(Path, [HttpMethods.Post, HttpMethods.Options], ServeAsync);
    }

    private async Task ServeAsync(HttpContext http)
    {
        if (!FunctionKeys.Matches(HostAnswer.Key(http.Request), keys.EventGrid, keys.Master))
        {
            logger.KeyRefused(Path);
            await HostAnswer.UnauthorizedAsync(http);
            return;
        }

        var name = http.Request.Query["functionName"].ToString();
        if (!_functions.TryGetValue(name, out var function))
        {
            await HostAnswer.ProblemAsync(
                http,
                StatusCodes.Status404NotFound,
                $"There is no Event Grid function '{name}'. There are: {string.Join(", ", _functions.Keys.Order(StringComparer.Ordinal))}.");
            return;
        }

        try
        {
            await (HttpMethods.IsOptions(http.Request.Method) ? AllowOriginAsync(function, http) : ReceiveAsync(function, http));
        }
        catch (MalformedEventException malformed)
        {
            logger.DeliveryRefused(name, malformed.Message);
            await HostAnswer.ProblemAsync(http, StatusCodes.Status400BadRequest, malformed.Message);
        }
    }

    /// <summary>The CloudEvents handshake. The extension allows Event Grid as the only origin, whoever asks.</summary>
    private Task AllowOriginAsync(FunctionDefinition function, HttpContext http)
    {
        http.Response.Headers["Webhook-Allowed-Origin"] = "eventgrid.azure.net";
        logger.SubscriptionValidated(function.Name);
        return Task.CompletedTask;
    }

    private async Task ReceiveAsync(FunctionDefinition function, HttpContext http)
    {
        switch (DeliveryKinds.Of(http.Request))
        {
            case DeliveryKind.SubscriptionValidation:
                var validation = DeliveredEvents.Parse(await CloudEventBody.ReadAsync(http.Request, http.RequestAborted));
                await Results.Json(new { validationResponse = DeliveredEvents.ValidationCode(validation) }).ExecuteAsync(http);
                logger.SubscriptionValidated(function.Name);
                break;
            case DeliveryKind.Notification:
                var body = DeliveredEvents.Parse(await CloudEventBody.ReadAsync(http.Request, http.RequestAborted));
                await DeliverAsync(function, EventInvocation.For(function, DeliveredEvents.Of(body)), http);
                break;
            case DeliveryKind.Unsubscribe:
                http.Response.StatusCode = StatusCodes.Status202Accepted;
                break;
            default:
                throw new MalformedEventException(
                    $"The header {DeliveryKinds.Header} is '{http.Request.Headers[DeliveryKinds.Header]}'; "
                    + "send Notification, or a CloudEvents content type or ce- headers.");
        }
    }

    private async Task DeliverAsync(FunctionDefinition function, IReadOnlyList<EventInvocation> invocations, HttpContext http)
    {
        try
        {
            // Not cancelled if the sender hangs up: it delivers again anyway, and the functions may as well finish.
            await Task.WhenAll(invocations.Select(
                invocation => invoker.InvokeAsync(function, invocation.Value, invocation.Metadata, CancellationToken.None)));
            http.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        catch (Exception exception)
        {
            logger.EventFailed(exception, function.Name);
            await HostAnswer.ProblemAsync(
                http, StatusCodes.Status500InternalServerError, "The function failed. Its log has the reason; deliver the event again.");
        }
    }
}
