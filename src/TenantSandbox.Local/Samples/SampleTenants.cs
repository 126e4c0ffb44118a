using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;

namespace TenantSandbox.Local.Samples;

/// <summary>Puts the samples in by the doors, one by each in turn, and tells how they stand.</summary>
internal sealed class SampleTenants(LocalSystem system, IReadOnlyList<SampleRequest> samples) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = system.Host.BaseAddress };
    private readonly Dictionary<string, long> _awaited = new(StringComparer.Ordinal);

    public void Dispose() => _http.Dispose();

    /// <summary>Posts every sample. One that is in place already stays; one that was offboarded comes back with its next revision.</summary>
    public async Task OnboardAsync(CancellationToken cancellation)
    {
        for (var i = 0; i < samples.Count; i++)
        {
            if (await NextRevisionAsync(samples[i], cancellation) is { } revision)
            {
                var body = samples[i].Body.DeepClone().AsObject();
                body["revision"] = _awaited[samples[i].TenantId] = revision;
                await PostAsync(i % 3, body, cancellation);
            }
        }
    }

    public async Task OffboardAsync(CancellationToken cancellation)
    {
        foreach (var sample in samples)
        {
            var state = await WhenSettledAsync(sample.TenantId, cancellation);
            var revision = _awaited[sample.TenantId] = state.Revision + 1;
            using var answer = await SendAsync(HttpMethod.Delete, $"/api/tenants/{sample.TenantId}?revision={revision}", null, cancellation);
            await EnsureAcceptedAsync(answer, cancellation);
        }
    }

    /// <summary>Completes when the last thing that was asked for has ended, well or not, for every sample.</summary>
    /// <returns>Every sample's state, in order.</returns>
    public async Task<IReadOnlyList<TenantView>> WhenSettledAsync(CancellationToken cancellation)
    {
        var settled = new TenantView[samples.Count];
        for (var i = 0; i < samples.Count; i++)
        {
            settled[i] = await WhenSettledAsync(samples[i].TenantId, cancellation);
        }

        return settled;
    }

    private async Task<TenantView> WhenSettledAsync(string tenantId, CancellationToken cancellation)
    {
        var awaited = _awaited.GetValueOrDefault(tenantId);
        using var changed = new SemaphoreSlim(0);
        void OnProgress(Engine.EngineProgress _) => changed.Release();
        system.Engine.Progress += OnProgress;
        try
        {
            while (true)
            {
                if (await ReadAsync(tenantId, cancellation) is { Operation: null, Waiting.Count: 0 } state && state.SettledRevision >= awaited)
                {
                    return state;
                }

                await changed.WaitAsync(cancellation);
            }
        }
        finally
        {
            system.Engine.Progress -= OnProgress;
        }
    }

    private async Task<long?> NextRevisionAsync(SampleRequest sample, CancellationToken cancellation)
    {
        if (await ReadAsync(sample.TenantId, cancellation) is null)
        {
            return sample.Revision;
        }

        var state = await WhenSettledAsync(sample.TenantId, cancellation);
        return state.Phase is TenantPhase.Ready ? null : state.Revision + 1;
    }

    private async Task<TenantView?> ReadAsync(string tenantId, CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"/api/tenants/{tenantId}", null, cancellation);
        if (answer.StatusCode is HttpStatusCode.NotFound)
        {
            return null;
        }

        await EnsureAcceptedAsync(answer, cancellation);
        return await answer.Content.ReadFromJsonAsync<TenantView>(cancellation);
    }

    private Task PostAsync(int door, JsonObject body, CancellationToken cancellation) => door switch
    {
        0 => PostEventAsync(body, cancellation),
        1 when system.QueueConnectionString is { } queue => EnqueueAsync(queue, body, cancellation),
        _ => PostRequestAsync(body, cancellation),
    };

    private async Task PostEventAsync(JsonObject body, CancellationToken cancellation)
    {
        var id = $"{body["tenantId"]}-{body["revision"]}";
        using var content = new StringContent(
            CloudEventOf(id, body).ToJsonString(), Encoding.UTF8, "application/cloudevents+json");
        var path = $"/runtime/webhooks/eventgrid?functionName=OnTenantEvent&code={Uri.EscapeDataString(system.Host.Keys.EventGrid)}";
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Add("aeg-event-type", "Notification");
        using var answer = await _http.SendAsync(request, cancellation);
        await EnsureAcceptedAsync(answer, cancellation);
    }

    private static async Task EnqueueAsync(string connectionString, JsonObject body, CancellationToken cancellation)
    {
        var queue = new QueueClient(connectionString, "tenant-requests");
        await queue.CreateIfNotExistsAsync(cancellationToken: cancellation);
        await queue.SendMessageAsync(CloudEventOf($"{body["tenantId"]}-{body["revision"]}", body).ToJsonString(), cancellation);
    }

    private async Task PostRequestAsync(JsonObject body, CancellationToken cancellation)
    {
        using var content = JsonContent.Create(body);
        using var answer = await SendAsync(HttpMethod.Post, "/api/tenants", content, cancellation);
        await EnsureAcceptedAsync(answer, cancellation);
    }

    private static JsonObject CloudEventOf(string id, JsonObject body) => new()
    {
        ["specversion"] = "1.0",
        ["type"] = EventTypes.Requested(TenantRequestKind.Onboard),
        ["source"] = "/samples",
        ["id"] = id,
        ["datacontenttype"] = "application/json",
        ["data"] = body.DeepClone(),
    };

    private static async Task EnsureAcceptedAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(
                $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.AbsolutePath} answered {(int)answer.StatusCode}: "
                + await answer.Content.ReadAsStringAsync(cancellation));
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("x-functions-key", system.Host.Keys.Function);
        return await _http.SendAsync(request, cancellation);
    }
}
