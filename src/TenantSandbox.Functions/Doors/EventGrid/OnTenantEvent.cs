using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Doors.EventGrid;

/// <summary>
/// The Event Grid door. Every event is judged for itself: one that can't be carried out is kept with the reason and
/// answered as delivered, because to fail it would hold up or drop the others of its batch and bring itself back unchanged.
/// A fault of storage or engine is thrown, so that Event Grid delivers again; what was started already is not started twice.
/// </summary>
/// <remarks>Binds text and not CloudEvent: that would refuse a whole batch for one malformed event, before this is reached.</remarks>
internal sealed class OnTenantEvent(RejectedRequests rejected, TimeProvider time)
{
    [Function(nameof(OnTenantEvent))]
    public async Task RunAsync(
        [EventGridTrigger(IsBatched = true)] string[] events, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        foreach (var text in events)
        {
            var now = time.GetUtcNow();
            var incoming = CloudEventReader.Read(BinaryData.FromString(text), now);
            if (incoming.Request is null)
            {
                await rejected.KeepAsync(nameof(OnTenantEvent), text, incoming.Faults, cancellationToken);
            }
            else
            {
                await Submissions.StartAsync(client, incoming.Identity!, incoming.Request, now, cancellationToken);
            }
        }
    }
}
