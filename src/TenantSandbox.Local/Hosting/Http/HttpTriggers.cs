using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Local.Hosting.Invocation;

namespace TenantSandbox.Local.Hosting.Http;

/// <summary>Serves HTTP functions on their routes.</summary>
internal sealed class HttpTriggers(FunctionInvoker invoker, FunctionKeys keys, HostSettings settings, ILogger<HttpTriggers> log)
{
    // Where the official ASP.NET Core integration keeps it; GetHttpContext reads it there.
    private const string HttpContextKey = "HttpRequestContext";

    public void Map(IEndpointRouteBuilder routes, IEnumerable<FunctionDescriptor> functions)
    {
        foreach (var function in functions)
        {
            if (function.Trigger is not HttpTriggerAttribute trigger) continue;

            RequireHttpResult(function);
            var level = LevelOf(function, trigger);
            var template = $"{settings.RoutePrefix}/{(trigger.Route ?? function.Name).TrimStart('/')}";
            Task Serve(HttpContext http) => ServeAsync(function, level, http);
            var endpoint = trigger.Methods is { Length: > 0 } methods
                ? routes.MapMethods(template, methods.Select(method => method.ToUpperInvariant()), Serve)
                : routes.Map(template, Serve);
            endpoint.WithDisplayName(function.Name);
        }
    }

    private async Task ServeAsync(FunctionDescriptor function, AuthorizationLevel level, HttpContext http)
    {
        if (!Allows(level, HostAnswer.Key(http.Request)))
        {
            log.KeyRefused(function.Name);
            await HostAnswer.UnauthorizedAsync(http);
            return;
        }

        try
        {
            var result = await invoker.InvokeAsync(
                function,
                parameter => Bind(function, parameter, http),
                http.Request.RouteValues,
                http.RequestAborted,
                context => context.Items[HttpContextKey] = http);
            await WriteAsync(result, http);
        }
        catch (RouteValueException exception)
        {
            await HostAnswer.ProblemAsync(http, StatusCodes.Status400BadRequest, exception.Message);
        }
    }

    private static object? Bind(FunctionDescriptor function, ParameterInfo parameter, HttpContext http)
    {
        if (parameter.ParameterType == typeof(HttpRequest)) return http.Request;
        if (http.GetEndpoint() is RouteEndpoint endpoint && endpoint.RoutePattern.GetParameter(parameter.Name!) is not null)
            return RouteValue.Convert(parameter, http.Request.RouteValues.GetValueOrDefault(parameter.Name!));

        throw function.Fault(
            $"parameter '{parameter.Name}' ({parameter.ParameterType.Name}) can't be bound; it is neither HttpRequest nor a part of the route.");
    }

    private static Task WriteAsync(object? result, HttpContext http) => result switch
    {
        IActionResult action => action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
        IResult plain => plain.ExecuteAsync(http),
        _ => Task.CompletedTask,
    };

    private bool Allows(AuthorizationLevel level, string? key) => level switch
    {
        AuthorizationLevel.Anonymous => true,
        AuthorizationLevel.Function => FunctionKeys.Matches(key, keys.Function, keys.Master),
        AuthorizationLevel.System => FunctionKeys.Matches(key, keys.EventGrid, keys.Master),
        _ => FunctionKeys.Matches(key, keys.Master),
    };

    /// <summary>
    /// The Functions metadata carries a level only where the attribute names one, and the real host takes Function for none; the
    /// attribute's own property reads Anonymous for <c>[HttpTrigger("get")]</c> and would open such a function.
    /// </summary>
    private static AuthorizationLevel LevelOf(FunctionDescriptor function, HttpTriggerAttribute trigger)
    {
        var written = function.TriggerParameter.GetCustomAttributesData()
            .Single(data => data.AttributeType == typeof(HttpTriggerAttribute));
        return written.ConstructorArguments.Any(argument => argument.ArgumentType == typeof(AuthorizationLevel))
            ? trigger.AuthLevel
            : AuthorizationLevel.Function;
    }

    public static void RequireHttpResult(FunctionDescriptor function)
    {
        var declared = function.Method.ReturnType;
        var result = declared.IsGenericType ? declared.GetGenericArguments()[0] : declared;
        if (result.IsAssignableTo(typeof(IActionResult)) || result.IsAssignableTo(typeof(IResult))) return;
        if (result != typeof(Task) && result != typeof(void))
            throw function.Fault($"an HTTP function returns IActionResult or IResult, not {result.Name}.");
    }
}
