using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Functions.Tests.Doors.Http;

namespace TenantSandbox.Functions.Tests.Http;

public sealed class BackendFailuresTests
{
    [Fact]
    public async Task Answer_BackendFails_Is503WithRetryAfter()
    {
        var http = HttpSubmissionTests.Http();
        await using var client = new FakeDurableClient { Failure = new RpcException(new Status(StatusCode.Unavailable, "secret detail")) };

        var result = await new GetOperation(Options.Create(new RequestDoorOptions())).RunAsync(http.Request, "acme.1.1.onboard", client, default);
        var body = await HttpSubmissionTests.ExecuteAsync(result, http);

        Assert.Equal((503, "5"), (http.Response.StatusCode, http.Response.Headers.RetryAfter.ToString()));
        Assert.Equal("urn:tenantsandbox:problem:backend-unavailable", body.GetProperty("type").GetString());
        Assert.DoesNotContain("secret", body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_SpecStoreFails_Is503WithRetryAfter()
    {
        var http = HttpSubmissionTests.Http();
        var result = await BackendFailures.AnswerAsync(http.Request, () => throw new TransientException("SpecStoreFailed", "secret detail"));
        var body = await HttpSubmissionTests.ExecuteAsync(result, http);

        Assert.Equal((503, "5"), (http.Response.StatusCode, http.Response.Headers.RetryAfter.ToString()));
        Assert.Equal("urn:tenantsandbox:problem:storage-unavailable", body.GetProperty("type").GetString());
        Assert.DoesNotContain("secret", body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_CallerCanceled_StaysACancellation() =>
        await Assert.ThrowsAsync<RpcException>(() => BackendFailures.AnswerAsync(
            HttpSubmissionTests.Http().Request, () => Task.FromException<IResult>(new RpcException(new Status(StatusCode.Cancelled, "")))));

    [Theory]
    [InlineData(StatusCode.Unknown, true)]
    [InlineData(StatusCode.Internal, true)]
    [InlineData(StatusCode.InvalidArgument, true)]
    [InlineData(StatusCode.Unavailable, false)]
    [InlineData(StatusCode.DeadlineExceeded, false)]
    public void IsRefusal_Status_TellsARefusalFromAnOutage(StatusCode status, bool isRefusal) =>
        Assert.Equal(isRefusal, BackendFailures.IsRefusal(new RpcException(new Status(status, ""))));
}
