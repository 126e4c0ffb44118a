using System.Text.Json.Nodes;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>The options of requests, with the answers of a current server.</summary>
public sealed class KubernetesOptionTests(TwinFixture fixture) : IClassFixture<TwinFixture>
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private static readonly string Long = new('m', 129);
    private KubernetesServer Api => fixture.Server;

    public static TheoryData<string, string, string, string> Options => new()
    {
        { "POST", "?fieldValidation=Hm", "CreateOptions", "fieldValidation: Unsupported value: \"Hm\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"" },
        { "POST", "?dryRun=Some", "CreateOptions", "dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"" },
        { "POST", $"?fieldManager={Long}", "CreateOptions", "fieldManager: Too long: may not be more than 128 bytes" },
        { "POST", "?fieldManager=a%07", "CreateOptions", "fieldManager: Invalid value: \"a\\u0007\": invalid character U+0007 (at position 1)" },
        { "PUT", "/x?dryRun=Some", "UpdateOptions", "dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"" },
        { "PATCH", "/x?force=true", "PatchOptions", "force: Forbidden: may not be specified for non-apply patch" },
        { "PATCH", "/x?fieldValidation=warn", "PatchOptions", "fieldValidation: Unsupported value: \"warn\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"" },
        { "DELETE", "/x?propagationPolicy=Hm", "DeleteOptions",
            "propagationPolicy: Unsupported value: \"Hm\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"" },
        { "GET", "?resourceVersionMatch=Hm&resourceVersion=1", "ListOptions",
            "resourceVersionMatch: Unsupported value: \"Hm\": supported values: \"Exact\", \"NotOlderThan\", \"\"" },
        { "GET", "?resourceVersionMatch=Exact", "ListOptions", "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided" },
        { "GET", "?resourceVersionMatch=Exact&resourceVersion=0", "ListOptions",
            "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"" },
        { "GET", "?sendInitialEvents=true", "ListOptions", "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list" },
        { "GET", "?watch=1&sendInitialEvents=true", "ListOptions", "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan" },
        { "GET", "?watch=1&resourceVersionMatch=NotOlderThan", "ListOptions",
            "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided" },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Option_Unknown_IsRefused(string method, string pathAndQuery, string kind, string message)
    {
        var body = method is "GET" or "DELETE" ? null : Manifests.ConfigMap("x");
        var reply = await Api.SendAsync(method, ConfigMaps + pathAndQuery, body, method == "PATCH" ? "application/merge-patch+json" : "application/json");
        Assert.Equal((422, "Invalid", $"{kind}.meta.k8s.io \"\" is invalid: {message}"), (reply.Status, reply.Reason, reply.Text));
    }

    [Theory]
    [InlineData("", 201, "unknown field \"hm\"")]
    [InlineData("Warn", 201, "unknown field \"hm\"")]
    [InlineData("Ignore", 201, null)]
    [InlineData("Strict", 400, "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"hm\"")]
    public async Task FieldValidation_UnknownField_IsTreatedAsAskedFor(string validation, int status, string? message)
    {
        var reply = await Api.PostAsync($"{ConfigMaps}?dryRun=All&fieldValidation={validation}", """{"metadata":{"name":"x"},"hm":1}""");
        Assert.Equal(status, reply.Status);
        Assert.Equal(message, status == 201 ? Warning(reply) : reply.Text);
    }

    [Theory]
    [InlineData("Warn", 201, "duplicate field \"data.a\"")]
    [InlineData("Strict", 400, "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: duplicate field \"data.a\"")]
    public async Task FieldValidation_RepeatedField_TheLastOneCounts(string validation, int status, string message)
    {
        var reply = await Api.PostAsync($"{ConfigMaps}?dryRun=All&fieldValidation={validation}", """{"metadata":{"name":"x"},"data":{"a":"1","a":"2"}}""");
        Assert.Equal((status, status == 201 ? "2" : null), (reply.Status, reply.Body.GetString("data", "a")));
        Assert.Equal(message, status == 201 ? Warning(reply) : reply.Text);
    }

    [Fact]
    public async Task List_NegativeLimit_IsNoLimit() => Assert.Equal(200, (await Api.GetAsync($"{ConfigMaps}?limit=-1")).Status);

    [Fact]
    public async Task Accept_TextOnly_IsRefused()
    {
        var reply = await Api.SendAsync("GET", ConfigMaps, accept: "text/plain");
        Assert.Equal((406, "NotAcceptable"), (reply.Status, reply.Reason));
    }

    [Fact]
    public async Task Watch_WithInitialEvents_MarksTheirEnd()
    {
        const string Query = "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=1";
        await Api.PostAsync("/api/v1/namespaces", """{"metadata":{"name":"streamed"}}""");
        await Api.PostAsync("/api/v1/namespaces/streamed/secrets", """{"metadata":{"name":"first"}}""");
        var seen = new List<JsonObject>();
        await foreach (var e in Api.WatchAsync("/api/v1/namespaces/streamed/secrets", Query))
        {
            seen.Add(e);
            if (seen.Count == 2)
            {
                await Api.PostAsync("/api/v1/namespaces/streamed/secrets", """{"metadata":{"name":"second"}}""");
            }
            else if (seen.Count == 3)
            {
                break;
            }
        }

        Assert.Equal(["ADDED first", "BOOKMARK ", "ADDED second"], seen.Select(e => $"{e.GetString("type")} {e.GetString("object", "metadata", "name")}"));
        Assert.Equal("true", seen[1].GetString("object", "metadata", "annotations", "k8s.io/initial-events-end"));
    }

    private static string? Warning(ApiReply reply) =>
        reply.Message.Headers.TryGetValues("Warning", out var warnings) ? warnings.Single()["299 - \"".Length..^1].Replace("\\\"", "\"", StringComparison.Ordinal) : null;
}
