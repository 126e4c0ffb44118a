using System.Net;
using System.Text;
using System.Text.Json;

namespace TenantSandbox.Hosting.Tests;

public sealed class HttpTriggerTests
{
    [Fact]
    public async Task Post_WithBody_ReachesTheFunction()
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await host.SendAsync(HttpMethod.Post, "/api/echo", new StringContent("hello"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("hello", (await JsonOf(answer)).GetProperty("body").GetString());
    }

    [Fact]
    public async Task Route_WithTypedParts_BindsEach()
    {
        await using var host = await RunningHost.StartAsync();
        var id = Guid.NewGuid();

        var answer = await JsonOf(await host.GetAsync($"/api/typed/acme/42/{id}"));

        Assert.Equal("acme", answer.GetProperty("name").GetString());
        Assert.Equal(42, answer.GetProperty("number").GetInt32());
        Assert.Equal(id, answer.GetProperty("id").GetGuid());
    }

    [Theory]
    [InlineData("GET", "/api/typed/acme/many/c54d6b4e-6f04-4b0a-b1a5-02a8a5f5a6a1")]
    [InlineData("GET", "/api/typed/acme/42/not-a-guid")]
    [InlineData("POST", "/api/typed/acme/42/c54d6b4e-6f04-4b0a-b1a5-02a8a5f5a6a1")]
    [InlineData("GET", "/api/nothing")]
    [InlineData("GET", "/echo")]
    public async Task Request_ThatNoRouteTakes_Is404(string method, string path)
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await host.SendAsync(new HttpMethod(method), path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        await AssertProblem(answer, 404);
    }

    [Fact]
    public async Task RoutePart_OfAnotherType_Is400()
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await host.GetAsync("/api/unconstrained/seven");

        await AssertProblem(answer, 400);
    }

    [Theory]
    [InlineData("/api/optional", "nobody")]
    [InlineData("/api/optional/acme", "acme")]
    public async Task OptionalPart_LeftOut_IsNull(string path, string expected)
    {
        await using var host = await RunningHost.StartAsync();

        Assert.Equal(expected, (await JsonOf(await host.GetAsync(path))).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Trigger_WithoutMethods_TakesAnyMethod(string method)
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await JsonOf(await host.SendAsync(new HttpMethod(method), "/api/optional"));

        Assert.Equal(method, answer.GetProperty("method").GetString());
    }

    [Theory]
    [InlineData("", "/Open")]
    [InlineData("v1/tenants", "/v1/tenants/Open")]
    public async Task RoutePrefix_FromHostJson_IsUsed(string prefix, string path)
    {
        await using var host = await RunningHost.StartAsync(
            $$"""{ "version": "2.0", /* comments are allowed */ "extensions": { "http": { "routePrefix": "{{prefix}}" } } }""");

        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/api/Open")).StatusCode);
    }

    [Fact]
    public async Task Function_ThatThrows_Is500WithoutItsMessage()
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await host.GetAsync("/api/Failing");

        await AssertProblem(answer, 500);
        Assert.DoesNotContain("hunter2", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Body_AboveTheLimit_Is413()
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await host.SendAsync(HttpMethod.Post, "/api/echo", new StringContent(new string('x', 64 * 1024 + 1)));

        await AssertProblem(answer, 413);
    }

    [Fact]
    public async Task FunctionContext_OfACall_KnowsRequestRouteAndFunction()
    {
        await using var host = await RunningHost.StartAsync();

        var answer = await JsonOf(await host.GetAsync("/api/context/acme"));

        Assert.True(answer.GetProperty("sameHttpContext").GetBoolean());
        Assert.True(answer.GetProperty("sameToken").GetBoolean());
        Assert.Equal("acme", answer.GetProperty("name").GetString());
        Assert.Equal("httpTrigger", answer.GetProperty("trigger").GetString());
        Assert.Equal("ContextOf", await host.Recorder.NextAsync<string>());
    }

    [Fact]
    public async Task Function_ThatRunsTooLong_IsCanceledAndAnswers500()
    {
        await using var host = await RunningHost.StartAsync("""{ "version": "2.0", "functionTimeout": "00:05:00" }""");
        host.Recorder.Then = (_, cancellation) => Task.Delay(Timeout.InfiniteTimeSpan, cancellation);

        var call = host.GetAsync("/api/SlowCall");
        await host.Recorder.NextAsync<string>();
        host.Time.Advance(TimeSpan.FromMinutes(5));

        await AssertProblem(await call, 500);
    }

    private static async Task<JsonElement> JsonOf(HttpResponseMessage answer) =>
        JsonElement.Parse(Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync()));

    private static async Task AssertProblem(HttpResponseMessage answer, int status)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status, (await JsonOf(answer)).GetProperty("status").GetInt32());
    }
}
