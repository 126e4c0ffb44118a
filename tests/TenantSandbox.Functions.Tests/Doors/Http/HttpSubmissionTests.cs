using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Doors.Http;

namespace TenantSandbox.Functions.Tests.Doors.Http;

public sealed class HttpSubmissionTests
{
    private static readonly RequestIdentity Identity = new("test", "1");
    private readonly StepTimeProvider _time = new();

    [Fact]
    public async Task Submit_NoAnswerInTime_PointsToTheSubmission()
    {
        await using var client = new FakeDurableClient();
        var http = Http();
        var submitting = Submission().SubmitAsync(http.Request, client, Identity, Offboarding(), null, null, CancellationToken.None);
        await _time.RunAsync(submitting);

        var body = await ExecuteAsync(await submitting, http);
        Assert.Equal(
            (202, $"/v1/operations/{Identity.ToInstanceId()}", "2"),
            (http.Response.StatusCode, http.Response.Headers.Location.ToString(), http.Response.Headers.RetryAfter.ToString()));
        Assert.Equal("pending", body.GetProperty("outcome").GetString());
        Assert.Equal((TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250)), (_time.Delays[0], _time.Delays.Max()));
        Assert.Equal(TimeSpan.FromSeconds(2), _time.Delays.Aggregate(TimeSpan.Zero, (sum, d) => sum + d));
        Assert.Equal(_time.Delays.Count + 1, client.ReadCount);
    }

    [Fact]
    public async Task Submit_AnswerAfterTheFirstPoll_IsReturnedAfterFiftyMilliseconds()
    {
        await using var client = new FakeDurableClient();
        var http = Http();
        var submitting = Submission().SubmitAsync(http.Request, client, Identity, Offboarding(), null, null, CancellationToken.None);
        await _time.NextTimerAsync();
        Assert.False(submitting.IsCompleted);

        client.Completed = Answered();
        _time.Advance(TimeSpan.FromMilliseconds(50));

        var body = await ExecuteAsync(await submitting, http);
        Assert.Equal((202, "accepted"), (http.Response.StatusCode, body.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task Submit_SubmissionFailed_RevealsNothingInternal()
    {
        await using var client = new FakeDurableClient
        {
            Completed = new OrchestrationMetadata("SubmitRequestOrchestration", "x") { RuntimeStatus = OrchestrationRuntimeStatus.Failed, SerializedOutput = "\"secret stack\"" },
        };
        var http = Http();
        var body = await ExecuteAsync(await Submission().SubmitAsync(http.Request, client, Identity, Offboarding(), null, null, CancellationToken.None), http);
        Assert.Equal((500, "application/problem+json"), (http.Response.StatusCode, http.Response.ContentType));
        Assert.DoesNotContain("secret", body.GetRawText(), StringComparison.Ordinal);
    }

    internal static DefaultHttpContext Http() => new()
    {
        RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider(),
        Request = { Method = "POST", Path = "/v1/tenants" },
        Response = { Body = new MemoryStream() },
    };

    internal static async Task<JsonElement> ExecuteAsync(IResult result, DefaultHttpContext http)
    {
        await result.ExecuteAsync(http);
        return JsonSerializer.Deserialize<JsonElement>(((MemoryStream)http.Response.Body).ToArray());
    }

    private static OrchestrationMetadata Answered() => new("SubmitRequestOrchestration", "x")
    {
        RuntimeStatus = OrchestrationRuntimeStatus.Completed,
        DataConverter = Microsoft.DurableTask.Converters.JsonDataConverter.Default,
        SerializedOutput = JsonSerializer.Serialize(new SubmitAnswer(
            SubmitOutcome.Accepted, "acme", TenantVerb.Offboard, 2, 2, 1, TenantPhase.Offboarding, "acme.1.2.offboard", false, "Accepted.")),
    };

    private static TenantRequest Offboarding() => TenantRequestParser.ParseOffboard("acme", null).Request!;

    private HttpSubmission Submission() => new(
        MemorySpecStore.Shared, Options.Create(new RequestDoorOptions()), Options.Create(new MaintenanceOptions()), _time);
}
