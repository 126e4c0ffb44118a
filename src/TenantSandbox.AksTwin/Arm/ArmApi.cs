using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
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
    private readonly IReadOnlyList<ArmCluster> _clusters;
    private readonly Throttle? _throttle;
    private readonly ArmRoute[] _routes;

    public ArmApi(TwinHost twin, IReadOnlyList<ArmCluster> clusters)
    {
        (_twin, _clusters) = (twin, clusters);
        if (twin.Options.Throttling ?? twin.Options.Timing == TimingProfile.TrueToLife)
            _throttle = new(twin.Options.TimeProvider);
        _routes =
        [
            new("arm.managedClusters.list", "GET", Provider + "/managedClusters", ListClusters),
            new("arm.managedClusters.list", "GET", Clusters, ListClusters),
            new("arm.managedClusters.get", "GET", Clusters + "/{cluster}", c => new(200, c.Cluster.View())),
            new("arm.managedClusters.listClusterUserCredential", "POST", Clusters + "/{cluster}/listClusterUserCredential", ListCredential),
            new("arm.agentPools.list", "GET", Pools, c => new(200, new JsonObject { ["value"] = c.Cluster.Pools() })),
            new("arm.agentPools.get", "GET", Pools + "/{pool}", c => new(200, c.Cluster.Pool(c.Pool))),
            new("arm.agentPools.put", "PUT", Pools + "/{pool}", Put),
            new("arm.agentPools.delete", "DELETE", Pools + "/{pool}", c =>
                Accepted(c, c.Cluster.Delete(c.Pool, Conditions.Of(c.Http.Request), c.Fault)) ?? new(204)),
            new("arm.agentPools.abort", "POST", Pools + "/{pool}/abort", c => Accepted(c, c.Cluster.Abort(c.Pool))!),
            new("arm.agentPools.upgradeNodeImageVersion", "POST", Pools + "/{pool}/upgradeNodeImageVersion", c =>
                (Accepted(c, c.Cluster.UpgradeNodeImage(c.Pool, c.Fault)) ?? new(200)) with { Body = c.Cluster.Pool(c.Pool) }),
            new("arm.operations.get", "GET", Provider + "/locations/{location}/operations/{operation}", OperationStatus),
            new("arm.operationresults.get", "GET", Provider + "/locations/{location}/operationresults/{operation}", OperationResult),
        ];
    }

    public async Task HandleAsync(HttpContext http)
    {
        http.Response.Headers["x-ms-request-id"] = http.TraceIdentifier;
        http.Response.Headers["x-ms-correlation-request-id"] =
            http.Request.Headers["x-ms-correlation-request-id"].FirstOrDefault() ?? http.TraceIdentifier;
        try
        {
            if (await AnswerAsync(http).ConfigureAwait(false) is { } answer)
                await WriteAsync(http, answer.Status, answer.Body).ConfigureAwait(false);
            else
                http.Abort();
        }
        catch (ArmException e)
        {
            await WriteAsync(http, e).ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            var error = new ArmException("InvalidRequestContent", $"The request content was invalid and could not be deserialized: '{e.Message}'.");
            await WriteAsync(http, error).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            var code = e.StatusCode == 413 ? "RequestContentTooLarge" : "BadRequest";
            await WriteAsync(http, new ArmException(code, e.Message, status: e.StatusCode)).ConfigureAwait(false);
        }
    }

    /// <summary>Does what was asked for; null when the answer is to be lost.</summary>
    private async Task<ArmAnswer?> AnswerAsync(HttpContext http)
    {
        var call = _routes.Select(r => r.Match(http)).FirstOrDefault(c => c is not null);
        _twin.Calls.Count(call?.Route.Name ?? "arm.unknown");
        Authenticate(http);
        // Said before the body is asked for, so that a client that waits for leave never sends it.
        if (http.Request.ContentLength > http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize)
            throw new ArmException("RequestContentTooLarge", "The request content is larger than 4 MB.", status: 413);
        var version = ApiVersion(http);
        if (call is null)
        {
            throw new ArmException(
                "InvalidResourceType", $"The resource type could not be found, or {http.Request.Method} is not supported for it by this twin.", status: 404);
        }

        _throttle?.Take(call);
        var cluster = Find(call);
        var fault = _twin.Faults.Next(call.Route.Name, call.Parts["pool"] as string ?? call.ClusterName);
        if (fault?.Kind == FaultKind.Refuse)
            throw ArmException.From(fault);
        if (fault?.Kind == FaultKind.Delay)
            await Task.Delay(TimeSpan.FromSeconds(fault.DelaySeconds), _twin.Options.TimeProvider, http.RequestAborted).ConfigureAwait(false);
        var body = call.Route.Method == "PUT"
            ? await JsonNode.ParseAsync(http.Request.Body, documentOptions: Strict, cancellationToken: http.RequestAborted).ConfigureAwait(false)
            : null;
        var answer = call.Route.Answer(call with { ApiVersion = version, Cluster = cluster!, Fault = fault, Body = body });
        return fault?.Kind == FaultKind.LoseAnswer ? null : answer;
    }

    private ArmAnswer ListClusters(ArmCall call) => new(200, new JsonObject { ["value"] = _clusters.Select(c => c.View()).ToJson() });

    private ArmAnswer ListCredential(ArmCall call)
    {
        var file = Kubeconfig.ForEntra(_twin, call.Cluster.Name, exec: call.Http.Request.Query["format"] != "azure");
        return new(200, Json.Of($$"""{"kubeconfigs":[{"name":"clusterUser","value":{{Encoding.UTF8.GetBytes(file)}} }]}"""));
    }

    private ArmAnswer Put(ArmCall call)
    {
        var (created, operation) = call.Cluster.Put(call.Pool, call.Body, Conditions.Of(call.Http.Request), call.ApiVersion, call.Fault);
        SayWhereToAsk(call, call.Cluster, operation);
        return new(created ? 201 : 200, call.Cluster.Pool(call.Pool));
    }

    private ArmAnswer? Accepted(ArmCall call, PoolOperation? operation)
    {
        if (operation is null)
            return null;
        call.Http.Response.Headers.Location = SayWhereToAsk(call, call.Cluster, operation).Replace("/operations/", "/operationresults/", StringComparison.Ordinal);
        return new(202);
    }

    private ArmAnswer OperationStatus(ArmCall call)
    {
        var (_, operation) = FindOperation(call);
        if (operation.IsRunning)
            SayWhen(call);
        return new(200, operation.View());
    }

    private ArmAnswer OperationResult(ArmCall call)
    {
        var (cluster, operation) = FindOperation(call);
        if (operation.IsRunning)
            return Accepted(call with { Cluster = cluster }, operation)!;
        if (operation.Error is { } error)
            throw new ArmException(error.Text("code")!, error.Text("message")!, status: 409);
        return operation.Kind is "Creating" or "Updating" or "Scaling" ? new(200, cluster.Pool(operation.Pool)) : new(204);
    }

    private string SayWhereToAsk(ArmCall call, ArmCluster cluster, PoolOperation operation)
    {
        SayWhen(call);
        var provider = Provider.Replace("{subscription}", _twin.Options.SubscriptionId, StringComparison.Ordinal);
        var url = $"{_twin.ArmEndpoint}{provider}/locations/{cluster.Location}/operations/{operation.Id}?api-version=2016-03-30";
        call.Http.Response.Headers["Azure-AsyncOperation"] = url;
        return url;
    }

    private void SayWhen(ArmCall call) =>
        call.Http.Response.Headers.RetryAfter = Math.Ceiling(_twin.Options.Timing.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private (ArmCluster Cluster, PoolOperation Operation) FindOperation(ArmCall call)
    {
        var id = (string)call.Parts["operation"]!;
        var (cluster, operation) = _clusters.Select(c => (c, c.Operation(id))).FirstOrDefault(o => o.Item2 is not null);
        return (cluster, operation ?? throw new ArmException("NotFound", $"The operation {id} was not found.", status: 404));
    }

    /// <summary>The cluster that a call names, if it names one; or the error of the first name in its path that nothing has.</summary>
    private ArmCluster? Find(ArmCall call)
    {
        if (!Same(call.Subscription, _twin.Options.SubscriptionId))
            throw new ArmException("SubscriptionNotFound", $"The subscription '{call.Subscription}' could not be found.", status: 404);
        if (call.Group is not null && !Same(call.Group, _twin.Options.ResourceGroup))
            throw new ArmException("ResourceGroupNotFound", $"Resource group '{call.Group}' could not be found.", status: 404);
        var cluster = _clusters.FirstOrDefault(c => Same(c.Name, call.ClusterName));
        if (call.ClusterName is null || cluster is not null)
            return cluster;
        throw new ArmException(
            "ResourceNotFound",
            $"The Resource 'Microsoft.ContainerService/managedClusters/{call.ClusterName}' under resource group '{call.Group}' was not found. "
            + "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
            status: 404);
    }

    private static void Authenticate(HttpContext http)
    {
        if (AuthenticationHeaderValue.TryParse(http.Request.Headers.Authorization, out var header) && Same(header.Scheme, "Bearer") && header.Parameter is { Length: > 0 })
            return;
        http.Response.Headers.WWWAuthenticate = "Bearer authorization_uri=\"https://login.microsoftonline.com/common\", error=\"invalid_token\"";
        throw new ArmException(
            "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing or not a bearer token.", status: 401);
    }

    private static string ApiVersion(HttpContext http)
    {
        var version = http.Request.Query["api-version"].ToString();
        if (version.Length == 0)
            throw new ArmException("MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.");
        var date = version.EndsWith("-preview", StringComparison.Ordinal) ? version[..^"-preview".Length] : version;
        return DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? version : throw new ArmException(
            "InvalidApiVersionParameter",
            $"The api-version '{version}' is invalid. It is a date like 2026-04-01, with -preview at its end for a preview.");
    }

    private static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static async Task WriteAsync(HttpContext http, ArmException error)
    {
        if (http.Response.HasStarted)
            return;
        http.Response.Headers["x-ms-error-code"] = error.Code;
        if (error.RetryAfter is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await WriteAsync(http, error.Status, error.ToJson()).ConfigureAwait(false);
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
