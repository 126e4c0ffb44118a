using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Specs;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Doors;

/// <summary>Submits the request of an event or a queue message, or keeps the message with the reason.</summary>
internal sealed class MessageSubmission(RejectedRequests rejected, ISpecStore specs, IOptions<MaintenanceOptions> maintenance)
{
    /// <summary>Handles one message. If this throws, the message must be delivered again.</summary>
    /// <param name="door">The function or the queue that the message came through.</param>
    /// <param name="message">The original, character by character.</param>
    /// <param name="incoming">What was read from it.</param>
    /// <param name="receivedAt">When it was received.</param>
    public async Task HandleAsync(
        string door, string message, IncomingRequest incoming, DateTimeOffset receivedAt, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var faults = incoming.Faults;
        if (incoming is { Request: { } request, Identity: { } identity })
        {
            if (incoming.Spec is { } spec)
            {
                // Before the submission, which carries only the reference.
                await specs.SaveAsync(spec, cancellationToken);
            }

            var submitted = request with { Expiry = request.Expiry?.WithNotice(maintenance.Value.ExpiryNotice) };
            var start = await Submissions.StartAsync(client, identity, submitted, receivedAt, cancellationToken);
            if (!start.IsReused)
            {
                return;
            }

            faults = [Differs(identity)];
        }

        await rejected.KeepAsync(door, message, faults, cancellationToken);
    }

    private static ValidationFault Differs(RequestIdentity identity) => new(
        "",
        SpecDifferences.Code,
        $"Another request with {(identity.IsEvent ? "this source and id" : "this id")} was submitted before, with different content. This one was not submitted: send it with a new id.");
}
