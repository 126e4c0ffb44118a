using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>The HTTP door for onboarding.</summary>
internal sealed class PostTenant(HttpSubmission submission, DryRun dryRun, InstallationRules rules, TimeProvider time)
{
    [Function(nameof(PostTenant))]
    public Task<IResult> RunAsync(
        [HttpTrigger(HttpAuthentication.Level, "post", Route = "tenants")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        BackendFailures.AnswerAsync(request, () => AnswerAsync(request, client, cancellationToken));

    private async Task<IResult> AnswerAsync(HttpRequest request, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (WriteOptions.TryRead(request, out var options) is { } badOption)
        {
            return badOption;
        }

        var (utf8, problem) = await HttpBody.ReadAsync(request, cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        var result = TenantRequestParser.Parse(utf8, TenantRequestKind.Onboard, time.GetUtcNow(), rules);
        if (result.Request is not { } onboarding)
        {
            return Problem.Of(request, result.Faults);
        }

        return options.IsDryRun
            ? await dryRun.AnswerAsync(request, client, onboarding, result.Spec, result.Notes, cancellationToken)
            : await submission.SubmitAsync(request, client, options.Identity, onboarding, result.Spec, result.Notes, cancellationToken);
    }
}
