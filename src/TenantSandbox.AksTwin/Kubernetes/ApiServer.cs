using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Answers requests: who asks, what for, which fault strikes, and in which form the answer goes out.</summary>
internal sealed class ApiServer(Cluster cluster) : IDisposable
{
    private const int LargestBody = 3 << 20;
    private readonly Reads _reads = new(cluster);
    private readonly Watches _watches = new(cluster);
    private readonly CancellationTokenSource _stopping = new();

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await AnswerAsync(http);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            // The client has left; there is nobody to answer.
        }
#pragma warning disable CA1031 // Whatever went wrong, the client gets the API's own form of it.
        catch (Exception) when (http.Response.HasStarted)
        {
            http.Abort();
        }
        catch (Exception e)
#pragma warning restore CA1031
        {
            var error = e switch
            {
                StatusException known => known,
                BadHttpRequestException { StatusCode: 413 } =>
                    new(413, "RequestEntityTooLarge", $"Request entity too large: limit is {LargestBody}"),
                BadHttpRequestException bad => new(bad.StatusCode, "BadRequest", bad.Message),
                _ => new(500, "InternalError", $"Internal error occurred: {e.GetType().Name}: {e.Message}"),
            };
            http.Response.Headers.RetryAfter = error.RetryAfter?.ToString(CultureInfo.InvariantCulture);
            await WriteAsync(http, new(error.Code, error.ToJson()));
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        Authenticate(http);
        var call = ApiCall.Parse(http.Request);
        cluster.Context.Calls.Count(call.Title);
        var fault = cluster.Context.Faults.Next(call.Title, call.Name.Length > 0 ? call.Name : call.Namespace);
        if (fault is { Kind: FaultKind.Refuse })
            throw Faults.Refusal(fault);
        if (fault is { Kind: FaultKind.Delay })
            await Task.Delay(TimeSpan.FromSeconds(fault.DelaySeconds), cluster.Context.Options.TimeProvider, http.RequestAborted);
        if (call.Verb == "watch")
        {
            await _watches.ServeAsync(http, call, fault is { Kind: FaultKind.LoseAnswer }, _stopping.Token);
            return;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (body.Length > LargestBody)
            throw new BadHttpRequestException("too large", 413);
        var writes = new Writes(cluster, call, body.ToArray(), fault);
        var answer = call.Kind is null
            ? new(200, Discovery.Answer(http.Request, cluster.Context.Cluster))
            : cluster.Do(() => call.Verb is "get" or "list" ? _reads.Answer(call) : writes.Answer());
        if (fault is { Kind: FaultKind.LoseAnswer })
            http.Abort();
        else
            await WriteAsync(http, answer);
    }

    /// <summary>Anybody who brings a token or a certificate is let in, and may do everything.</summary>
    private static void Authenticate(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if ((!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || header.Length <= 7) && http.Connection.ClientCertificate is null)
            throw StatusException.Unauthorized();
    }

    private static async Task WriteAsync(HttpContext http, Answer answer)
    {
        foreach (var warning in answer.Warnings)
            http.Response.Headers.Append("Warning", $"299 - {JsonSerializer.Serialize(warning, StoredObject.Compact)}");
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.ContentType;
        http.Response.ContentLength = answer.Body.Length;
        if (http.Request.Method != "HEAD")
            await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
    }
}

/// <summary>One answer, ready to send.</summary>
internal sealed record Answer(int Status, byte[] Body, string ContentType = "application/json")
{
    public Answer(int status, JsonObject json)
        : this(status, JsonSerializer.SerializeToUtf8Bytes(json))
    {
    }

    public IReadOnlyList<string> Warnings { get; init; } = [];
}
