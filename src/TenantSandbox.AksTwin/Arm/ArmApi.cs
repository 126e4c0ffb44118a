using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Arm;

/// <summary>
/// The Azure Resource Manager API of all clusters: routes, authentication, api-version, throttling, injected faults, error responses.
/// </summary>
internal sealed class ArmApi(TwinHost twin, List<ArmCluster> clusters)
{
    private const string Provider = "/subscriptions/{subscription}/providers/Microsoft.ContainerService";
    private const string Group = "/subscriptions/{subscription}/resourceGroups/{group}";
    private const string Clusters = Group + "/providers/Microsoft.ContainerService/managedClusters";
    private const string Cluster = Clusters + "/{cluster}";
    private const string Pools = Cluster + "/agentPools";
    private const string Pool = Pools + "/{pool}";
    private const string Subnet = Group + "/providers/Microsoft.Network/virtualNetworks/{network}/subnets/{subnet}";
    private const string Location = Provider + "/locations/{location}";

    private readonly ArmThrottle? _throttle =
        twin.Options.Throttling ?? twin.Options.Timing == TimingProfile.Realistic ? new(twin.Options.TimeProvider) : null;

    public void Map(WebApplication app)
    {
        Route("GET", Provider + "/managedClusters", "arm.managedClusters.list", "managedClusters/read", ListClusters);
        Route("GET", Clusters, "arm.managedClusters.list", "managedClusters/read", ListClusters);
        Route("GET", Cluster, "arm.managedClusters.get", "managedClusters/read", c => c.Cluster.GetCluster());
        Route("POST", Cluster + "/listClusterUserCredential", "arm.managedClusters.listClusterUserCredential", "managedClusters/listClusterUserCredential/action", ListUserCredential);
        Route("GET", Pools, "arm.agentPools.list", "managedClusters/agentPools/read", c => c.Cluster.ListPools());
        Route("GET", Pool, "arm.agentPools.get", "managedClusters/agentPools/read", c => c.Cluster.GetPool(c));
        Route("PUT", Pool, "arm.agentPools.put", "managedClusters/agentPools/write", c => c.Cluster.PutPool(c));
        Route("DELETE", Pool, "arm.agentPools.delete", "managedClusters/agentPools/delete", c => c.Cluster.DeletePool(c));
        Route("POST", Pool + "/abort", "arm.agentPools.abort", "managedClusters/agentPools/abort/action", c => c.Cluster.Abort(c));
        Route("POST", Pool + "/upgradeNodeImageVersion", "arm.agentPools.upgradeNodeImageVersion", "managedClusters/agentPools/upgradeNodeImageVersion/action", c => c.Cluster.UpgradeNodeImage(c));
        Route("GET", Subnet, "arm.subnets.get", "virtualNetworks/subnets/read", GetSubnet);
        Route("GET", Location + "/operations/{operation}", "arm.operations.get", "locations/operations/read", ForOperation((c, id) => c.OperationStatus(id)));
        Route(
            "GET",
            Location + "/operationresults/{operation}",
            "arm.operationresults.get",
            "locations/operationresults/read",
            ForOperation((c, id) => c.OperationResult(id)));
        app.MapFallback("{**path}", http => HandleAsync(new("arm.unknown", http), null));

        void Route(string method, string path, string name, string action, Func<ArmRequest, ArmResponse> handler) =>
            app.MapMethods(path, [method], http => HandleAsync(new(name, http) { Action = $"Microsoft.{(path == Subnet ? "Network" : "ContainerService")}/{action}" }, handler));
    }

    private async Task HandleAsync(ArmRequest call, Func<ArmRequest, ArmResponse>? handler)
    {
        var response = call.Http.Response;
        response.Headers["x-ms-request-id"] = call.Http.TraceIdentifier;
        try
        {
            await ProcessAsync(call, handler);
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
            response.Headers["x-ms-error-code"] = error.ErrorBody.GetString("code");
            response.Headers.RetryAfter = error.RetryAfter?.ToString(CultureInfo.InvariantCulture);
            await WriteResponseAsync(call, new(error.Status, new JsonObject { ["error"] = error.ErrorBody }));
        }
    }

    private async Task ProcessAsync(ArmRequest call, Func<ArmRequest, ArmResponse>? handler)
    {
        var (request, cancellationToken) = (call.Http.Request, call.Http.RequestAborted);
        twin.Calls.Count(call.CallName);
        Authenticate(call);
        // Checked before the body is read, so that a client with Expect: 100-continue doesn't send it.
        if (request.ContentLength > call.Http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize)
        {
            throw new ArmException(413, "RequestContentTooLarge", "The request content is larger than 4 MB.");
        }

        CheckApiVersion(request.Query["api-version"].ToString());
        if (handler is null)
        {
            throw new ArmException(404, "InvalidResourceType", $"The resource type could not be found for {request.Method}.");
        }

        _throttle?.Acquire(call);
        var cluster = FindCluster(call);
        var fault = twin.InjectedFaults.Next(call.CallName, call["pool"] ?? call["cluster"]);
        if (fault?.Kind == InjectedFaultKind.Refuse)
        {
            throw ArmException.FromInjectedFault(fault);
        }

        if (fault?.Kind == InjectedFaultKind.Delay)
        {
            await Task.Delay(TimeSpan.FromSeconds(fault.DelaySeconds), twin.Options.TimeProvider, cancellationToken);
        }

        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        var json = request.Method == "PUT" ? JsonParser.Parse(body.ToArray()) : null;
        var response = handler(call with { Cluster = cluster!, Fault = fault, Body = json });
        if (fault?.Kind == InjectedFaultKind.LoseAnswer)
        {
            call.Http.Abort();
        }
        else
        {
            await WriteResponseAsync(call, response);
        }
    }

    private ArmResponse ListClusters(ArmRequest call) =>
        new(200, JsonTemplate.Fill($$"""{"value":{{clusters.Select(c => c.GetCluster().Body)}} }"""));

    private ArmResponse GetSubnet(ArmRequest call)
    {
        var name = $"{call["network"]}/{call["subnet"]}";
        return twin.Options.Subnets.TryGetValue(name, out var prefix)
            ? new(200, JsonTemplate.Fill(
                $$"""
                {"id":{{call.Http.Request.Path.Value}}, "name":{{call["subnet"]}}, "type":"Microsoft.Network/virtualNetworks/subnets",
                "properties":{"provisioningState":"Succeeded","addressPrefix":{{prefix}} } }
                """))
            : throw new ArmException(404, "NotFound", $"Resource {name} was not found.");
    }

    private ArmResponse ListUserCredential(ArmRequest call)
    {
        var file = Encoding.UTF8.GetBytes(Kubeconfig.ForEntra(twin, call.Cluster.Name, exec: call.Http.Request.Query["format"] != "azure"));
        return new(200, JsonTemplate.Fill($$"""{"kubeconfigs":[{"name":"clusterUser","value":{{file}} }]}"""));
    }

    private Func<ArmRequest, ArmResponse> ForOperation(Func<ArmCluster, string, ArmResponse?> find) => call =>
        clusters.Select(c => find(c, call["operation"]!)).FirstOrDefault(response => response is not null)
        ?? throw new ArmException(404, "NotFound", $"The operation {call["operation"]} was not found.");

    /// <summary>Returns the cluster that the path names, or null if it names none.</summary>
    /// <exception cref="ArmException">404 for the first segment of the path that doesn't exist.</exception>
    private ArmCluster? FindCluster(ArmRequest call)
    {
        if (!EqualsIgnoreCase(call["subscription"], twin.Options.SubscriptionId))
        {
            throw new ArmException(404, "SubscriptionNotFound", $"The subscription '{call["subscription"]}' could not be found.");
        }

        if (call["group"] is { } group && !EqualsIgnoreCase(group, twin.Options.ResourceGroup))
        {
            throw new ArmException(404, "ResourceGroupNotFound", $"Resource group '{group}' could not be found.");
        }

        return call["cluster"] is not { } name ? null : clusters.Find(c => EqualsIgnoreCase(c.Name, name)) ?? throw new ArmException(
            404, "ResourceNotFound", $"The Resource 'Microsoft.ContainerService/managedClusters/{name}' was not found.");
    }

    private void Authenticate(ArmRequest call)
    {
        if (AuthenticationHeaderValue.TryParse(call.Http.Request.Headers.Authorization, out var header)
            && EqualsIgnoreCase(header.Scheme, "Bearer") && header.Parameter is { Length: > 0 } token)
        {
            if (call.Action is { } action)
            {
                twin.Options.AccessLog?.Add(new ArmAction(UserInfo.NameOf(token), action, ScopeOf(call)));
            }

            return;
        }

        call.Http.Response.Headers.WWWAuthenticate = "Bearer authorization_uri=\"https://login.microsoftonline.com/common\"";
        throw new ArmException(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
    }

    // An action is checked at the resource that it acts on; a list at what it lists from.
    private static string ScopeOf(ArmRequest call)
    {
        var path = call.Http.Request.Path.Value!;
        return call.Action!.EndsWith("/action", StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : path;
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

    /// <summary>ARM names are case-insensitive.</summary>
    public static bool EqualsIgnoreCase(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private async Task WriteResponseAsync(ArmRequest call, ArmResponse response)
    {
        var http = call.Http.Response;
        http.StatusCode = response.Status;
        if (response.OperationPath is not null)
        {
            var locations = $"{twin.ArmEndpoint}subscriptions/{twin.Options.SubscriptionId}/providers/Microsoft.ContainerService/locations";
            var url = $"{locations}/{response.OperationPath}?api-version=2016-03-30";
            http.Headers.RetryAfter = Math.Ceiling(twin.Options.Timing.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            if (call.Http.Request.Method != "GET")
            {
                http.Headers["Azure-AsyncOperation"] = url;
            }

            if (response.Status == 202)
            {
                http.Headers.Location = url.Replace("/operations/", "/operationresults/", StringComparison.Ordinal);
            }
        }

        if (response.Body is not null)
        {
            await http.WriteAsJsonAsync(response.Body, call.Http.RequestAborted);
        }
    }
}
