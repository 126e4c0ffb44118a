using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Doors.Http;

namespace TenantSandbox.Functions.Tests.Doors.Http;

public sealed class HttpSubmissionTests
{
    private static readonly RequestIdentity Identity = new("test", "1");
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Submit_NoAnswerInTime_PointsToTheSubmission()
    {
        await using var client = new FakeDurableClient();
        var http = Http();
        var submitting = Submission().SubmitAsync(http.Request, client, Identity, Offboarding(), CancellationToken.None);
        await client.IsAwaited;
        Assert.False(submitting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));
        var body = await ExecuteAsync(await submitting, http);
        Assert.Equal((202, $"/v1/operations/{Identity.ToInstanceId()}", "2"), (http.Response.StatusCode, http.Response.Headers.Location.ToString(), http.Response.Headers.RetryAfter.ToString()));
        Assert.Equal("pending", body.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Submit_HandingInFailed_TellsNothingOfTheInside()
    {
        await using var client = new FakeDurableClient
        {
            Ended = new OrchestrationMetadata("SubmitRequestOrchestration", "x") { RuntimeStatus = OrchestrationRuntimeStatus.Failed, SerializedOutput = "\"secret stack\"" },
        };
        var http = Http();
        var body = await ExecuteAsync(await Submission().SubmitAsync(http.Request, client, Identity, Offboarding(), CancellationToken.None), http);
        Assert.Equal((500, "application/problem+json"), (http.Response.StatusCode, http.Response.ContentType));
        Assert.DoesNotContain("secret", body.GetRawText(), StringComparison.Ordinal);
    }

    private static TenantRequest Offboarding() => TenantRequestParser.ParseOffboard("acme", null).Request!;

    private HttpSubmission Submission() => new(Options.Create(new RequestDoorOptions()), _time);

    private static DefaultHttpContext Http() => new()
    {
        RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider(),
        Request = { Method = "POST", Path = "/v1/tenants" },
        Response = { Body = new MemoryStream() },
    };

    private static async Task<JsonElement> ExecuteAsync(IResult result, DefaultHttpContext http)
    {
        await result.ExecuteAsync(http);
        return JsonSerializer.Deserialize<JsonElement>(((MemoryStream)http.Response.Body).ToArray());
    }
}
