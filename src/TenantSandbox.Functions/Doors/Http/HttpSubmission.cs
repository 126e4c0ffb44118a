using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Specs;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>Submits a request and turns the tenant's answer into an HTTP response.</summary>
internal sealed class HttpSubmission(IOptions<RequestDoorOptions> options, ISpecStore specs, TimeProvider time)
{
    // Polled here, because the Azure Storage backend's own wait polls every two seconds.
    private static readonly TimeSpan MinPollDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxPollDelay = TimeSpan.FromMilliseconds(250);

    public async Task<IResult> SubmitAsync(
        HttpRequest http, DurableTaskClient client, RequestIdentity identity, TenantRequest request, CancellationToken cancellationToken, TenantSpec? spec = null)
    {
        if (spec is not null)
        {
            await specs.SaveAsync(spec, cancellationToken);
        }

        var start = await Submissions.StartAsync(client, identity, request, time.GetUtcNow(), cancellationToken);
        if (start.IsReused)
        {
            return Problem.KeyReused(http);
        }

        var submissionId = start.InstanceId;
        var submission = await WaitAsync(client, submissionId, cancellationToken);
        if (submission is null || !submission.IsCompleted)
        {
            return Pending(http, submissionId, request);
        }

        if (Submissions.AnswerOf(submission) is not { } answer)
        {
            return Problem.SubmissionFailed(http);
        }

        var body = SubmissionView.Of(answer, http);
        return answer.Outcome switch
        {
            SubmitOutcome.Accepted => ApiResults.Accepted(http, ApiLinks.Operation(http, answer.OperationId!), options.Value.RetryAfterSeconds, body),
            SubmitOutcome.Duplicate or SubmitOutcome.Done => ApiResults.Ok(http, body),
            SubmitOutcome.Conflict => Problem.Refused(http, answer, body.Operation, await DifferencesAsync(client, request, spec, cancellationToken)),
            _ => Problem.Refused(http, answer, body.Operation, []),
        };
    }

    private IResult Pending(HttpRequest http, string submissionId, TenantRequest request) =>
        ApiResults.Accepted(http, ApiLinks.Operation(http, submissionId), options.Value.RetryAfterSeconds, SubmissionView.Pending(submissionId, request, http));

    private async Task<OrchestrationMetadata?> WaitAsync(DurableTaskClient client, string submissionId, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var delay = MinPollDelay;
        while (true)
        {
            var submission = await client.GetInstanceAsync(submissionId, getInputsAndOutputs: true, cancellationToken);
            var remaining = options.Value.AnswerWait - time.GetElapsedTime(started);
            if (submission is { IsCompleted: true } || remaining <= TimeSpan.Zero)
            {
                return submission;
            }

            await Task.Delay(delay < remaining ? delay : remaining, time, cancellationToken);
            delay = delay * 1.5 < MaxPollDelay ? delay * 1.5 : MaxPollDelay;
        }
    }

    private async Task<IReadOnlyList<ValidationFault>> DifferencesAsync(
        DurableTaskClient client, TenantRequest request, TenantSpec? submitted, CancellationToken cancellationToken)
    {
        var state = await TenantStates.ReadAsync(client, request.TenantId, cancellationToken);
        if (submitted is null || state is null || state.DesiredRevision != request.Revision)
        {
            return [];
        }

        var accepted = state.InlineSpec ?? (state.Desired is { } desired ? await specs.ReadAsync(desired.Hash, cancellationToken) : null);
        return accepted is null ? [] : SpecDifferences.Between(submitted, accepted);
    }
}
