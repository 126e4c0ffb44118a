using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Http;

namespace TenantSandbox.Functions.Doors.EventGrid;

/// <summary>
/// The Event Grid door. Each event is handled by itself: an invalid one is stored with the reason and acknowledged, because a
/// failure would make Event Grid deliver the whole batch again. A failure of storage or of the durable backend is thrown, so
/// that Event Grid retries; requests that were submitted before are not submitted again.
/// </summary>
/// <remarks>Binds strings instead of CloudEvent, which would refuse a whole batch because of one malformed event. The host's extension
/// rewrites dates in JSON data before this function runs; <c>data_base64</c> and the queue deliver data unchanged.</remarks>
internal sealed class OnTenantEvent(MessageSubmission submission, InstallationRules rules, TimeProvider time)
{
    [Function(nameof(OnTenantEvent))]
    public async Task RunAsync(
        [EventGridTrigger(IsBatched = true)] string[] events, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        foreach (var text in events)
        {
            var now = time.GetUtcNow();
            var incoming = CloudEventReader.Read(Encoding.UTF8.GetBytes(ByteOrderMark.Strip(text)), now, rules);
            await submission.HandleAsync(nameof(OnTenantEvent), text, incoming, now, client, cancellationToken);
        }
    }
}
