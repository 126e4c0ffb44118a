using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>An HTTP server in the place of a cluster's API server, whose answers a test decides.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "IAsyncLifetime disposes of them.")]
internal sealed class ScriptedApiServer : IAsyncLifetime
{
    private readonly string _kubeconfig = Path.GetTempFileName();
    private WebApplication? _server;

    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    public string Url => _server!.Urls.Single();

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.Run(http => Answer(http));
        await _server.StartAsync();
        await PointAtAsync(Url);
    }

    public Task StopAsync() => _server!.StopAsync();

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        File.Delete(_kubeconfig);
    }

    /// <summary>The app's settings for a cluster at this server.</summary>
    public Dictionary<string, string?> Settings() => new(App.Settings()) { ["Clusters__0__Kubeconfig"] = _kubeconfig };

    public Task PointAtAsync(string server, string token = "t") => File.WriteAllTextAsync(_kubeconfig, $$"""
        { "apiVersion": "v1", "kind": "Config", "current-context": "it",
          "clusters": [{ "name": "it", "cluster": { "server": "{{server}}" } }],
          "users": [{ "name": "me", "user": { "token": "{{token}}" } }],
          "contexts": [{ "name": "it", "context": { "cluster": "it", "user": "me" } }] }
        """);

    public static Task StatusAsync(HttpContext http, int status, string reason)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new { kind = "Status", apiVersion = "v1", status = "Failure", reason, message = "no way", code = status });
    }
}
