using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http.Features;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>Azure Resource Manager in front of the clusters: authentication, versions, throttling, faults, the error envelope.</summary>
internal sealed class ArmApi
{
    private const string Provider = "subscriptions/{subscription}/providers/Microsoft.ContainerService";
    private const string Clusters = "subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ContainerService/managedClusters";
    private const string Pools = Clusters + "/{cluster}/agentPools";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    private readonly TwinHost _twin;
    private readonly List<ArmCluster> _clusters;
    private readonly Throttle? _throttle;
    private readonly ArmRoute[] _routes;

    public ArmApi(TwinHost twin, List<ArmCluster> clusters)
    {
        (_twin, _clusters) = (twin, clusters);
        _throttle = twin.Options.Throttling ?? twin.Options.Timing == TimingProfile.TrueToLife ? new(twin.Options.TimeProvider) : null;
        _routes =
        [
            new("arm.managedClusters.list", "GET", Provider + "/managedClusters", ListClusters),
            new("arm.managedClusters.list", "GET", Clusters, ListClusters),
            new("arm.managedClusters.get", "GET", Clusters + "/{cluster}", c => c.Cluster.Get()),
            new("arm.managedClusters.listClusterUserCredential", "POST", Clusters + "/{cluster}/listClusterUserCredential", ListCredential),
            new("arm.agentPools.list", "GET", Pools, c => c.Cluster.ListPools()),
            new("arm.agentPools.get", "GET", Pools + "/{pool}", c => c.Cluster.GetPool(c)),
            new("arm.agentPools.put", "PUT", Pools + "/{pool}", c => c.Cluster.PutPool(c)),
            new("arm.agentPools.delete", "DELETE", Pools + "/{pool}", c => c.Cluster.DeletePool(c)),
            new("arm.agentPools.abort", "POST", Pools + "/{pool}/abort", c => c.Cluster.Abort(c)),
            new("arm.agentPools.upgradeNodeImageVersion", "POST", Pools + "/{pool}/upgradeNodeImageVersion", c => c.Cluster.UpgradeNodeImage(c)),
            new("arm.operations.get", "GET", Provider + "/locations/{location}/operations/{operation}", OfOperation((c, id) => c.OperationStatus(id))),
            new("arm.operationresults.get", "GET", Provider + "/locations/{location}/operationresults/{operation}", OfOperation((c, id) => c.OperationResult(id))),
        ];
    }

    public async Task HandleAsync(HttpContext http)
    {
        http.Response.Headers["x-ms-request-id"] = http.TraceIdentifier;
        try
        {
            await AnswerAsync(http).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ArmException or JsonException or BadHttpRequestException && !http.Response.HasStarted)
        {
            var error = e switch
            {
                JsonException => new("InvalidRequestContent", $"The request content was invalid and could not be deserialized: '{e.Message}'."),
                BadHttpRequestException bad => new(bad.StatusCode == 413 ? "RequestContentTooLarge" : "BadRequest", e.Message, status: bad.StatusCode),
                _ => (ArmException)e,
            };
            http.Response.Headers["x-ms-error-code"] = error.Error.Text("code");
            http.Response.Headers.RetryAfter = error.RetryAfter?.ToString(CultureInfo.InvariantCulture);
            await WriteAsync(http, error.Status, new JsonObject { ["error"] = error.Error }).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var call = _routes.Select(r => r.Match(http.Request)).FirstOrDefault(c => c is not null);
        _twin.Calls.Count(call?.Route.Name ?? "arm.unknown");
        Authenticate(http);
        // Said before the body is asked for, so that a client that waits for leave never sends it.
        if (http.Request.ContentLength > http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize)
            throw new ArmException("RequestContentTooLarge", "The request content is larger than 4 MB.", status: 413);
        CheckApiVersion(http.Request.Query["api-version"].ToString());
        if (call is null)
            throw new ArmException("InvalidResourceType", $"The resource type could not be found, or not for {http.Request.Method} in this twin.", status: 404);
        _throttle?.Take(call);
        var cluster = Find(call);
        var fault = _twin.Faults.Next(call.Route.Name, call["pool"] ?? call["cluster"]);
        if (fault?.Kind == FaultKind.Refuse)
            throw ArmException.From(fault);
        if (fault?.Kind == FaultKind.Delay)
            await Task.Delay(TimeSpan.FromSeconds(fault.DelaySeconds), _twin.Options.TimeProvider, http.RequestAborted).ConfigureAwait(false);
        var body = call.Route.Method != "PUT" ? null
            : await JsonNode.ParseAsync(http.Request.Body, documentOptions: Strict, cancellationToken: http.RequestAborted).ConfigureAwait(false);
        var answer = call.Route.Answer(call with { Cluster = cluster!, Fault = fault, Body = body })!;
        if (fault?.Kind == FaultKind.LoseAnswer)
            http.Abort();
        else
            await WriteAsync(http, answer).ConfigureAwait(false);
    }

    private ArmAnswer ListClusters(ArmCall call) => new(200, Json.Of($$"""{"value":{{_clusters.Select(c => c.Get().Body)}} }"""));

    private ArmAnswer ListCredential(ArmCall call)
    {
        var file = Encoding.UTF8.GetBytes(Kubeconfig.ForEntra(_twin, call.Cluster.Name, exec: call.Request.Query["format"] != "azure"));
        return new(200, Json.Of($$"""{"kubeconfigs":[{"name":"clusterUser","value":{{file}} }]}"""));
    }

    private Func<ArmCall, ArmAnswer> OfOperation(Func<ArmCluster, string, ArmAnswer?> ask) => call =>
        _clusters.Select(c => ask(c, call["operation"]!)).FirstOrDefault(a => a is not null)
        ?? throw new ArmException("NotFound", $"The operation {call["operation"]} was not found.", status: 404);

    /// <summary>The cluster that a call names, if it names one; or the error of the first name in its path that nothing has.</summary>
    private ArmCluster? Find(ArmCall call)
    {
        if (!Same(call["subscription"], _twin.Options.SubscriptionId))
            throw new ArmException("SubscriptionNotFound", $"The subscription '{call["subscription"]}' could not be found.", status: 404);
        if (call["group"] is { } group && !Same(group, _twin.Options.ResourceGroup))
            throw new ArmException("ResourceGroupNotFound", $"Resource group '{group}' could not be found.", status: 404);
        return call["cluster"] is not { } name ? null : _clusters.Find(c => Same(c.Name, name)) ?? throw new ArmException(
            "ResourceNotFound", $"The Resource 'Microsoft.ContainerService/managedClusters/{name}' was not found.", status: 404);
    }

    private static void Authenticate(HttpContext http)
    {
        if (AuthenticationHeaderValue.TryParse(http.Request.Headers.Authorization, out var header) && Same(header.Scheme, "Bearer") && header.Parameter is { Length: > 0 })
            return;
        http.Response.Headers.WWWAuthenticate = "Bearer authorization_uri=\"https://login.microsoftonline.com/common\", error=\"invalid_token\"";
        throw new ArmException("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing or no bearer token.", status: 401);
    }

    private static void CheckApiVersion(string version)
    {
        if (version.Length == 0)
            throw new ArmException("MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.");
        var date = version.EndsWith("-preview", StringComparison.Ordinal) ? version[..^"-preview".Length] : version;
        if (!DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            throw new ArmException("InvalidApiVersionParameter", $"The api-version '{version}' is invalid: it is no date like 2026-04-01.");
    }

    private static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private Task WriteAsync(HttpContext http, ArmAnswer answer)
    {
        var headers = http.Response.Headers;
        if (answer.Poll is not null)
        {
            var url = $"{_twin.ArmEndpoint}subscriptions/{_twin.Options.SubscriptionId}/providers/Microsoft.ContainerService/locations/{answer.Poll}?api-version=2016-03-30";
            headers.RetryAfter = Math.Ceiling(_twin.Options.Timing.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            if (http.Request.Method != "GET")
                headers["Azure-AsyncOperation"] = url;
            if (answer.Status == 202)
                headers.Location = url.Replace("/operations/", "/operationresults/", StringComparison.Ordinal);
        }

        return WriteAsync(http, answer.Status, answer.Body);
    }

    private static async Task WriteAsync(HttpContext http, int status, JsonNode? body)
    {
        http.Response.StatusCode = status;
        if (body is null)
            return;
        http.Response.ContentType = "application/json; charset=utf-8";
        await http.Response.WriteAsync(body.ToJsonString(), http.RequestAborted).ConfigureAwait(false);
    }
}
