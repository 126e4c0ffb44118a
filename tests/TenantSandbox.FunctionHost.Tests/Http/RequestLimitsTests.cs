using System.Net;

namespace TenantSandbox.Hosting.Tests.Http;

public sealed class RequestLimitsTests
{
    [Fact]
    public async Task Requests_AboveTheLimits_WaitOrAreAnswered429()
    {
        await using var sample = await SampleHost.StartAsync(settings: new()
        {
            ["AzureFunctionsJobHost__extensions__http__maxConcurrentRequests"] = "1",
            ["AzureFunctionsJobHost__extensions__http__maxOutstandingRequests"] = "2",
        });
        var running = sample.Http.GetAsync("/api/wait?name=first");
        await sample.WaitForStartAsync("first");
        Task<HttpResponseMessage>[] further = [sample.Http.GetAsync("/api/wait?name=second"), sample.Http.GetAsync("/api/wait?name=second")];

        var refused = await Task.WhenAny(further);

        Assert.Equal(HttpStatusCode.TooManyRequests, (await refused).StatusCode);
        Assert.False(File.Exists(Path.Combine(sample.Directory, "second.started")), "The waiting request mustn't run yet.");
        sample.Continue("first");
        sample.Continue("second");
        Assert.Equal(HttpStatusCode.NoContent, (await running).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await further.Single(request => request != refused)).StatusCode);
    }
}
