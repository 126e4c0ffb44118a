using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>Azure Resource Manager in front of the clusters: authentication, versions, throttling, faults, the error envelope.</summary>
internal sealed partial class ArmApi(
    TwinOptions options, FaultScript faults, CallCounter calls, IReadOnlyList<ArmCluster> clusters, Func<string, bool, string> kubeconfig)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    private readonly ArmWriter _writer = new(options);
    private readonly Throttle? _throttle =
        options.Throttling ?? options.Timing == TimingProfile.TrueToLife ? new Throttle(options.TimeProvider) : null;

    public async Task HandleAsync(HttpContext http)
    {
        http.Response.Headers["x-ms-request-id"] = http.TraceIdentifier;
        http.Response.Headers["x-ms-correlation-request-id"] =
            http.Request.Headers["x-ms-correlation-request-id"].FirstOrDefault() ?? http.TraceIdentifier;
        try
        {
            await HandleCallAsync(http).ConfigureAwait(false);
        }
        catch (ArmException e)
        {
            await ArmWriter.WriteErrorAsync(http, e).ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            await ArmWriter.WriteErrorAsync(http, new(400, "InvalidRequestContent", $"The request content was invalid and could not be deserialized: '{e.Message}'.")).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            await ArmWriter.WriteErrorAsync(http, new(e.StatusCode, e.StatusCode == 413 ? "RequestContentTooLarge" : "BadRequest", e.Message)).ConfigureAwait(false);
        }
    }

    private async Task HandleCallAsync(HttpContext http)
    {
        var call = ArmCall.Parse(http.Request.Method, http.Request.Path.Value ?? "");
        calls.Count(call?.Name ?? "arm.unknown");
        Authenticate(http);
        // Said before the body is asked for, so that a client that waits for leave never sends it.
        if (http.Request.ContentLength > http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize)
            throw new ArmException(413, "RequestContentTooLarge", "The request content is larger than 4 MB.");
        var version = ApiVersion(http);
        if (call is null)
            throw new ArmException(404, "InvalidResourceType", $"The resource type could not be found, or {http.Request.Method} is not supported for it by this twin.");
        _throttle?.Take(call);
        Require(call);

        var fault = faults.Next(call.Name, call.Pool ?? call.Cluster);
        if (fault?.Kind == FaultKind.Refuse)
            throw ArmException.From(fault);
        if (fault?.Kind == FaultKind.Delay)
            await Task.Delay(TimeSpan.FromSeconds(fault.DelaySeconds), options.TimeProvider, http.RequestAborted).ConfigureAwait(false);
        var answer = await AnswerAsync(http, call, version, fault).ConfigureAwait(false);
        if (fault?.Kind == FaultKind.LoseAnswer)
            http.Abort();
        else
            await _writer.WriteAsync(http, answer).ConfigureAwait(false);
    }

    private async Task<ArmAnswer> AnswerAsync(HttpContext http, ArmCall call, string version, Fault? fault)
    {
        var conditions = new Conditions(http.Request.Headers.IfMatch.FirstOrDefault(), http.Request.Headers.IfNoneMatch.FirstOrDefault());
        if (call.Operation is not null)
            return Operation(call);
        if (call.Name == "arm.managedClusters.list")
            return new(200, new JsonObject { ["value"] = new JsonArray([.. clusters.Select(_writer.Cluster)]) });
        var cluster = Cluster(call);
        switch (call.Name)
        {
            case "arm.managedClusters.get":
                return new(200, _writer.Cluster(cluster));
            case "arm.managedClusters.listClusterUserCredential":
                var exec = http.Request.Query["format"].FirstOrDefault() != "azure";
                var file = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(kubeconfig(cluster.Cluster.Name, exec)));
                return new(200, new JsonObject
                {
                    ["kubeconfigs"] = new JsonArray(new JsonObject { ["name"] = "clusterUser", ["value"] = file }),
                });
            case "arm.agentPools.list":
                return new(200, new JsonObject
                {
                    ["value"] = new JsonArray([.. cluster.List().Select(p => _writer.Pool(cluster, p.Name, p.Properties))]),
                });
            case "arm.agentPools.get":
                return new(200, _writer.Pool(cluster, call.Pool!, cluster.Get(call.Pool!)));
            case "arm.agentPools.put":
                var body = await JsonNode.ParseAsync(http.Request.Body, documentOptions: Strict, cancellationToken: http.RequestAborted).ConfigureAwait(false);
                var (created, properties, put) = cluster.Put(call.Pool!, body, conditions, version, fault);
                return new(created ? 201 : 200, _writer.Pool(cluster, call.Pool!, properties), put, cluster.Cluster.Location);
            case "arm.agentPools.delete":
                return Accepted(cluster, cluster.Delete(call.Pool!, conditions, fault), otherwise: 204);
            case "arm.agentPools.abort":
                return Accepted(cluster, cluster.Abort(call.Pool!), otherwise: 204);
            default:
                var upgrade = Accepted(cluster, cluster.UpgradeNodeImage(call.Pool!, fault), otherwise: 200);
                return upgrade with { Body = _writer.Pool(cluster, call.Pool!, cluster.Get(call.Pool!)) };
        }
    }

    private static ArmAnswer Accepted(ArmCluster cluster, PoolOperation? operation, int otherwise) =>
        operation is null ? new(otherwise, null) : new(202, null, operation, cluster.Cluster.Location) { WithLocation = true };

    private ArmAnswer Operation(ArmCall call)
    {
        var (cluster, operation) = clusters.Select(c => (c, c.Operation(call.Operation!))).FirstOrDefault(o => o.Item2 is not null);
        if (operation is null)
            throw new ArmException(404, "NotFound", $"The operation {call.Operation} was not found.");
        var running = operation.Status == "InProgress";
        if (call.Name == "arm.operations.get")
            return new(200, ArmWriter.Status(operation)) { PollAgain = running };
        if (running)
            return new(202, null, operation, cluster.Cluster.Location) { WithLocation = true };
        if (operation.Status is "Failed" or "Canceled")
            throw new ArmException(409, operation.Error!["code"]!.GetValue<string>(), operation.Error["message"]!.GetValue<string>());
        return operation.Kind == "Put" && cluster.TryGet(operation.Pool) is { } pool
            ? new(200, _writer.Pool(cluster, operation.Pool, pool))
            : new(204, null);
    }

    private void Require(ArmCall call)
    {
        if (!Same(call.Subscription, options.SubscriptionId))
            throw new ArmException(404, "SubscriptionNotFound", $"The subscription '{call.Subscription}' could not be found.");
        if (call.ResourceGroup is not null && !Same(call.ResourceGroup, options.ResourceGroup))
            throw new ArmException(404, "ResourceGroupNotFound", $"Resource group '{call.ResourceGroup}' could not be found.");
        if (call.Cluster is not null)
            Cluster(call);
    }

    private ArmCluster Cluster(ArmCall call) => clusters.FirstOrDefault(c => Same(c.Cluster.Name, call.Cluster)) ?? throw new ArmException(
        404,
        "ResourceNotFound",
        $"The Resource 'Microsoft.ContainerService/managedClusters/{call.Cluster}' under resource group '{call.ResourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix");

    private static void Authenticate(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.FirstOrDefault();
        if (header is not null && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && header.AsSpan(7).Trim().Length > 0)
            return;
        http.Response.Headers.WWWAuthenticate = "Bearer authorization_uri=\"https://login.microsoftonline.com/common\", error=\"invalid_token\"";
        throw new ArmException(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing or not a bearer token.");
    }

    private static string ApiVersion(HttpContext http)
    {
        var version = http.Request.Query["api-version"].FirstOrDefault();
        if (string.IsNullOrEmpty(version))
            throw new ArmException(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.");
        var match = Version().Match(version);
        if (!match.Success || !DateOnly.TryParseExact(match.Groups[1].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            throw new ArmException(400, "InvalidApiVersionParameter", $"The api-version '{version}' is invalid. It is a date like 2026-04-01, with -preview at its end for a preview.");
        return version;
    }

    private static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^(\d{4}-\d{2}-\d{2})(-preview)?$")]
    private static partial Regex Version();
}
