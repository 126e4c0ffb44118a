using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.FunctionHost.SampleApp;

public sealed class HttpFunctions(IConfiguration configuration, ILogger<HttpFunctions> logger)
{
    [Function("Echo")]
    public static async Task<IActionResult> EchoAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "echo")] HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        return new OkObjectResult(await reader.ReadToEndAsync());
    }

    [Function("GetItem")]
    public static IActionResult GetItem(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "items/{group}/{number:int}")] HttpRequest request, string group, int number) =>
        new OkObjectResult($"{group}:{number}:{request.Query["q"]}");

    [Function("Unleveled")]
    public static IActionResult Unleveled([HttpTrigger("get")] HttpRequest request) => new OkObjectResult(request.Path.Value);

    [Function("Administer")]
    public static IActionResult Administer([HttpTrigger(AuthorizationLevel.Admin, "get", Route = "administer")] HttpRequest request) =>
        new NoContentResult();

    [Function("GetSetting")]
    public IActionResult GetSetting([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "settings/{name}")] HttpRequest request, string name)
    {
        LogMessages.SettingRead(logger, name);
        return new OkObjectResult(configuration[name]);
    }

    [Function("ThrowToCaller")]
    public static IActionResult ThrowToCaller([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throw")] HttpRequest request) =>
        throw new InvalidOperationException("secret detail");

    /// <summary>Waits for a file, so that a test decides how long the function runs.</summary>
    [Function("WaitForFile")]
    public static async Task<IActionResult> WaitForFileAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "wait")] HttpRequest request)
    {
        await Signals.WaitAsync(request.Query["name"]!, request.HttpContext.RequestAborted);
        return new NoContentResult();
    }

    [Function("Exit")]
    public static IActionResult Exit([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "exit")] HttpRequest request)
    {
        Environment.Exit(3);
        return new NoContentResult();
    }

    [Function("Crash")]
    public static async Task<IActionResult> CrashAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "crash")] HttpRequest request)
    {
        new Thread(() => throw new InvalidOperationException("nobody catches this")).Start();
        await Task.Delay(Timeout.Infinite);
        return new NoContentResult();
    }

    /// <summary>Runs until the host gives up and ignores its cancellation.</summary>
    [Function("Hang")]
    public static async Task<IActionResult> HangAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "hang")] HttpRequest request)
    {
        await Task.Delay(Timeout.Infinite);
        return new NoContentResult();
    }
}

internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Information, "Read the setting {Name}")]
    public static partial void SettingRead(ILogger logger, string name);
}
