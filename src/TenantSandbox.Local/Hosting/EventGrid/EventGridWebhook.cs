using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Local.Hosting.Http;
using TenantSandbox.Local.Hosting.Invocation;

namespace TenantSandbox.Local.Hosting.EventGrid;

/// <summary>
/// The webhook that Event Grid delivers to, with the official extension's status codes: 202 for events that were worked on, 200
/// for a handshake, 404 for an unknown function, 500 for a failed one (delivered again), 400 for what isn't an event.
/// </summary>
internal sealed class EventGridWebhook(FunctionInvoker invoker, FunctionKeys keys, ILogger<EventGridWebhook> log)
{
    public const string Path = "/runtime/webhooks/eventgrid";

    private readonly Dictionary<string, FunctionDescriptor> _functions = new(StringComparer.OrdinalIgnoreCase);

    public void Map(IEndpointRouteBuilder routes, IEnumerable<FunctionDescriptor> functions)
    {
        foreach (var function in functions.Where(function => function.Trigger is EventGridTriggerAttribute))
        {
            EventBinding.RequireSupported(function);
            _functions.Add(function.Name, function);
        }

        routes.MapMethods(Path, [HttpMethods.Post, HttpMethods.Options], ServeAsync);
    }

    private async Task ServeAsync(HttpContext http)
    {
        var request = http.Request;
        if (!FunctionKeys.Matches(HostAnswer.Key(request), keys.EventGrid, keys.Master))
        {
            log.KeyRefused(Path);
            await HostAnswer.UnauthorizedAsync(http);
            return;
        }

        var name = request.Query["functionName"].ToString();
        if (!_functions.TryGetValue(name, out var function))
        {
            await HostAnswer.ProblemAsync(http, StatusCodes.Status404NotFound, $"There is no Event Grid function '{name}'.");
            return;
        }

        try
        {
            await (HttpMethods.IsOptions(request.Method) ? AllowOriginAsync(function, http) : TakeAsync(function, http));
        }
        catch (MalformedEventException malformed)
        {
            log.EventRefused(name, malformed.Message);
            await HostAnswer.ProblemAsync(http, StatusCodes.Status400BadRequest, malformed.Message);
        }
    }

    /// <summary>The CloudEvents handshake: https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md, section 4.</summary>
    private Task AllowOriginAsync(FunctionDescriptor function, HttpContext http)
    {
        if (http.Request.Headers["WebHook-Request-Origin"].ToString() is not { Length: > 0 } origin)
            throw new MalformedEventException("A CloudEvents handshake needs the header WebHook-Request-Origin.");

        http.Response.Headers["WebHook-Allowed-Origin"] = origin;
        http.Response.Headers["WebHook-Allowed-Rate"] =
            http.Request.Headers["WebHook-Request-Rate"].ToString() is { Length: > 0 } rate ? rate : "*";
        log.SubscriptionValidated(function.Name);
        return Task.CompletedTask;
    }

    private async Task TakeAsync(FunctionDescriptor function, HttpContext http)
    {
        switch (DeliveryKind.Of(http.Request))
        {
            case "SubscriptionValidation":
                using (var validation = await EventBody.ReadJsonAsync(http))
                    await Results.Json(new { validationResponse = EventBody.ValidationCode(validation.RootElement) }).ExecuteAsync(http);
                log.SubscriptionValidated(function.Name);
                return;
            case "Notification":
                await DeliverAsync(function, await EventBody.ReadEventsAsync(http), http);
                return;
            case "Unsubscribe":
                http.Response.StatusCode = StatusCodes.Status202Accepted;
                return;
            case var other:
                throw new MalformedEventException(
                    $"The header aeg-event-type is '{other}'; send Notification, or a CloudEvents content type or ce- headers.");
        }
    }

    private async Task DeliverAsync(FunctionDescriptor function, IReadOnlyList<JsonElement> events, HttpContext http)
    {
        var calls = EventBinding.Arguments(function, events).ToArray();
        try
        {
            // Delivered events are worked on to the end even if the sender hangs up: it will send them again anyhow.
            await Task.WhenAll(calls.Select(argument => invoker.InvokeAsync(
                function, _ => argument, new Dictionary<string, object?>(), CancellationToken.None)));
        }
        catch (Exception exception)
        {
            log.EventFailed(exception, function.Name);
            await HostAnswer.ProblemAsync(
                http, StatusCodes.Status500InternalServerError, "The function failed. Its log has the reason; deliver the event again.");
            return;
        }

        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }
}
