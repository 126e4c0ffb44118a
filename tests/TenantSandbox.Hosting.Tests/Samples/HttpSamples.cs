using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace TenantSandbox.Hosting.Tests.Samples;

public sealed class HttpSamples(Recorder recorder)
{
    [Function("Echo")]
    public static async Task<IActionResult> Echo([HttpTrigger(AuthorizationLevel.Function, "post", Route = "echo")] HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        return new OkObjectResult(new { body = await reader.ReadToEndAsync() });
    }

    [Function("Typed")]
    public static IResult Typed(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "typed/{name}/{number:int}/{id:guid}")] HttpRequest request,
        string name,
        int number,
        Guid id) => Results.Json(new { name, number, id, method = request.Method });

    [Function("Unconstrained")]
    public static IResult Unconstrained([HttpTrigger(AuthorizationLevel.Function, "get", Route = "unconstrained/{number}")] HttpRequest request, int number) =>
        Results.Json(new { number, path = request.Path.Value });

    [Function("Optional")]
    public static IResult Optional([HttpTrigger(AuthorizationLevel.Function, Route = "optional/{name?}")] HttpRequest request, string? name) =>
        Results.Json(new { name = name ?? "nobody", method = request.Method });

    [Function("Open")]
    public static IResult Open([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Json(new { path = request.Path.Value });

    [Function("NoLevel")]
    public static IResult NoLevel([HttpTrigger("get")] HttpRequest request) => Results.Json(new { path = request.Path.Value });

    [Function("AdminOnly")]
    public static IResult AdminOnly([HttpTrigger(AuthorizationLevel.Admin, "get")] HttpRequest request) => Results.Json(new { path = request.Path.Value });

    [Function("Failing")]
    public static IResult Failing([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
        throw new InvalidOperationException($"the password for {request.Path} is hunter2");

    [Function("ContextOf")]
    public async Task<IActionResult> ContextOf(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "context/{name}")] HttpRequest request,
        FunctionContext context,
        CancellationToken cancellation)
    {
        await recorder.RecordAsync(context.FunctionDefinition.Name, cancellation);
        return new JsonResult(new
        {
            sameHttpContext = ReferenceEquals(context.GetHttpContext(), request.HttpContext),
            name = context.BindingContext.BindingData["name"],
            trigger = context.FunctionDefinition.InputBindings["request"].Type,
            sameToken = context.CancellationToken == cancellation,
        });
    }

    [Function("SlowCall")]
    public async Task<IResult> SlowCall([HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request, CancellationToken cancellation)
    {
        await recorder.RecordAsync(request.Path.Value, cancellation);
        return Results.Ok();
    }
}
