using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Answers requests: who asks, what for, which fault strikes, and in which form the answer goes out.</summary>
internal sealed class ApiServer(Cluster cluster) : IDisposable
{
    private const int LargestBody = 3 << 20;
    private readonly Verbs _verbs = new(cluster);
    private readonly Watches _watches = new(cluster);
    private readonly CancellationTokenSource _stopping = new();

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await AnswerAsync(http);
        }
        catch (StatusException e)
        {
            await WriteErrorAsync(http, e);
        }
        catch (BadHttpRequestException e)
        {
            await WriteErrorAsync(http, new(e.StatusCode, e.StatusCode == 413 ? "RequestEntityTooLarge" : "BadRequest", e.Message));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            // The client has left; there is nobody to answer.
        }
#pragma warning disable CA1031 // Whatever went wrong, the client gets the API's own form of it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await WriteErrorAsync(http, new(500, "InternalError", $"Internal error occurred: {e.GetType().Name}: {e.Message}"));
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (path is "/healthz" or "/livez" or "/readyz")
        {
            await http.Response.WriteAsync("ok", http.RequestAborted);
            return;
        }

        Authenticate(http);
        var call = ApiCall.Parse(http.Request);
        cluster.Context.Calls.Count(call.Title);
        var fault = cluster.Context.Faults.Next(call.Title, call.Name.Length > 0 ? call.Name : call.Namespace);
        if (fault is { Kind: FaultKind.Refuse })
            throw Faults.Refusal(fault);
        if (fault is { Kind: FaultKind.Delay })
            await Task.Delay(TimeSpan.FromSeconds(fault.DelaySeconds), cluster.Context.Options.TimeProvider, http.RequestAborted);
        if (call.Kind is null)
        {
            await WriteAsync(http, 200, Discovery.Answer(path, http.Request.Method, cluster.Context.Cluster) is { } found ? Encoding.UTF8.GetBytes(found.ToJsonString()) : throw StatusException.NoSuchPath());
            return;
        }

        var form = Negotiate(http);
        if (call.Verb == "watch")
        {
            await _watches.ServeAsync(http, call, form, fault is { Kind: FaultKind.LoseAnswer }, _stopping.Token);
            return;
        }

        var body = await ReadAsync(http);
        var answer = cluster.Do(() => _verbs.Do(call, http.Request.ContentType ?? "", body, http.Request.Headers.UserAgent.ToString(), form, fault));
        if (fault is { Kind: FaultKind.LoseAnswer })
        {
            http.Abort();
            return;
        }

        foreach (var warning in answer.Warnings)
            http.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        await WriteAsync(http, answer.Status, answer.Body, answer.ContentType);
    }

    /// <summary>Anybody who brings a token or a certificate is let in, and may do everything.</summary>
    private static void Authenticate(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if ((!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || header.Length <= 7) && http.Connection.ClientCertificate is null)
            throw StatusException.Unauthorized();
    }

    private static AnswerForm Negotiate(HttpContext http)
    {
        var accept = http.Request.Headers.Accept.ToString();
        if (accept.Length == 0)
            return AnswerForm.Json;
        foreach (var part in accept.Split(',').Select(p => p.Replace(" ", "", StringComparison.Ordinal)))
        {
            if (part.StartsWith("application/json", StringComparison.Ordinal) && part.Contains("as=Table", StringComparison.Ordinal) && part.Contains("v=v1;", StringComparison.Ordinal) | part.EndsWith("v=v1", StringComparison.Ordinal))
                return AnswerForm.Table;
            if (part.StartsWith("application/json", StringComparison.Ordinal) && !part.Contains("as=", StringComparison.Ordinal) || part.StartsWith("*/*", StringComparison.Ordinal)
                || part.StartsWith("application/*", StringComparison.Ordinal) || part.StartsWith("text/plain", StringComparison.Ordinal))
                return AnswerForm.Json;
        }

        throw new StatusException(406, "NotAcceptable", "only the following media types are accepted: application/json, application/json;as=Table;v=v1;g=meta.k8s.io");
    }

    private static async Task<byte[]> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength > LargestBody)
            throw TooLarge();
        using var buffer = new MemoryStream();
        var chunk = new byte[16 << 10];
        int read;
        while ((read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted)) > 0)
        {
            if (buffer.Length + read > LargestBody)
                throw TooLarge();
            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();

        static StatusException TooLarge() => new(413, "RequestEntityTooLarge", $"Request entity too large: limit is {LargestBody}");
    }

    private static async Task WriteErrorAsync(HttpContext http, StatusException error)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        if (error.RetryAfter is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await WriteAsync(http, error.Code, Encoding.UTF8.GetBytes(error.ToJson().ToJsonString()));
    }

    private static async Task WriteAsync(HttpContext http, int status, byte[] body, string contentType = "application/json")
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        if (http.Request.Method != "HEAD")
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }
}

/// <summary>How an object is to be shown.</summary>
internal enum AnswerForm
{
    Json,
    Table,
}

/// <summary>One answer, ready to send.</summary>
internal sealed record Answer(int Status, byte[] Body, string ContentType = "application/json")
{
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
