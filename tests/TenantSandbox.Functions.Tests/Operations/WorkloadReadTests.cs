using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Functions.Tests.Doors.Http;
using TenantSandbox.Functions.Tests.Kubernetes;

namespace TenantSandbox.Functions.Tests.Operations;

/// <summary>What operators read of a tenant's cluster, with an API server whose answers the test decides.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "IAsyncLifetime disposes of them.")]
public sealed class WorkloadReadTests : HttpDoorTests, IAsyncLifetime
{
    private readonly ScriptedApiServer _server = new();
    private readonly Dictionary<string, string?> _settings = [];
    private readonly FakeLogCollector _log = new();
    private readonly CancellationTokenSource _client = new();
    private readonly MemoryStream _body = new();

    /// <summary>The answers of the API server by the path's end; everything else is not found.</summary>
    private readonly Dictionary<string, Func<HttpContext, Task>> _answers = [];

    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await _server.InitializeAsync();
        _server.Answer = http => _answers.FirstOrDefault(a => http.Request.Path.Value!.EndsWith(a.Key, StringComparison.Ordinal)).Value is { } answer
            ? answer(http)
            : ScriptedApiServer.StatusAsync(http, 404, "NotFound");
        _answers["/namespaces/tenant-acme"] = http => JsonAsync(http, Namespace());
        _answers["/events"] = http => JsonAsync(http, List("EventList"));
        Pods("web-1");
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        _client.Dispose();
        _body.Dispose();
        await _server.DisposeAsync();
        await DisposeAsync();
    }

    [Fact]
    public async Task Logs_OnePod_IsItsTextAndNeverLogged()
    {
        await OnboardAsync();
        Log("web-1", "a s3cret\nb\n");

        var answer = await LogsAsync("?tailLines=5&since=10m");

        Assert.Equal((200, "text/plain; charset=utf-8", "a s3cret\nb\n"), (answer.Status, answer.ContentType, answer.Text));
        Assert.DoesNotContain(_log.GetSnapshot(), l => l.Message.Contains("s3cret", StringComparison.Ordinal));
        Assert.Contains(_log.GetSnapshot(), l => l.Message.Contains("11 bytes of the logs of 1 pods", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?follow=true")]
    public async Task Logs_SeveralPods_ArePrefixedAndSayWhichHasNone(string query)
    {
        await OnboardAsync();
        Pods("web-1", "web-2", "web-3");
        Log("web-1", "one\n");
        Log("web-2", "two");
        _answers["/web-3/log"] = http => ScriptedApiServer.StatusAsync(http, 400, "BadRequest");

        var lines = (await LogsAsync(query)).Text.Split('\n');

        Assert.Equal(
            ["", "[web-1] one", "[web-2] two", "tenantsandbox: web-3 has no log: BadRequest: read the log of container web of pod web-3 on cluster aks1: no way"],
            lines.Order(StringComparer.Ordinal));
        Assert.StartsWith("tenantsandbox: web-3", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_Follow_ShowsLinesAsTheyComeAndEndsWithTheClient()
    {
        await OnboardAsync();
        var (second, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        _answers["/web-1/log"] = async http =>
        {
            Assert.Equal("true", http.Request.Query["follow"]);
            await http.Response.WriteAsync("first\n");
            await http.Response.Body.FlushAsync();
            await second.Task;
            await http.Response.WriteAsync("second\n");
            await http.Response.Body.FlushAsync();
            http.RequestAborted.Register(ended.SetResult);
            await ended.Task;
        };

        using var shown = new SignalStream(_body);
        var answer = LogsAsync("?follow=true", shown);
        await shown.UntilAsync("first\n");
        second.SetResult();
        await shown.UntilAsync("first\nsecond\n");
        await _client.CancelAsync();

        await answer.WaitAsync(TimeSpan.FromSeconds(30));
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Logs_FollowBeyondTheTimeLimit_EndsWithALineThatSaysSo()
    {
        await OnboardAsync();
        _settings["Logs__TimeLimit"] = "00:00:01";
        _answers["/web-1/log"] = async http =>
        {
            await http.Response.WriteAsync("first\n");
            await http.Response.Body.FlushAsync();
            var ended = new TaskCompletionSource();
            http.RequestAborted.Register(ended.SetResult);
            await ended.Task;
        };

        Assert.Equal("first\ntenantsandbox: the answer ends after 1 s; ask again with since\n", (await LogsAsync("?follow=true")).Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?follow=true")]
    public async Task Logs_MoreThanTheByteLimit_EndsWithALineThatSaysSo(string query)
    {
        await OnboardAsync();
        _settings["Logs__MaxBytes"] = "65536";
        Log("web-1", string.Concat(Enumerable.Repeat(new string('x', 1023) + "\n", 100)));

        var text = (await LogsAsync(query)).Text;

        Assert.Equal(64, text.Split('\n').Count(l => l.StartsWith('x')));
        Assert.EndsWith("\ntenantsandbox: the answer ends after 65536 bytes; ask for less with tailLines or since\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_ConnectionLost_SaysSoAfterWhatCame()
    {
        await OnboardAsync();
        var seen = new TaskCompletionSource();
        _answers["/web-1/log"] = async http =>
        {
            await http.Response.WriteAsync("first\n");
            await http.Response.Body.FlushAsync();
            await seen.Task;
            http.Abort();
        };

        using var shown = new SignalStream(_body);
        var answer = LogsAsync("?follow=true", shown);
        await shown.UntilAsync("first\n");
        seen.SetResult();
        await shown.UntilAsync("first\ntenantsandbox: the connection to the log of web-1 was lost; ask again with since\n");
        await answer;
    }

    [Theory]
    [InlineData(400, "BadRequest", 409, "not-running")]
    [InlineData(404, "NotFound", 409, "not-running")]
    [InlineData(403, "Forbidden", 502, "cluster-refused")]
    [InlineData(500, "InternalError", 503, "cluster-unavailable")]
    public async Task Logs_NoneCanBeOpened_IsAProblemInTheServersWords(int status, string reason, int expected, string type)
    {
        await OnboardAsync();
        _answers["/web-1/log"] = http => ScriptedApiServer.StatusAsync(http, status, reason);

        var answer = await LogsAsync();

        Assert.Equal((expected, "application/problem+json", type), (answer.Status, answer.ContentType, answer.ProblemType));
        Assert.Equal($"{reason}: read the log of container web of pod web-1 on cluster aks1: no way", answer.Json.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("nobody", "web", "", 404)]
    [InlineData("acme", "other", "", 404)]
    [InlineData("acme", "Not,a=name", "", 404)]
    [InlineData("acme", "web", "?pod=web-9", 404)]
    [InlineData("acme", "web", "?container=other", 404)]
    [InlineData("acme", "web", "?tailLines=x", 400)]
    public async Task Logs_UnknownOrWrong_IsAProblem(string tenant, string workload, string query, int status)
    {
        await OnboardAsync();
        _answers["/namespaces/tenant-acme/pods"] = http => JsonAsync(http, http.Request.Query["labelSelector"].ToString().EndsWith("workload=web", StringComparison.Ordinal)
            ? List("PodList", Pod("web-1"))
            : List("PodList"));
        Assert.Equal(status, (await LogsAsync(query, tenant: tenant, workload: workload)).Status);
    }

    [Fact]
    public async Task Logs_SuspendedTenant_SaysSo()
    {
        await OnboardAsync();
        await Doors.ActAsync("acme", "suspend", """{"actor":"jo","reason":"why"}""");
        await System.SettleAsync();
        Pods();

        var answer = await LogsAsync();

        Assert.Equal((409, "not-running"), (answer.Status, answer.ProblemType));
        Assert.Contains("suspended", answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tenantsandbox/owner", "other")]
    [InlineData("tenantsandbox/incarnation", "2")]
    [InlineData("tenantsandbox/tenant", "other")]
    public async Task Reads_NamespaceOfAnother_ShowNothingOfIt(string label, string value)
    {
        await OnboardAsync();
        Log("web-1", "s3cret\n");
        _answers["/namespaces/tenant-acme"] = http => JsonAsync(http, Namespace().Replace(
            $"\"{label}\":\"{(label.EndsWith("owner", StringComparison.Ordinal) ? Sample.Options.Owner : label.EndsWith("tenant", StringComparison.Ordinal) ? "acme" : "1")}\"",
            $"\"{label}\":\"{value}\"", StringComparison.Ordinal));

        foreach (var answer in (Answer[])[await LogsAsync(), await WorkloadsAsync()])
        {
            Assert.Equal((409, "not-owned"), (answer.Status, answer.ProblemType));
            Assert.DoesNotContain("web-1", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cret", answer.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Reads_ClusterIsDown_AreUnavailableWithTheCause()
    {
        await OnboardAsync();
        await _server.StopAsync();

        foreach (var answer in (Answer[])[await LogsAsync(), await WorkloadsAsync()])
        {
            Assert.Equal((503, "cluster-unavailable"), (answer.Status, answer.ProblemType));
            Assert.StartsWith("NoAnswer: read namespace tenant-acme on cluster aks1: ", answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Workloads_NamespaceMissing_ShowsWhatTheSpecWants()
    {
        await OnboardAsync();
        _answers.Clear();

        var answer = await WorkloadsAsync();

        Assert.Equal((200, JsonValueKind.Null), (answer.Status, answer.Json.GetProperty("namespace").ValueKind));
        var workload = Assert.Single(answer.Json.GetProperty("workloads").EnumerateArray());
        Assert.Equal(("web", JsonValueKind.Null), (workload.GetProperty("name").GetString(), workload.GetProperty("kind").ValueKind));
    }

    [Fact]
    public async Task Workloads_UnknownTenant_IsNotFound() => Assert.Equal(404, (await WorkloadsAsync("nobody")).Status);

    private static string Namespace() => $$"""
        {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"tenant-acme","labels":{"app.kubernetes.io/managed-by":"tenantsandbox",
         "tenantsandbox/owner":"{{Sample.Options.Owner}}","tenantsandbox/tenant":"acme","tenantsandbox/incarnation":"1"} } }
        """;

    private static string Pod(string name) => $$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{name}}","namespace":"tenant-acme","labels":{"tenantsandbox/workload":"web"} },
         "spec":{"containers":[{"name":"web","image":"nginx"}]},"status":{"phase":"Running"} }
        """;

    private static string List(string kind, params string[] items) =>
        $$"""{"apiVersion":"v1","kind":"{{kind}}","metadata":{"resourceVersion":"1"},"items":[{{string.Join(',', items)}}]}""";

    private static Task JsonAsync(HttpContext http, string json)
    {
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(json);
    }

    private void Pods(params string[] names) => _answers["/namespaces/tenant-acme/pods"] = http => JsonAsync(http, List("PodList", [.. names.Select(Pod)]));

    private void Log(string pod, string text) => _answers[$"/{pod}/log"] = http => http.Response.WriteAsync(text);

    private Task<Answer> LogsAsync(string query = "", Stream? body = null, string tenant = "acme", string workload = "web") => RunAsync(
        $"/api/tenants/{tenant}/workloads/{workload}/logs", query, body,
        (services, request) => services.Make<GetWorkloadLogs>().RunAsync(request, tenant, workload, System.Hub.Client, default));

    private Task<Answer> WorkloadsAsync(string tenant = "acme") => RunAsync(
        $"/api/tenants/{tenant}/workloads", "", null, (services, request) => services.Make<GetTenantWorkloads>().RunAsync(request, tenant, System.Hub.Client, default));

    private async Task<Answer> RunAsync(string path, string query, Stream? body, Func<IServiceProvider, HttpRequest, Task<IResult>> run)
    {
        var settings = new Dictionary<string, string?>(_server.Settings()) { ["Clusters__0__Id"] = "aks1" };
        foreach (var (name, value) in _settings)
        {
            settings[name] = value;
        }

        await using var services = App.Create(settings, specs: MemorySpecStore.Shared, logs: _log);
        var http = HttpSubmissionTests.Http();
        using var memory = new MemoryStream();
        (http.Request.Method, http.Request.Path, http.Request.QueryString) = ("GET", path, new(query));
        (http.Response.Body, http.RequestAborted) = (body ?? memory, _client.Token);
        await (await run(services, http.Request)).ExecuteAsync(http);
        return new(http.Response.StatusCode, http.Response.ContentType, Encoding.UTF8.GetString(memory.ToArray()));
    }

    private sealed record Answer(int Status, string? ContentType, string Text)
    {
        public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

        public string ProblemType => Json.GetProperty("type").GetString()!["urn:tenantsandbox:problem:".Length..];
    }
}
