using System.Net;
using System.Text.Json;

namespace TenantSandbox.Hosting.Tests.Http;

[Collection(nameof(SharedHost))]
public sealed class HttpTriggersTests(SampleHostFixture fixture)
{
    private readonly SampleHost _sample = fixture.Sample;

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(1_500_000)]
    public async Task Post_WithABody_ReachesTheFunctionAndComesBack(int length)
    {
        var body = new string('x', length);

        var response = await _sample.Http.PostAsync("/api/echo", new StringContent(body));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Get_WithRouteValuesAndQuery_BindsThem()
    {
        var response = await GetAsync("/api/items/a%20b/7?q=x%26y", _sample.Host.Keys.Function);

        Assert.Equal("a b:7:x&y", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET", "/api/echo")]
    [InlineData("GET", "/api/items/a/seven")]
    [InlineData("GET", "/echo")]
    [InlineData("GET", "/")]
    [InlineData("DELETE", "/api/nothing")]
    public async Task Send_ToNoFunctionsRouteOrMethod_Answers404(string method, string path)
    {
        var response = await _sample.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        await AssertProblemAsync(response, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/api/items/a/1", "none", HttpStatusCode.Unauthorized)]
    [InlineData("/api/items/a/1", "wrong", HttpStatusCode.Unauthorized)]
    [InlineData("/api/items/a/1", "eventgrid", HttpStatusCode.Unauthorized)]
    [InlineData("/api/items/a/1", "function", HttpStatusCode.OK)]
    [InlineData("/api/items/a/1", "master", HttpStatusCode.OK)]
    [InlineData("/api/Unleveled", "none", HttpStatusCode.Unauthorized)]
    [InlineData("/api/Unleveled", "function", HttpStatusCode.OK)]
    [InlineData("/api/administer", "function", HttpStatusCode.Unauthorized)]
    [InlineData("/api/administer", "master", HttpStatusCode.NoContent)]
    [InlineData("/api/settings/SIGNALS", "none", HttpStatusCode.OK)]
    public async Task Get_WithAKey_IsAllowedByTheFunctionsLevel(string path, string key, HttpStatusCode expected)
    {
        var value = key switch
        {
            "function" => _sample.Host.Keys.Function,
            "master" => _sample.Host.Keys.Master,
            "eventgrid" => _sample.Host.Keys.EventGrid,
            "wrong" => new string('x', _sample.Host.Keys.Function.Length),
            _ => "",
        };

        Assert.Equal(expected, (await GetAsync(path, value)).StatusCode);
        Assert.Equal(expected, (await _sample.Http.GetAsync($"{path}?code={value}")).StatusCode);
    }

    [Fact]
    public async Task Post_OfABodyAboveTheLimit_Answers413()
    {
        // The host refuses the length and closes the connection, so the client must not send the body before the answer.
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/echo") { Content = new ByteArrayContent(new byte[2 * 1024 * 1024 + 1]) };
        request.Headers.ExpectContinue = true;

        var response = await _sample.Http.SendAsync(request);

        await AssertProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Post_OfAChunkedBodyAboveTheLimit_Answers413()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/echo")
        {
            Content = new StreamContent(new MemoryStream(new byte[2 * 1024 * 1024 + 1])),
        };
        request.Headers.TransferEncodingChunked = true;

        var response = await _sample.Http.SendAsync(request);

        await AssertProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Get_OfAFunctionThatThrows_Answers500WithoutTheException()
    {
        var response = await _sample.Http.GetAsync("/api/throw");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.DoesNotContain("secret detail", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains(_sample.Log.Entries, entry =>
            entry.Category == "Function.ThrowToCaller" && entry.Level == LogLevel.Error && entry.Message.Contains("secret detail", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_OfManyAtOnce_GivesEachItsOwnAnswer()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async number =>
            await (await GetAsync($"/api/items/many/{number}", _sample.Host.Keys.Function)).Content.ReadAsStringAsync()));

        Assert.Equal(Enumerable.Range(0, 100).Select(number => $"many:{number}:"), answers);
    }

    [Fact]
    public async Task Settings_OfTheOptions_ReachTheApp()
    {
        Assert.Equal("hello", await _sample.Http.GetStringAsync("/api/settings/Greeting:Text"));
    }

    [Fact]
    public async Task Log_OfAFunction_ReachesTheHostUnderItsCategory()
    {
        await _sample.Http.GetAsync("/api/settings/Logged");

        await SampleHost.EventuallyAsync(
            () => _sample.Log.Entries.Any(entry => entry is ("Function.GetSetting.User", LogLevel.Information, "Read the setting Logged ")),
            "the function's log entry");
    }

    private Task<HttpResponseMessage> GetAsync(string path, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("x-functions-key", key);
        return _sample.Http.SendAsync(request);
    }

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal((int)status, JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("status").GetInt32());
    }
}
