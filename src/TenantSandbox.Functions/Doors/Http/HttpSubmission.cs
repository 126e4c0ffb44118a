using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Http;
using TenantSandbox.Functions.Http.Access;
using TenantSandbox.Functions.Specs;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Doors.Http;

/// <summary>Submits a request or a command and turns the tenant's answer into an HTTP response.</summary>
internal sealed class HttpSubmission(
    ISpecStore specs, IOptions<RequestDoorOptions> options, IOptions<MaintenanceOptions> maintenance, TimeProvider time)
{
    // Polled here, because the Azure Storage backend's own wait polls every two seconds.
    private static readonly TimeSpan MinPollDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxPollDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>Submits a request of a sender.</summary>
    /// <param name="http">The HTTP request.</param>
    /// <param name="client">Submits it.</param>
    /// <param name="identity">The request's identity.</param>
    /// <param name="request">The tenant request.</param>
    /// <param name="spec">Its desired state; null when its kind has none.</param>
    /// <param name="notes">What was changed in it; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the wait for an answer.</param>
    public async Task<IResult> SubmitAsync(
        HttpRequest http, DurableTaskClient client, RequestIdentity identity, TenantRequest request, TenantSpec? spec,
        IReadOnlyList<RequestNote>? notes, CancellationToken cancellationToken)
    {
        AuditedTenant.Set(http, request.TenantId);
        if (spec is not null)
        {
            // Before the submission, which carries only the reference.
            await specs.SaveAsync(spec, cancellationToken);
        }

        var submitted = request with { Expiry = request.Expiry?.WithNotice(maintenance.Value.ExpiryNotice) };
        var start = await Submissions.StartAsync(client, identity, submitted, time.GetUtcNow(), cancellationToken);
        return await AnswerAsync(
            http, client, start,
            SubmissionView.Pending(start.InstanceId, request.TenantId, request.Kind.ToVerb(), request.Revision, http) with { Notes = notes is { Count: > 0 } ? notes : null },
            () => DifferencesAsync(client, request, spec, cancellationToken),
            cancellationToken);
    }

    /// <summary>Submits a command of an operator.</summary>
    public async Task<IResult> ActAsync(HttpRequest http, DurableTaskClient client, OperatorCommand command, CancellationToken cancellationToken)
    {
        var submitted = command with { Expiry = command.Expiry?.WithNotice(maintenance.Value.ExpiryNotice) };
        var start = await Submissions.StartAsync(client, submitted, cancellationToken);
        return await AnswerAsync(
            http, client, start,
            SubmissionView.Pending(start.InstanceId, command.TenantId, command.Verb, null, http),
            () => Task.FromResult<IReadOnlyList<ValidationFault>>([]),
            cancellationToken);
    }

    private async Task<IResult> AnswerAsync(
        HttpRequest http, DurableTaskClient client, SubmissionStart start, SubmissionView pending,
        Func<Task<IReadOnlyList<ValidationFault>>> findDifferences, CancellationToken cancellationToken)
    {
        if (start.IsReused)
        {
            return Problem.KeyReused(http);
        }

        var submission = await WaitAsync(client, start.InstanceId, cancellationToken);
        if (submission is null || !submission.IsCompleted)
        {
            return ApiResults.Accepted(http, ApiLinks.Operation(http, start.InstanceId), options.Value.RetryAfterSeconds, pending);
        }

        if (Submissions.AnswerOf(submission) is not { } answer)
        {
            return Problem.SubmissionFailed(http);
        }

        var body = SubmissionView.Of(answer, http) with { Notes = pending.Notes };
        return answer.Outcome switch
        {
            SubmitOutcome.Accepted => ApiResults.Accepted(http, ApiLinks.Operation(http, answer.OperationId!), options.Value.RetryAfterSeconds, body),
            SubmitOutcome.Duplicate or SubmitOutcome.Done => ApiResults.Ok(http, body),
            SubmitOutcome.Conflict => Problem.Refused(http, answer, body.Operation, await findDifferences()),
            _ => Problem.Refused(http, answer, body.Operation, []),
        };
    }

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

    // Of the request that was accepted with the same revision, if its spec is still the wanted one.
    private async Task<IReadOnlyList<ValidationFault>> DifferencesAsync(DurableTaskClient client, TenantRequest request, TenantSpec? spec, CancellationToken cancellationToken)
    {
        var state = await TenantStates.ReadAsync(client, request.TenantId, cancellationToken);
        if (spec is null || state?.Desired is not { } desired || state.DesiredRevision != request.Revision)
        {
            return [];
        }

        try
        {
            return SpecDifferences.Between(spec, await specs.ReadAsync(desired.Hash, cancellationToken));
        }
        catch (NotFoundException)
        {
            // The refusal stands without them.
            return [];
        }
    }
}
