using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>What becomes of answers that a healthy cluster doesn't give.</summary>
public sealed class ClusterConnectionTests : IAsyncLifetime
{
    private readonly string _kubeconfig = Path.GetTempFileName();
    private Func<HttpContext, Task> _answer = _ => Task.CompletedTask;
    private WebApplication? _server;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(http => _answer(http));
        await _server.StartAsync();
        await PointAtAsync(_server.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        File.Delete(_kubeconfig);
    }

    [Theory]
    [InlineData(403, "Forbidden", ErrorClass.Invalid)]
    [InlineData(401, "Unauthorized", ErrorClass.Transient)]
    [InlineData(500, "InternalError", ErrorClass.Transient)]
    public async Task Call_ErrorStatus_ThrowsItsClassWithReasonAndPlace(int status, string reason, ErrorClass expected)
    {
        _answer = http => StatusAsync(http, status, reason);

        var thrown = await Assert.ThrowsAnyAsync<SandboxException>(ReadAsync);

        Assert.Equal((expected, reason), (thrown.ErrorClass, thrown.Code));
        Assert.Contains("read namespace tenant-acme on cluster west-1: no way", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_TooManyRequests_SaysHowLongToWait()
    {
        _answer = http =>
        {
            http.Response.Headers.RetryAfter = "7";
            return StatusAsync(http, 429, "TooManyRequests");
        };

        Assert.Equal(TimeSpan.FromSeconds(7), (await Assert.ThrowsAsync<ThrottledException>(ReadAsync)).RetryAfter);
    }

    [Fact]
    public async Task Call_AnswerOfSomethingInBetween_IsClassifiedByStatus()
    {
        _answer = http =>
        {
            http.Response.StatusCode = 502;
            return http.Response.WriteAsync("<html>bad gateway</html>");
        };

        Assert.Equal("Http502", (await Assert.ThrowsAsync<TransientException>(ReadAsync)).Code);
    }

    [Fact]
    public async Task Call_NobodyListens_IsTransient()
    {
        await _server!.StopAsync();

        Assert.Equal("NoAnswer", (await Assert.ThrowsAsync<TransientException>(ReadAsync)).Code);
    }

    [Fact]
    public async Task Call_ClusterMoved_ConnectsAnewAtTheNextCall()
    {
        await using var services = App.Create(Settings());
        var activities = services.Make<TenantNamespaces>();
        _answer = http => StatusAsync(http, 404, "NotFound");
        var live = _server!.Urls.Single();
        await PointAtAsync("http://127.0.0.1:1");
        await Assert.ThrowsAsync<TransientException>(() => activities.ReadAbsenceAsync(new TenantNamespaceRef("acme", 1, "west-1"), default));

        await PointAtAsync(live);

        Assert.True((await activities.ReadAbsenceAsync(new TenantNamespaceRef("acme", 1, "west-1"), default)).Gone);
    }

    [Fact]
    public async Task Call_CanceledByTheHost_StaysACancellation()
    {
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();
        await using var services = App.Create(Settings());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => services.Make<TenantNamespaces>()
            .ReadAbsenceAsync(new TenantNamespaceRef("acme", 1, "west-1"), canceled.Token));
    }

    [Fact]
    public async Task Call_UnknownCluster_IsRefused()
    {
        await using var services = App.Create(Settings());

        var refused = await Assert.ThrowsAsync<InvalidException>(() => services.Make<TenantNamespaces>()
            .ReadAbsenceAsync(new TenantNamespaceRef("acme", 1, "elsewhere"), default));

        Assert.Equal("ClusterUnknown", refused.Code);
    }

    private static Task StatusAsync(HttpContext http, int status, string reason)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new { kind = "Status", apiVersion = "v1", status = "Failure", reason, message = "no way", code = status });
    }

    private async Task ReadAsync()
    {
        await using var services = App.Create(Settings());
        await services.Make<TenantNamespaces>().ReadAbsenceAsync(new TenantNamespaceRef("acme", 1, "west-1"), default);
    }

    private Dictionary<string, string?> Settings() => new(App.Settings()) { ["Clusters__0__Kubeconfig"] = _kubeconfig };

    private Task PointAtAsync(string server) => File.WriteAllTextAsync(_kubeconfig, $$"""
        { "apiVersion": "v1", "kind": "Config", "current-context": "it",
          "clusters": [{ "name": "it", "cluster": { "server": "{{server}}" } }],
          "users": [{ "name": "me", "user": { "token": "t" } }],
          "contexts": [{ "name": "it", "context": { "cluster": "it", "user": "me" } }] }
        """);
}
