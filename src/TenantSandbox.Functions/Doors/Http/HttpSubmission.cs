using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>Hands a request in and turns the tenant's answer into HTTP.</summary>
internal sealed class HttpSubmission(IOptions<RequestDoorOptions> options, TimeProvider time)
{
    public async Task<IResult> SubmitAsync(
        HttpRequest http, DurableTaskClient client, RequestIdentity identity, TenantRequest request, CancellationToken cancellationToken)
    {
        var submissionId = await Submissions.StartAsync(client, identity, request, time.GetUtcNow(), cancellationToken);
        var submission = await WaitAsync(client, submissionId, cancellationToken);

        // The key was used before, so that what runs or ran under it is another request: ours was not started.
        if (submission is not null && Submissions.RequestOf(submission) is { } submitted && submitted.ContentHash != request.ContentHash)
        {
            return Problem.KeyReused(http);
        }

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
            SubmitOutcome.Duplicate => ApiResults.Ok(http, body),
            SubmitOutcome.Conflict => Problem.Refused(http, answer, body.Operation, await DifferencesAsync(client, request, cancellationToken)),
            _ => Problem.Refused(http, answer, body.Operation, []),
        };
    }

    private IResult Pending(HttpRequest http, string submissionId, TenantRequest request) =>
        ApiResults.Accepted(http, ApiLinks.Operation(http, submissionId), options.Value.RetryAfterSeconds, SubmissionView.Pending(submissionId, request, http));

    private async Task<OrchestrationMetadata?> WaitAsync(DurableTaskClient client, string submissionId, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.AnswerWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await client.WaitForInstanceCompletionAsync(submissionId, getInputsAndOutputs: true, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return await client.GetInstanceAsync(submissionId, getInputsAndOutputs: true, cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<ValidationFault>> DifferencesAsync(DurableTaskClient client, TenantRequest request, CancellationToken cancellationToken)
    {
        var state = await TenantStates.ReadAsync(client, request.TenantId, cancellationToken);
        return state?.Revision == request.Revision && state?.Spec is { } accepted && request.Spec is { } asked ? SpecDifferences.Between(asked, accepted) : [];
    }
}
