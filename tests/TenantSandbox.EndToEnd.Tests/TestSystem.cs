using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Operations;
using TenantSandbox.Local;
using TenantSandbox.Local.Show;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>A local system over a state of its own, with the doors' client and the questions that tests ask.</summary>
internal sealed class TestSystem : IAsyncDisposable
{
    private readonly string _state;
    private readonly HttpClient _eventGrid;

    private TestSystem(LocalSystem local, string state)
    {
        Local = local;
        _state = state;
        _eventGrid = new HttpClient { BaseAddress = local.Host.BaseAddress };
        Http = new HttpClient { BaseAddress = local.Host.BaseAddress };
        Http.DefaultRequestHeaders.Add("x-functions-key", local.Host.Keys.Function);
    }

    public LocalSystem Local { get; }

    public HttpClient Http { get; }

    public TwinHost Twin => Local.Twin!;

    public static async Task<TestSystem> StartAsync(Func<LocalSystemOptions, LocalSystemOptions>? configure = null)
    {
        var state = Directory.CreateTempSubdirectory("tenantsandbox-").FullName;
        var options = new LocalSystemOptions { StateDirectory = state, Timing = TimingProfile.Instant };
        return new TestSystem(await LocalSystem.StartAsync(configure?.Invoke(options) ?? options), state);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _eventGrid.Dispose();
        await Local.DisposeAsync();
        Directory.Delete(_state, recursive: true);
    }

    public Task<HttpResponseMessage> OnboardAsync(string tenantId, long revision = 1, string tier = "pooled") =>
        Http.PostAsJsonAsync("/api/tenants", Requests.Onboard(tenantId, revision, tier));

    public Task<HttpResponseMessage> OffboardAsync(string tenantId) =>
        Http.DeleteAsync(new Uri($"/api/tenants/{tenantId}", UriKind.Relative));

    public Task<HttpResponseMessage> PostEventAsync(JsonNode cloudEvents, string contentType = "application/cloudevents+json")
    {
        var path = $"/runtime/webhooks/eventgrid?functionName=OnTenantEvent&code={Uri.EscapeDataString(Local.Host.Keys.EventGrid)}";
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(cloudEvents.ToJsonString(), System.Text.Encoding.UTF8, contentType),
        };
        request.Headers.Add("aeg-event-type", "Notification");
        return _eventGrid.SendAsync(request);
    }

    public async Task<TenantView?> ReadAsync(string tenantId)
    {
        using var answer = await Http.GetAsync(new Uri($"/api/tenants/{tenantId}", UriKind.Relative));
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<TenantView>() : null;
    }

    /// <summary>Waits until nothing runs any more, then reads the tenant.</summary>
    public async Task<TenantView?> SettleAsync(string tenantId)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var changed = new SemaphoreSlim(0);
        void OnProgress(TenantSandbox.Local.Engine.EngineProgress _) => changed.Release();
        Local.Engine.Progress += OnProgress;
        try
        {
            while (true)
            {
                await Local.Engine.WhenIdleAsync(deadline.Token);
                var state = await ReadAsync(tenantId);
                if (state is null or { Operation: null, Waiting.Count: 0 }) return state;
                await changed.WaitAsync(deadline.Token);
            }
        }
        finally
        {
            Local.Engine.Progress -= OnProgress;
        }
    }

    /// <summary>The types of the events that were published about a subject, in order.</summary>
    public IReadOnlyList<string> EventsAbout(string subject) =>
        [.. Local.Host.Topics.List(LocalSystemOptions.TopicName)
            .Where(published => published.GetProperty("subject").GetString() == subject)
            .Select(published => published.GetProperty("type").GetString()!)];

    public IReadOnlyList<JsonElement> Events => Local.Host.Topics.List(LocalSystemOptions.TopicName);

    public Task<IReadOnlyList<string>> LeftoversAsync(params string[] tenants) => Leftovers.FindAsync(Local, tenants, kubeconfig: null, CancellationToken.None);
}
