namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Handles HTTP requests: authentication, injected faults, dispatch, and serialization of responses and errors.</summary>
internal sealed class ApiServer(Cluster cluster)
{
    private const int MaxBodyBytes = 3 << 20;

    private readonly ReadHandler _readHandler = new(cluster);

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await ProcessAsync(http);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected.
        }
#pragma warning disable CA1031 // Any failure is reported as a Status object.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (http.Response.HasStarted)
            {
                http.Abort();
            }
            else
            {
                await WriteResponseAsync(http, StatusException.FromException(e).ToResponse());
            }
        }
    }

    private async Task ProcessAsync(HttpContext http)
    {
        // Any non-empty bearer token is accepted and has all permissions; admission policies see the user.
        var user = UserInfo.FromRequest(http.Request);
        if (SelfSubjectReview.IsAskedFor(http.Request))
        {
            await AnswerReviewAsync(http, user);
            return;
        }

        var call = ApiRequest.Parse(http.Request);
        cluster.Context.Calls.Count(call.CallName);
        RecordAccess(call, user);
        var fault = cluster.Context.InjectedFaults.Next(call.CallName, call.Name.Length > 0 ? call.Name : call.Namespace);
        if (fault is { Kind: InjectedFaultKind.Refuse })
        {
            throw InjectedFaultEffects.ToStatus(fault);
        }

        if (fault is { Kind: InjectedFaultKind.Delay })
        {
            await Task.Delay(TimeSpan.FromSeconds(fault.DelaySeconds), cluster.Context.Options.TimeProvider, http.RequestAborted);
        }

        if (call.Verb == "watch")
        {
            await new WatchStream(cluster, call).ServeAsync(http, abortAfterFirst: fault is { Kind: InjectedFaultKind.LoseAnswer });
            return;
        }

        if (call is { Subresource: "log", Verb: "get" } && new PodLogStream(cluster, call) is { IsFollowing: true } log)
        {
            await log.FollowAsync(http);
            return;
        }

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (body.Length > MaxBodyBytes)
        {
            throw new BadHttpRequestException($"Request entity too large: limit is {MaxBodyBytes}", 413);
        }

        var writeHandler = new WriteHandler(cluster, call, user, body.ToArray(), fault);
        var response = call.Kind is null
            ? new(200, Discovery.GetDocument(http.Request, cluster.Context.Cluster))
            : cluster.Execute(() => call.Verb is "get" or "list" ? _readHandler.Handle(call) : writeHandler.Handle());
        if (fault is { Kind: InjectedFaultKind.LoseAnswer })
        {
            http.Abort();
        }
        else
        {
            await WriteResponseAsync(http, response);
        }
    }

    // Discovery is open to every user.
    private void RecordAccess(ApiRequest call, UserInfo user)
    {
        if (cluster.Context.Options.AccessLog is not { } log || call.Kind is not { } kind)
        {
            return;
        }

        var resource = call.Subresource.Length == 0 ? kind.Plural : $"{kind.Plural}/{call.Subresource}";
        var access = new KubernetesAccess(user.Name, cluster.Context.Cluster.Name, call.Verb, kind.Group, resource, call.Namespace, call.Name);
        log.Add(access);
        // An apply that finds no object makes one, which the API server authorizes as such.
        if (call is { Verb: "patch", IsApply: true } && cluster.Execute(() => cluster.Store.Find(call.Key)) is null)
        {
            log.Add(access with { Verb = "create" });
        }
    }

    private async Task AnswerReviewAsync(HttpContext http, UserInfo user)
    {
        cluster.Context.Calls.Count(SelfSubjectReview.CallName);
        cluster.Context.Options.AccessLog?.Add(
            new KubernetesAccess(user.Name, cluster.Context.Cluster.Name, "create", "authentication.k8s.io", "selfsubjectreviews", "", ""));
        if (cluster.Context.InjectedFaults.Next(SelfSubjectReview.CallName) is { Kind: InjectedFaultKind.Refuse } fault)
        {
            throw InjectedFaultEffects.ToStatus(fault);
        }

        await WriteResponseAsync(http, SelfSubjectReview.Answer(user));
    }

    private static async Task WriteResponseAsync(HttpContext http, ApiResponse response)
    {
        // Header values are ASCII; other characters become question marks.
        foreach (var warning in response.Warnings.Select(w => Encoding.ASCII.GetBytes(JsonSerializer.Serialize(w, StoredObject.Compact))))
        {
            http.Response.Headers.Append("Warning", $"299 - {Encoding.ASCII.GetString(warning)}");
        }

        http.Response.Headers.RetryAfter = response.RetryAfter?.ToString(CultureInfo.InvariantCulture);
        http.Response.StatusCode = response.Status;
        http.Response.ContentType = response.ContentType;
        http.Response.ContentLength = response.Body.Length;
        if (http.Request.Method != "HEAD")
        {
            await http.Response.Body.WriteAsync(response.Body, http.RequestAborted);
        }
    }
}
