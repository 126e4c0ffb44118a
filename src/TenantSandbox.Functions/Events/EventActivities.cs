using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Events;

/// <summary>The step that tells the world.</summary>
internal sealed class EventActivities(EventTopic topic)
{
    [Function(ActivityNames.PublishEvent)]
    public Task PublishEventAsync([ActivityTrigger] LifecycleEvent published, CancellationToken cancellationToken) =>
        topic.PublishAsync(published, cancellationToken);
}
