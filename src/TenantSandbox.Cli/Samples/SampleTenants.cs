using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using TenantSandbox.Cli.Client;
using TenantSandbox.Cli.Local;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.Cli.Samples;

/// <summary>Onboards and offboards the samples, each through another door, and waits for the results.</summary>
internal sealed class SampleTenants(LocalSystem system, IReadOnlyList<SampleRequest> samples) : IDisposable
{
    private readonly TenantsClient _tenants = new(system.Host.BaseAddress, system.Host.Keys.Function);
    private readonly HttpClient _eventGrid = new() { BaseAddress = system.Host.BaseAddress };
    private readonly Dictionary<string, long> _expectedRevisions = new(StringComparer.Ordinal);

    public void Dispose()
    {
        _tenants.Dispose();
        _eventGrid.Dispose();
    }

    /// <summary>Posts every sample. A tenant that is ready is left as it is; an offboarded one is onboarded with its next revision.</summary>
    public async Task OnboardAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < samples.Count; i++)
        {
            if (await NextRevisionAsync(samples[i], cancellationToken) is { } revision)
            {
                var body = samples[i].Body.DeepClone().AsObject();
                body["revision"] = _expectedRevisions[samples[i].TenantId] = revision;
                await SendThroughDoorAsync(i % 3, body, cancellationToken);
            }
        }
    }

    /// <summary>Offboards every sample over HTTP.</summary>
    public async Task OffboardAsync(CancellationToken cancellationToken)
    {
        foreach (var sample in samples)
        {
            var tenant = await WaitUntilSettledAsync(sample.TenantId, cancellationToken);
            var revision = _expectedRevisions[sample.TenantId] = tenant.Revision + 1;
            await _tenants.OffboardAsync(sample.TenantId, revision, cancellationToken);
        }
    }

    /// <summary>Waits until the last request for every sample has been worked off, successfully or not.</summary>
    /// <returns>Every tenant, in the order of the samples.</returns>
    public async Task<IReadOnlyList<TenantDocument>> WaitUntilSettledAsync(CancellationToken cancellationToken)
    {
        var settled = new TenantDocument[samples.Count];
        for (var i = 0; i < samples.Count; i++)
        {
            settled[i] = await WaitUntilSettledAsync(samples[i].TenantId, cancellationToken);
        }

        return settled;
    }

    private async Task<TenantDocument> WaitUntilSettledAsync(string tenantId, CancellationToken cancellationToken)
    {
        var revision = _expectedRevisions.GetValueOrDefault(tenantId);
        using var changed = new SemaphoreSlim(0);
        void OnProgress(DurableProgress _) => changed.Release();
        system.Host.Progress += OnProgress;
        try
        {
            while (true)
            {
                if (await _tenants.GetAsync(tenantId, cancellationToken) is { } tenant && tenant.IsSettled(revision))
                {
                    return tenant;
                }

                // Progress is reported before its work item is stored, so the state may follow a moment later.
                await changed.WaitAsync(TimeSpan.FromMilliseconds(200), cancellationToken);
            }
        }
        finally
        {
            system.Host.Progress -= OnProgress;
        }
    }

    private async Task<long?> NextRevisionAsync(SampleRequest sample, CancellationToken cancellationToken)
    {
        if (await _tenants.GetAsync(sample.TenantId, cancellationToken) is null)
        {
            return sample.Revision;
        }

        var tenant = await WaitUntilSettledAsync(sample.TenantId, cancellationToken);
        return tenant.Phase is TenantPhase.Ready ? null : tenant.Revision + 1;
    }

    private Task SendThroughDoorAsync(int door, JsonObject body, CancellationToken cancellationToken) => door switch
    {
        0 => PostEventAsync(body, cancellationToken),
        1 when system.StorageConnectionString is { } storage => EnqueueAsync(storage, body, cancellationToken),
        _ => _tenants.OnboardAsync(body, cancellationToken),
    };

    private async Task PostEventAsync(JsonObject body, CancellationToken cancellationToken)
    {
        using var content = new StringContent(CloudEventOf(body).ToJsonString(), Encoding.UTF8, "application/cloudevents+json");
        var path = $"/runtime/webhooks/eventgrid?functionName=OnTenantEvent&code={Uri.EscapeDataString(system.Host.Keys.EventGrid)}";
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Add("aeg-event-type", "Notification");
        using var response = await _eventGrid.SendAsync(request, cancellationToken);
        await TenantsClient.EnsureSuccessAsync(response, cancellationToken);
    }

    private static async Task EnqueueAsync(string connectionString, JsonObject body, CancellationToken cancellationToken) =>
        await new QueueClient(connectionString, LocalSystem.RequestQueue).SendMessageAsync(CloudEventOf(body).ToJsonString(), cancellationToken);

    private static JsonObject CloudEventOf(JsonObject body) => new()
    {
        ["specversion"] = "1.0",
        ["type"] = EventTypes.Requested(TenantRequestKind.Onboard),
        ["source"] = "/samples",
        ["id"] = $"{body["tenantId"]}-{body["revision"]}",
        ["datacontenttype"] = "application/json",
        ["data"] = body.DeepClone(),
    };
}
