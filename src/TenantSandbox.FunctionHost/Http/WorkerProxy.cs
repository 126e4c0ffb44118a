using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using TenantSandbox.Hosting.Worker;
using Yarp.ReverseProxy.Forwarder;

namespace TenantSandbox.Hosting.Http;

/// <summary>Forwards HTTP requests to the worker, which joins each with its invocation by the header <c>x-ms-invocation-id</c>.</summary>
internal sealed class WorkerProxy(IHttpForwarder forwarder) : IDisposable
{
    /// <summary>How long the answer of a failed function is waited for.</summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    private const string InvocationIdHeader = "x-ms-invocation-id";

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = DistributedContextPropagator.CreatePassThroughPropagator(),
    });

    /// <summary>Sends the request on and the worker's answer back; answers 502 if the worker doesn't.</summary>
    /// <returns>False if the worker couldn't be reached: nothing was sent or answered, and the function doesn't start.</returns>
    public async Task<bool> ForwardAsync(HttpContext http, WorkerChannel worker, string invocationId)
    {
        if (worker.HttpUri is null)
        {
            throw new InvalidOperationException(
                "The worker takes no HTTP requests. The app must call ConfigureFunctionsWebApplication in its Program.cs.");
        }

        http.Request.Headers[InvocationIdHeader] = invocationId;
        var error = await forwarder.SendAsync(
            http, worker.HttpUri.ToString(), _client, new ForwarderRequestConfig { ActivityTimeout = Timeout.InfiniteTimeSpan });
        if (error == ForwarderError.None || http.Response.HasStarted || http.RequestAborted.IsCancellationRequested)
        {
            return true;
        }

        var cause = http.Features.Get<IForwarderErrorFeature>()?.Exception;
        if (Find<BadHttpRequestException>(cause) is { } refused)
        {
            await HostAnswer.ProblemAsync(http, refused.StatusCode, refused.Message);
        }
        else if (Find<HttpRequestException>(cause) is { HttpRequestError: HttpRequestError.ConnectionError })
        {
            return false;
        }
        else
        {
            await HostAnswer.FailedAsync(http, StatusCodes.Status502BadGateway);
        }

        return true;
    }

    public void Dispose() => _client.Dispose();

    private static T? Find<T>(Exception? exception) where T : Exception => exception switch
    {
        null => null,
        T found => found,
        // A request with a body fails in two places at once.
        AggregateException several => several.InnerExceptions.Select(Find<T>).FirstOrDefault(found => found is not null),
        _ => Find<T>(exception.InnerException),
    };
}
