using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Azure;
using Azure.ResourceManager.ContainerService;
using CsCheck;

namespace TenantSandbox.AksTwin.Tests;

public sealed class ArmRuleTests
{
    [Theory]
    [InlineData("kata1", """{"vmSize":"Standard_D2ls_v5","workloadRuntime":"KataVmIsolation"}""", "InvalidWorkloadRuntimeSettingError")]
    [InlineData("kata1", """{"vmSize":"Standard_D4ps_v6","workloadRuntime":"KataVmIsolation"}""", "InvalidWorkloadRuntimeSettingError")]
    [InlineData("kata1", """{"osSKU":"Ubuntu","workloadRuntime":"KataVmIsolation"}""", "InvalidWorkloadRuntimeSettingError")]
    [InlineData("kata1", """{"enableFIPS":true,"workloadRuntime":"KataVmIsolation"}""", "InvalidWorkloadRuntimeSettingError")]
    [InlineData("kata1", """{"workloadRuntime":"KataMshvVmIsolation"}""", "InvalidParameter")]
    [InlineData("kata1", """{"workloadRuntime":"WasmWasi"}""", "InvalidParameter")]
    [InlineData("Kata1", "{}", "InvalidParameter")]
    [InlineData("kata-1", "{}", "InvalidParameter")]
    [InlineData("kata123456789", "{}", "InvalidParameter")]
    [InlineData("kata1", """{"vmSize":"Standard_Z1"}""", "BadRequest")]
    [InlineData("kata1", """{"count":1001}""", "InvalidParameter")]
    [InlineData("kata1", """{"count":-1}""", "InvalidParameter")]
    [InlineData("kata1", """{"count":0,"mode":"System"}""", "InvalidParameter")]
    [InlineData("kata1", """{"count":1,"enableAutoScaling":true}""", "InvalidParameter")]
    [InlineData("kata1", """{"count":1,"enableAutoScaling":true,"minCount":2,"maxCount":1}""", "InvalidParameter")]
    [InlineData("kata1", """{"count":9,"enableAutoScaling":true,"minCount":1,"maxCount":3}""", "InvalidParameter")]
    [InlineData("kata1", """{"count":1,"minCount":1,"maxCount":3}""", "InvalidParameter")]
    [InlineData("kata1", """{"maxPods":9}""", "InvalidParameter")]
    [InlineData("kata1", """{"mode":"Users"}""", "InvalidParameter")]
    [InlineData("kata1", """{"availabilityZones":["4"]}""", "AvailabilityZoneNotSupported")]
    [InlineData("kata1", """{"orchestratorVersion":"1.35.0"}""", "NodePoolMcVersionIncompatible")]
    [InlineData("kata1", """{"orchestratorVersion":"1.30"}""", "NodePoolMcVersionIncompatible")]
    [InlineData("kata1", """{"nodeTaints":["kata"]}""", "InvalidParameter")]
    [InlineData("kata1", """{"nodeLabels":{"kubernetes.azure.com/kata-vm-isolation":"true"}}""", "InvalidParameter")]
    [InlineData("kata1", """{"powerState":{"code":"Stopped"}}""", "InvalidParameter")]
    [InlineData("kata1", """{"cuont":1}""", "UnmarshalError")]
    [InlineData("kata1", """{"count":"1"}""", "UnmarshalError")]
    [InlineData("kata1", """{"count":1.5}""", "UnmarshalError")]
    [InlineData("kata1", """{"nodeTaints":[1]}""", "UnmarshalError")]
    public async Task Put_InvalidProperties_ReturnsAksCodeAndChangesNothing(string name, string properties, string code)
    {
        await using var twin = await ArmTestHost.StartAsync();

        var (status, error) = await PutAsync(twin, name, "{\"properties\":" + properties + "}");

        Assert.Equal((400, code), (status, error));
        Assert.Single(twin.Cluster.PoolNames());
    }

    [Theory]
    [InlineData("", "InvalidRequestContent")]
    [InlineData("[]", "InvalidRequestContent")]
    [InlineData("{", "InvalidRequestContent")]
    [InlineData("""{"properties":{"count":1,"count":2}}""", "InvalidRequestContent")]
    [InlineData("""{"properties":{"vmSize":"\ud800"}}""", "InvalidRequestContent")]
    [InlineData("""{"properties":{"\ud800":1}}""", "InvalidRequestContent")]
    [InlineData("""{"properties":{"nodeLabels":{"a":"\ud800"}}}""", "InvalidRequestContent")]
    [InlineData("{}", "InvalidParameter")]
    public async Task Put_InvalidBody_ReturnsTheCode(string body, string code)
    {
        await using var twin = await ArmTestHost.StartAsync();

        Assert.Equal((400, code), await PutAsync(twin, "kata1", body));
    }

    [Fact]
    public async Task Put_BodyOver4Mb_Returns413()
    {
        await using var twin = await ArmTestHost.StartAsync();
        // With Expect: 100-continue the client gets the response before it sends the body; otherwise the connection could break while it
        // sends.
        using var handler = twin.Host.CreateHandler();
        handler.Expect100ContinueTimeout = TimeSpan.FromMinutes(1);
        using var http = new HttpClient(handler) { BaseAddress = twin.Host.ArmEndpoint };
        using var request = new HttpRequestMessage(HttpMethod.Put, ArmTestHost.PoolUrl("kata1")) { Content = new ByteArrayContent(new byte[5 << 20]) };
        request.Headers.ExpectContinue = true;
        request.Headers.Authorization = new("Bearer", "test");

        using var response = await http.SendAsync(request);

        Assert.Equal((413, "RequestContentTooLarge"), ((int)response.StatusCode, await CodeAsync(response)));
    }

    [Theory]
    [InlineData("vmSize", "\"Standard_D8s_v5\"")]
    [InlineData("maxPods", "50")]
    [InlineData("workloadRuntime", "\"OCIContainer\"")]
    [InlineData("availabilityZones", "[\"1\"]")]
    [InlineData("osSKU", "\"Ubuntu\"")]
    public async Task Put_ImmutableProperty_ReturnsPropertyChangeNotAllowed(string property, string value)
    {
        await using var twin = await ArmTestHost.StartAsync();
        await twin.Pools.CreateOrUpdateAsync(WaitUntil.Completed, "kata1", ArmTestHost.Kata(), default(CancellationToken));

        var properties = new JsonObject { ["workloadRuntime"] = "KataVmIsolation" };
        properties[property] = JsonNode.Parse(value);
        var (status, code) = await PutAsync(twin, "kata1", new JsonObject { ["properties"] = properties }.ToJsonString());

        Assert.Equal((400, "PropertyChangeNotAllowed"), (status, code));
    }

    [Fact]
    public async Task Put_BeyondVCpuQuota_NamesFamilyAndRegion()
    {
        await using var twin = await ArmTestHost.StartAsync(quota: 20);

        var refused = await Assert.ThrowsAsync<RequestFailedException>(() =>
            twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, "kata1", ArmTestHost.Kata(count: 4), default(CancellationToken)));

        Assert.Equal("ErrCode_InsufficientVCPUQuota", refused.ErrorCode);
        Assert.Contains("requested 16, remaining 12 for family standardDSv5Family for region westeurope", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_Pool101_ReturnsQuotaExceeded()
    {
        await using var twin = await ArmTestHost.StartAsync(quota: 100_000);
        for (var i = 0; i < 99; i++)
        {
            await twin.Pools.CreateOrUpdateAsync(WaitUntil.Started, $"p{i}", ArmTestHost.Kata(), default(CancellationToken));
        }

        Assert.Equal((400, "QuotaExceeded"), await PutAsync(twin, "pool101", """{"properties":{"count":1}}"""));
    }

    [Fact]
    public async Task Delete_LastSystemPool_Returns400()
    {
        await using var twin = await ArmTestHost.StartAsync();

        var refused = await Assert.ThrowsAsync<RequestFailedException>(async () =>
            await (await twin.Pools.GetAsync("systempool")).Value.DeleteAsync(WaitUntil.Started, default(CancellationToken)));

        Assert.Equal((400, "OperationNotAllowed"), (refused.Status, refused.ErrorCode));
    }

    [Theory]
    [InlineData("GET", "/subscriptions/x?api-version=2026-04-01", 404, "InvalidResourceType")]
    [InlineData("PATCH", "POOL", 404, "InvalidResourceType")]
    [InlineData("GET", "/subscriptions/nobody/providers/Microsoft.ContainerService/managedClusters?api-version=2026-04-01", 404, "SubscriptionNotFound")]
    [InlineData("GET", "NOVERSION", 400, "MissingApiVersionParameter")]
    [InlineData("GET", "BADVERSION", 400, "InvalidApiVersionParameter")]
    [InlineData("GET", "POOL", 404, "NotFound")]
    [InlineData("GET", "OTHERGROUP", 404, "ResourceGroupNotFound")]
    [InlineData("GET", "OTHERCLUSTER", 404, "ResourceNotFound")]
    public async Task AnyCall_UnknownResource_ReturnsAnArmError(string method, string url, int status, string code)
    {
        await using var twin = await ArmTestHost.StartAsync();
        var target = url switch
        {
            "POOL" => ArmTestHost.PoolUrl("nope"),
            "NOVERSION" => ArmTestHost.PoolUrl("nope").Split('?')[0],
            "BADVERSION" => ArmTestHost.PoolUrl("nope", version: "2026-13-01"),
            "OTHERGROUP" => ArmTestHost.PoolUrl("nope").Replace("rg-tenant-sandbox", "other", StringComparison.Ordinal),
            "OTHERCLUSTER" => ArmTestHost.PoolUrl("nope").Replace("aks-twin", "other", StringComparison.Ordinal),
            _ => url,
        };

        using var response = await twin.Http.SendAsync(new(new HttpMethod(method), target));

        Assert.Equal((status, code), ((int)response.StatusCode, await CodeAsync(response)));
        Assert.Contains("aks-twin", response.Headers.Server.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyCall_NoBearerToken_Returns401WithChallenge()
    {
        await using var twin = await ArmTestHost.StartAsync();
        twin.Http.DefaultRequestHeaders.Authorization = null;

        using var response = await twin.Http.GetAsync(new Uri(ArmTestHost.PoolUrl("nope"), UriKind.Relative));

        Assert.Equal((HttpStatusCode.Unauthorized, "AuthenticationFailed"), (response.StatusCode, await CodeAsync(response)));
        Assert.NotEmpty(response.Headers.WwwAuthenticate);
    }

    [Fact]
    public async Task AnyCall_FuzzedBodiesAndPaths_NeverReturns5xxOrChangesState()
    {
        await using var twin = await ArmTestHost.StartAsync();
        var junk = Gen.OneOf(
            Gen.String[0, 60],
            Gen.OneOfConst("[", "null", "1", "\"x\"", "{\"properties\":null}", "{\"properties\":[]}", "{\"properties\":{\"powerState\":{}}}", "{\"properties\":{\"upgradeSettings\":{\"maxSurge\":1}}}", "{\"properties\":{\"nodeLabels\":{\"a\":null}}}", "{\"properties\":{\"count\":1e99}}", "{\"properties\":{\"vmSize\":{}}}", "{\"properties\":{\"tags\":[]}}"));
        var calls = Gen.Select(Gen.OneOfConst("PUT", "POST", "DELETE", "GET", "PATCH"), Gen.OneOfConst("fuzz", "%00", "a b", "FUZZ", "fuzz/abort", "fuzz/%2e%2e", "fuzz/upgradeNodeImageVersion", "..", "%F0%9F%92%A5"), junk);

        await calls.SampleAsync(
            async call =>
            {
                using var request = new HttpRequestMessage(new(call.Item1), ArmTestHost.PoolUrl(call.Item2)) { Content = new StringContent(call.Item3) };
                using var response = await twin.Http.SendAsync(request);
                Assert.InRange((int)response.StatusCode, 200, 499);
                if (!response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType == "application/json")
                {
                    Assert.NotEmpty(await CodeAsync(response));
                }
            },
            iter: 1000,
            threads: 1);

        Assert.Single(twin.Cluster.PoolNames());
    }

    private static async Task<(int Status, string Code)> PutAsync(ArmTestHost twin, string name, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await twin.Http.PutAsync(new Uri(ArmTestHost.PoolUrl(name), UriKind.Relative), content);
        return ((int)response.StatusCode, await CodeAsync(response));
    }

    private static async Task<string> CodeAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonNode>())!["error"]!["code"]!.GetValue<string>();
}

internal static class ArmClusterExtensions
{
    /// <summary>Lists the names of all pools.</summary>
    public static IReadOnlyList<string> PoolNames(this ContainerServiceManagedClusterResource cluster) =>
        [.. cluster.GetContainerServiceAgentPools().GetAllAsync().ToBlockingEnumerable().Select(p => p.Data.Name)];
}
