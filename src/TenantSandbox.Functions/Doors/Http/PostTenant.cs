using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>The HTTP door for onboarding.</summary>
internal sealed class PostTenant(HttpSubmission submission, TimeProvider time)
{
    [Function(nameof(PostTenant))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "tenants")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, () => AnswerAsync(request, client, cancellationToken));

    private async Task<IResult> AnswerAsync(HttpRequest request, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (!IdempotencyKey.TryRead(request, out var identity, out _))
        {
            return Problem.BadParameter(request, IdempotencyKey.Header, "must be given once, with 1 to 128 printable ASCII characters and no space.");
        }

        var (utf8, problem) = await HttpBody.ReadAsync(request, cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        var result = TenantRequestParser.Parse(utf8, TenantRequestKind.Onboard, time.GetUtcNow());
        if (result.Request is null)
        {
            return result.Faults[0].Code == ValidationFaultCodes.Malformed ? Problem.Malformed(request, result.Faults) : Problem.Invalid(request, result.Faults);
        }

        return await submission.SubmitAsync(request, client, identity, result.Request, cancellationToken, result.Spec);
    }
}
