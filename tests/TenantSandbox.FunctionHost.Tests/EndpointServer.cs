using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using TenantSandbox.Hosting.Worker;

namespace TenantSandbox.Hosting.Tests;

/// <summary>An HTTP server with some of the host's endpoints, without a worker.</summary>
internal sealed class EndpointServer : IAsyncDisposable
{
    public static readonly FunctionKeys Keys = new() { Master = "master", Function = "function", EventGrid = "event-grid", Topic = "topic" };

    private readonly WebApplication _app;

    private EndpointServer(WebApplication app)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Client { get; }

    public static async Task<EndpointServer> StartAsync(IHttpEndpoints endpoints, params IReadOnlyList<FunctionDefinition> functions)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting();
        builder.Services.AddProblemDetails();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseRouting();
        endpoints.Map(app, functions);
        await app.StartAsync();
        return new EndpointServer(app);
    }

    /// <summary>Text as a request's body.</summary>
    public static StringContent Body(string text, string contentType = "application/json") =>
        new(text) { Headers = { ContentType = MediaTypeHeaderValue.Parse(contentType) } };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
