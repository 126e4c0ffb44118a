namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Answers requests: who asks, what for, which fault strikes, and in which form the answer goes out.</summary>
internal sealed class ApiServer(Cluster cluster)
{
    private const int LargestBody = 3 << 20;
    private readonly Reads _reads = new(cluster);

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
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (http.Response.HasStarted)
            {
                http.Abort();
            }
            else
            {
                await WriteAsync(http, StatusException.Of(e).ToAnswer());
            }
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        // Anybody who brings a token is let in, and may do everything.
        var authorization = http.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || authorization.Length <= 7)
        {
            throw StatusException.Unauthorized();
        }

        var call = ApiCall.Parse(http.Request);
        cluster.Context.Calls.Count(call.Title);
        var fault = cluster.Context.Faults.Next(call.Title, call.Name.Length > 0 ? call.Name : call.Namespace);
        if (fault is { Kind: FaultKind.Refuse })
        {
            throw Faults.Refusal(fault);
        }

        if (fault is { Kind: FaultKind.Delay })
        {
            await Task.Delay(TimeSpan.FromSeconds(fault.DelaySeconds), cluster.Context.Options.TimeProvider, http.RequestAborted);
        }

        if (call.Verb == "watch")
        {
            await new Watch(cluster, call).ServeAsync(http, cut: fault is { Kind: FaultKind.LoseAnswer });
            return;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (body.Length > LargestBody)
        {
            throw new BadHttpRequestException($"Request entity too large: limit is {LargestBody}", 413);
        }

        var writes = new Writes(cluster, call, body.ToArray(), fault);
        var answer = call.Kind is null
            ? new(200, Discovery.Answer(http.Request, cluster.Context.Cluster))
            : cluster.Do(() => call.Verb is "get" or "list" ? _reads.Answer(call) : writes.Answer());
        if (fault is { Kind: FaultKind.LoseAnswer })
        {
            http.Abort();
        }
        else
        {
            await WriteAsync(http, answer);
        }
    }

    private static async Task WriteAsync(HttpContext http, Answer answer)
    {
        // Headers are ASCII; whatever else a field's name holds is told with question marks.
        foreach (var warning in answer.Warnings.Select(w => Encoding.ASCII.GetBytes(JsonSerializer.Serialize(w, StoredObject.Compact))))
        {
            http.Response.Headers.Append("Warning", $"299 - {Encoding.ASCII.GetString(warning)}");
        }

        http.Response.Headers.RetryAfter = answer.RetryAfter?.ToString(CultureInfo.InvariantCulture);
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.ContentType;
        http.Response.ContentLength = answer.Body.Length;
        if (http.Request.Method != "HEAD")
        {
            await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
        }
    }
}
