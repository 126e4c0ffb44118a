using k8s;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>What becomes of answers that a healthy cluster doesn't give.</summary>
public sealed class ClusterConnectionTests : IAsyncLifetime
{
    private readonly ScriptedApiServer _server = new();
    private readonly FakeTimeProvider _time = new();

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(403, "Forbidden", ErrorClass.Invalid)]
    [InlineData(401, "Unauthorized", ErrorClass.Transient)]
    [InlineData(500, "InternalError", ErrorClass.Transient)]
    public async Task Call_ErrorStatus_ThrowsItsClassWithReasonAndPlace(int status, string reason, ErrorClass expected)
    {
        _server.Answer = http => ScriptedApiServer.StatusAsync(http, status, reason);

        var thrown = await Assert.ThrowsAnyAsync<SandboxException>(ReadAsync);

        Assert.Equal((expected, reason), (thrown.ErrorClass, thrown.Code));
        Assert.Contains("read namespace tenant-acme on cluster west-1: no way", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_TooManyRequests_SaysHowLongToWait()
    {
        _server.Answer = http =>
        {
            http.Response.Headers.RetryAfter = "7";
            return ScriptedApiServer.StatusAsync(http, 429, "TooManyRequests");
        };

        Assert.Equal(TimeSpan.FromSeconds(7), (await Assert.ThrowsAsync<ThrottledException>(ReadAsync)).RetryAfter);
    }

    [Fact]
    public async Task Call_AnswerOfSomethingInBetween_IsClassifiedByStatus()
    {
        _server.Answer = http =>
        {
            http.Response.StatusCode = 502;
            return http.Response.WriteAsync("<html>bad gateway</html>");
        };

        Assert.Equal("Http502", (await Assert.ThrowsAsync<TransientException>(ReadAsync)).Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>sign in</html>")]
    public async Task Call_AnswerThatIsNoObject_IsTransient(string body)
    {
        _server.Answer = http => http.Response.WriteAsync(body);

        Assert.Equal("AnswerUnreadable", (await Assert.ThrowsAsync<TransientException>(ReadAsync)).Code);
    }

    [Fact]
    public async Task Call_NobodyListens_IsTransient()
    {
        await _server.StopAsync();

        Assert.Equal("NoAnswer", (await Assert.ThrowsAsync<TransientException>(ReadAsync)).Code);
    }

    [Fact]
    public async Task Call_ClusterMoved_ConnectsAnewAtTheNextCall()
    {
        await using var services = App.Create(_server.Settings());
        var activities = services.Make<TenantNamespaces>();
        _server.Answer = http => ScriptedApiServer.StatusAsync(http, 404, "NotFound");
        var live = _server.Url;
        await _server.PointAtAsync("http://127.0.0.1:1");
        await Assert.ThrowsAsync<TransientException>(() => activities.ReadAbsenceAsync(new TenantNamespaceRef("acme", 1, "west-1"), default));

        await _server.PointAtAsync(live);

        Assert.True((await activities.ReadAbsenceAsync(new TenantNamespaceRef("acme", 1, "west-1"), default)).Gone);
    }

    [Fact]
    public async Task Call_CanceledByTheHost_StaysACancellation()
    {
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();
        await using var services = App.Create(_server.Settings());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => services.Make<TenantNamespaces>()
            .ReadAbsenceAsync(new TenantNamespaceRef("acme", 1, "west-1"), canceled.Token));
    }

    [Fact]
    public async Task Call_UnknownCluster_IsRefused()
    {
        await using var services = App.Create(_server.Settings());

        var refused = await Assert.ThrowsAsync<InvalidException>(() => services.Make<TenantNamespaces>()
            .ReadAbsenceAsync(new TenantNamespaceRef("acme", 1, "elsewhere"), default));

        Assert.Equal("ClusterUnknown", refused.Code);
    }

    [Fact]
    public async Task Call_RefusedAgainAndAgain_ReadsTheCredentialAfterGrowingDelays()
    {
        await using var services = App.Create(_server.Settings(), time: _time);
        var tokens = new HashSet<string>(StringComparer.Ordinal);
        _server.Answer = http =>
        {
            tokens.Add(http.Request.Headers.Authorization.ToString());
            return ScriptedApiServer.StatusAsync(http, 401, "Unauthorized");
        };

        // A new token is only seen if the kubeconfig is read again.
        for (var i = 0; i < 600; i++)
        {
            await _server.PointAtAsync(_server.Url, $"token-{i}");
            await Assert.ThrowsAsync<TransientException>(() => ReadAsync(services));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        // At once, then after 2, 4, 8, … 256 s.
        Assert.InRange(tokens.Count, 5, 12);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Call_OtherStatus_KeepsTheConnection(int status)
    {
        await using var services = App.Create(_server.Settings(), time: _time);
        var tokens = new HashSet<string>(StringComparer.Ordinal);
        _server.Answer = http =>
        {
            tokens.Add(http.Request.Headers.Authorization.ToString());
            return ScriptedApiServer.StatusAsync(http, status, "Whatever");
        };

        for (var i = 0; i < 5; i++)
        {
            await _server.PointAtAsync(_server.Url, $"token-{i}");
            await Assert.ThrowsAnyAsync<SandboxException>(() => ReadAsync(services));
            _time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Single(tokens);
    }

    [Fact]
    public async Task Call_ReplacedWhileAnotherCallRuns_DisposesTheClientAfterIt()
    {
        await using var services = App.Create(_server.Settings(), time: _time);
        var connections = services.GetRequiredService<ClusterConnections>();
        var ends = new TaskCompletionSource();
        k8s.Kubernetes? first = null;
        var running = connections.CallAsync("west-1", "wait", async client =>
        {
            first = (k8s.Kubernetes)client;
            await ends.Task;
            return (await client.CoreV1.ListNamespaceAsync()).Items.Count;
        }, default);
        _server.Answer = http => ScriptedApiServer.StatusAsync(http, 401, "Unauthorized");
        await Assert.ThrowsAsync<TransientException>(() => ReadAsync(services));
        _server.Answer = http => http.Response.WriteAsJsonAsync(new { kind = "NamespaceList", apiVersion = "v1", metadata = new { resourceVersion = "1" }, items = Array.Empty<object>() });

        ends.SetResult();

        // A disposed client has no HTTP client any more.
        Assert.Equal(0, await running);
        Assert.Null(first!.HttpClient);
    }

    private async Task ReadAsync()
    {
        await using var services = App.Create(_server.Settings());
        await services.Make<TenantNamespaces>().ReadAbsenceAsync(new TenantNamespaceRef("acme", 1, "west-1"), default);
    }

    private static Task<AbsenceObservation> ReadAsync(IServiceProvider services) =>
        services.Make<TenantNamespaces>().ReadAbsenceAsync(new TenantNamespaceRef("acme", 1, "west-1"), default);
}
