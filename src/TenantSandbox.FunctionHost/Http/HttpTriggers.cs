using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TenantSandbox.Hosting.Configuration;
using TenantSandbox.Hosting.Worker;
using TenantSandbox.Hosting.Worker.Messages;

namespace TenantSandbox.Hosting.Http;

/// <summary>Serves HTTP functions on their routes. The worker takes the request itself, through a proxy, beside the invocation.</summary>
internal sealed class HttpTriggers(
    FunctionInvoker invoker, WorkerProxy proxy, FunctionKeys keys, HostSettings settings, FunctionHostOptions options, ILogger<HttpTriggers> log)
    : IHttpEndpoints
{
    private const int MaxAttempts = 3;

    private static readonly TypedData EmptyRequest = new() { Http = new RpcHttp() };

    public void Map(IEndpointRouteBuilder routes, IReadOnlyList<FunctionDefinition> functions)
    {
        foreach (var function in functions.Where(function => function.IsTriggeredBy("httpTrigger")))
        {
            var trigger = HttpTrigger.Read(function);
            var template = $"{settings.RoutePrefix}/{trigger.Route.TrimStart('/')}";
            Task Serve(HttpContext http) => ServeAsync(function, trigger.Level, http);
            var endpoint = trigger.Methods.Count > 0 ? routes.MapMethods(template, trigger.Methods, Serve) : routes.Map(template, Serve);
            endpoint.WithDisplayName(function.Name);
        }
    }

    private async Task ServeAsync(FunctionDefinition function, AuthorizationLevel level, HttpContext http)
    {
        if (!Allows(level, HostAnswer.Key(http.Request)))
        {
            log.KeyRefused(function.Name);
            await HostAnswer.UnauthorizedAsync(http);
            return;
        }

        if (http.Request.ContentLength > options.MaxRequestBodyBytes)
        {
            await HostAnswer.TooLargeAsync(http, options.MaxRequestBodyBytes);
            return;
        }

        var metadata = http.Request.RouteValues
            .Where(value => value.Value is not null)
            .ToDictionary(value => value.Key, value => new TypedData { String = value.Value!.ToString() });
        for (var attempt = 1; !await TryInvokeAsync(function, metadata, http, isLast: attempt == MaxAttempts); attempt++)
        {
            log.WorkerUnreachable(function.Name, attempt);
        }
    }

    /// <summary>Invokes the function and forwards the request.</summary>
    /// <returns>False if the worker had just exited and the function didn't start, unless this is the last attempt.</returns>
    private async Task<bool> TryInvokeAsync(
        FunctionDefinition function, IReadOnlyDictionary<string, TypedData> metadata, HttpContext http, bool isLast)
    {
        var forwarding = Task.FromResult(true);
        try
        {
            await invoker.InvokeAsync(
                function,
                EmptyRequest,
                metadata,
                (channel, invocationId) => forwarding = proxy.ForwardAsync(http, channel, invocationId),
                http.RequestAborted);
            await forwarding;
        }
        catch (HostException)
        {
            // The invoker has logged the reason. A worker that reports a failure also answers the request; its answer is the better one.
            await Task.WhenAny(forwarding, Task.Delay(WorkerProxy.AnswerTimeout));
            if (!isLast && forwarding is { IsCompletedSuccessfully: true, Result: false })
            {
                return false;
            }

            if (!http.Response.HasStarted)
            {
                await HostAnswer.FailedAsync(http, StatusCodes.Status500InternalServerError);
            }
        }

        return true;
    }

    private bool Allows(AuthorizationLevel level, string? key) => level switch
    {
        AuthorizationLevel.Anonymous => true,
        AuthorizationLevel.Function => FunctionKeys.Matches(key, keys.Function, keys.Master),
        _ => FunctionKeys.Matches(key, keys.Master),
    };
}
