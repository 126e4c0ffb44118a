using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>Azure Resource Manager in front of the clusters: authentication, versions, throttling, faults, the error envelope.</summary>
internal sealed class ArmApi(TwinHost twin, List<ArmCluster> clusters)
{
    private const string Provider = "/subscriptions/{subscription}/providers/Microsoft.ContainerService";
    private const string Group = "/subscriptions/{subscription}/resourceGroups/{group}";
    private const string Clusters = Group + "/providers/Microsoft.ContainerService/managedClusters";
    private const string Cluster = Clusters + "/{cluster}";
    private const string Pools = Cluster + "/agentPools";
    private const string Pool = Pools + "/{pool}";
    private const string Location = Provider + "/locations/{location}";

    private readonly Throttle? _throttle =
        twin.Options.Throttling ?? twin.Options.Timing == TimingProfile.TrueToLife ? new(twin.Options.TimeProvider) : null;

    public void Map(WebApplication app)
    {
        Route("GET", Provider + "/managedClusters", "arm.managedClusters.list", ListClusters);
        Route("GET", Clusters, "arm.managedClusters.list", ListClusters);
        Route("GET", Cluster, "arm.managedClusters.get", c => c.Cluster.Get());
        Route("POST", Cluster + "/listClusterUserCredential", "arm.managedClusters.listClusterUserCredential", ListCredential);
        Route("GET", Pools, "arm.agentPools.list", c => c.Cluster.ListPools());
        Route("GET", Pool, "arm.agentPools.get", c => c.Cluster.GetPool(c));
        Route("PUT", Pool, "arm.agentPools.put", c => c.Cluster.PutPool(c));
        Route("DELETE", Pool, "arm.agentPools.delete", c => c.Cluster.DeletePool(c));
        Route("POST", Pool + "/abort", "arm.agentPools.abort", c => c.Cluster.Abort(c));
        Route("POST", Pool + "/upgradeNodeImageVersion", "arm.agentPools.upgradeNodeImageVersion", c => c.Cluster.UpgradeNodeImage(c));
        Route("GET", Location + "/operations/{operation}", "arm.operations.get", OfOperation((c, id) => c.OperationStatus(id)));
        Route("GET", Location + "/operationresults/{operation}", "arm.operationresults.get", OfOperation((c, id) => c.OperationResult(id)));
        app.MapFallback("{**path}", http => HandleAsync(new("arm.unknown", http), null));

        void Route(string method, string path, string name, Func<ArmCall, ArmAnswer> answer) =>
            app.MapMethods(path, [method], http => HandleAsync(new(name, http), answer));
    }

    private async Task HandleAsync(ArmCall call, Func<ArmCall, ArmAnswer>? answer)
    {
        var response = call.Http.Response;
        response.Headers["x-ms-request-id"] = call.Http.TraceIdentifier;
        try
        {
            await AnswerAsync(call, answer);
        }
        catch (Exception e) when (e is ArmException or JsonException or BadHttpRequestException && !response.HasStarted)
        {
            var error = e switch
            {
                JsonException => new(400, "InvalidRequestContent", $"The request content could not be deserialized: '{e.Message}'."),
                BadHttpRequestException { StatusCode: 413 } => new(413, "RequestContentTooLarge", e.Message),
                BadHttpRequestException bad => new(bad.StatusCode, "BadRequest", e.Message),
                _ => (ArmException)e,
            };
            response.Headers["x-ms-error-code"] = error.Error.Text("code");
            response.Headers.RetryAfter = error.RetryAfter?.ToString(CultureInfo.InvariantCulture);
            await WriteAsync(call, new(error.Status, new JsonObject { ["error"] = error.Error }));
        }
    }

    private async Task AnswerAsync(ArmCall call, Func<ArmCall, ArmAnswer>? answer)
    {
        var (request, stop) = (call.Http.Request, call.Http.RequestAborted);
        twin.Calls.Count(call.Name);
        Authenticate(call.Http);
        // Said before the body is asked for, so that a client that waits for leave never sends it.
        if (request.ContentLength > call.Http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize)
        {
            throw new ArmException(413, "RequestContentTooLarge", "The request content is larger than 4 MB.");
        }

        CheckApiVersion(request.Query["api-version"].ToString());
        if (answer is null)
        {
            throw new ArmException(404, "InvalidResourceType", $"The resource type could not be found for {request.Method}.");
        }

        _throttle?.Take(call);
        var cluster = Find(call);
        var fault = twin.Faults.Next(call.Name, call["pool"] ?? call["cluster"]);
        if (fault?.Kind == FaultKind.Refuse)
        {
            throw ArmException.From(fault);
        }

        if (fault?.Kind == FaultKind.Delay)
        {
            await Task.Delay(TimeSpan.FromSeconds(fault.DelaySeconds), twin.Options.TimeProvider, stop);
        }

        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, stop);
        var json = request.Method == "PUT" ? Json.Parse(body.ToArray()) : null;
        var answered = answer(call with { Cluster = cluster!, Fault = fault, Body = json });
        if (fault?.Kind == FaultKind.LoseAnswer)
        {
            call.Http.Abort();
        }
        else
        {
            await WriteAsync(call, answered);
        }
    }

    private ArmAnswer ListClusters(ArmCall call) => new(200, Json.Of($$"""{"value":{{clusters.Select(c => c.Get().Body)}} }"""));

    private ArmAnswer ListCredential(ArmCall call)
    {
        var file = Encoding.UTF8.GetBytes(Kubeconfig.ForEntra(twin, call.Cluster.Name, exec: call.Http.Request.Query["format"] != "azure"));
        return new(200, Json.Of($$"""{"kubeconfigs":[{"name":"clusterUser","value":{{file}} }]}"""));
    }

    private Func<ArmCall, ArmAnswer> OfOperation(Func<ArmCluster, string, ArmAnswer?> ask) => call =>
        clusters.Select(c => ask(c, call["operation"]!)).FirstOrDefault(a => a is not null)
        ?? throw new ArmException(404, "NotFound", $"The operation {call["operation"]} was not found.");

    /// <summary>The cluster that a call names, if it names one; or the error of the first name in its path that nothing has.</summary>
    private ArmCluster? Find(ArmCall call)
    {
        if (!Same(call["subscription"], twin.Options.SubscriptionId))
        {
            throw new ArmException(404, "SubscriptionNotFound", $"The subscription '{call["subscription"]}' could not be found.");
        }

        if (call["group"] is { } group && !Same(group, twin.Options.ResourceGroup))
        {
            throw new ArmException(404, "ResourceGroupNotFound", $"Resource group '{group}' could not be found.");
        }

        return call["cluster"] is not { } name ? null : clusters.Find(c => Same(c.Name, name)) ?? throw new ArmException(
            404, "ResourceNotFound", $"The Resource 'Microsoft.ContainerService/managedClusters/{name}' was not found.");
    }

    private static void Authenticate(HttpContext http)
    {
        if (AuthenticationHeaderValue.TryParse(http.Request.Headers.Authorization, out var header)
            && Same(header.Scheme, "Bearer") && header.Parameter is { Length: > 0 })
        {
            return;
        }

        http.Response.Headers.WWWAuthenticate = "Bearer authorization_uri=\"https://login.microsoftonline.com/common\"";
        throw new ArmException(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
    }

    private static void CheckApiVersion(string version)
    {
        if (version.Length == 0)
        {
            throw new ArmException(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required.");
        }

        var date = version.EndsWith("-preview", StringComparison.Ordinal) ? version[..^"-preview".Length] : version;
        if (!DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            throw new ArmException(400, "InvalidApiVersionParameter", $"The api-version '{version}' is no date like 2026-04-01.");
        }
    }

    /// <summary>Whether two names are one: ARM takes them in any case.</summary>
    public static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private async Task WriteAsync(ArmCall call, ArmAnswer answer)
    {
        var response = call.Http.Response;
        response.StatusCode = answer.Status;
        if (answer.Poll is not null)
        {
            var locations = $"{twin.ArmEndpoint}subscriptions/{twin.Options.SubscriptionId}/providers/Microsoft.ContainerService/locations";
            var url = $"{locations}/{answer.Poll}?api-version=2016-03-30";
            response.Headers.RetryAfter = Math.Ceiling(twin.Options.Timing.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            if (call.Http.Request.Method != "GET")
            {
                response.Headers["Azure-AsyncOperation"] = url;
            }

            if (answer.Status == 202)
            {
                response.Headers.Location = url.Replace("/operations/", "/operationresults/", StringComparison.Ordinal);
            }
        }

        if (answer.Body is not null)
        {
            await response.WriteAsJsonAsync(answer.Body, call.Http.RequestAborted);
        }
    }
}
