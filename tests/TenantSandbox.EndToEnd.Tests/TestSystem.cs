using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableTask.Core;
using DurableTask.Core.Entities;
using DurableTask.Core.Query;
using TenantSandbox.AksTwin;
using TenantSandbox.Cli.Client;
using TenantSandbox.Cli.Local;
using TenantSandbox.Cli.Output;
using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>A local system with its own state directory, and what tests do with it: requests through the doors, and reads.</summary>
internal sealed class TestSystem : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    // Tests start the maintenance tasks themselves.
    private static readonly Dictionary<string, string?> NoTimers = ((string[])
        ["ReconcileTenants", "ReconcileClusters", "SweepOrphans", "ExpireTenants", "Watchdog", "PurgeHistory"])
        .ToDictionary(task => $"TenantSandbox:Maintenance:Schedules:{task}", string? (_) => "0 0 0 29 2 *");

    /// <summary>Who works on the cluster besides the app, trusted by its policies: on AKS the user of the administrator's certificate.</summary>
    private const string Person = "masterclient";

    private readonly string? _ownState;
    private readonly HttpClient _eventGrid;

    private TestSystem(LocalSystem local, string stateDirectory, string? ownState)
    {
        StateDirectory = stateDirectory;
        Local = local;
        _ownState = ownState;
        // Event Grid sends its key in the query, and no function key.
        _eventGrid = new HttpClient { BaseAddress = local.Host.BaseAddress };
        Http = new HttpClient { BaseAddress = local.Host.BaseAddress };
        Http.DefaultRequestHeaders.Add("x-functions-key", local.Host.Keys.Function);
    }

    public LocalSystem Local { get; }

    public HttpClient Http { get; }

    public TwinHost Twin => Local.Twin!;

    /// <summary>Where everything of the system is kept, with its twin's state in the folder <c>twin</c>.</summary>
    public string StateDirectory { get; }

    public IReadOnlyList<JsonElement> Events => Local.Host.Topics.List(LocalSystemOptions.TopicName);

    /// <param name="configure">Changes the options; a state directory that it sets is kept when the system is disposed.</param>
    public static async Task<TestSystem> StartAsync(Func<LocalSystemOptions, LocalSystemOptions>? configure = null)
    {
        var state = Directory.CreateTempSubdirectory("tenantsandbox-").FullName;
        var options = new LocalSystemOptions { StateDirectory = state, Timing = TimingProfile.Instant };
        var configured = configure?.Invoke(options) ?? options;
        var isOwnState = configured.StateDirectory == state;
        if (!isOwnState)
        {
            Directory.Delete(state);
        }

        var settings = new Dictionary<string, string?>(NoTimers.Concat(configured.Settings)) { ["TenantSandbox:Policies:Users:0"] = Person };
        return new TestSystem(await LocalSystem.StartAsync(configured with { Settings = settings }), configured.StateDirectory, isOwnState ? state : null);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _eventGrid.Dispose();
        await Local.DisposeAsync();
        if (_ownState is not null)
        {
            Directory.Delete(_ownState, recursive: true);
        }
    }

    public Task<HttpResponseMessage> OnboardAsync(string tenantId, long revision = 1, string tier = "pooled") =>
        Http.PostAsJsonAsync("/api/tenants", TenantRequests.Onboard(tenantId, revision, tier));

    public Task<HttpResponseMessage> OffboardAsync(string tenantId) =>
        Http.DeleteAsync(new Uri($"/api/tenants/{tenantId}", UriKind.Relative));

    public async Task<HttpResponseMessage> PutAsync(string tenantId, JsonObject body, long? ifMatch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/tenants/{tenantId}") { Content = JsonContent.Create(body) };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{ifMatch}\"");
        }

        return await Http.SendAsync(request);
    }

    /// <summary>Sends an operator's command.</summary>
    /// <param name="path">The path below <c>/api</c>.</param>
    /// <param name="more">Properties beside actor and reason.</param>
    public Task<HttpResponseMessage> ActAsync(string path, JsonObject? more = null)
    {
        var body = more ?? [];
        body["actor"] = "operator@example.com";
        body["reason"] = "a test";
        return Http.PostAsJsonAsync($"/api/{path}", body);
    }

    /// <summary>Runs a maintenance task.</summary>
    /// <returns>Its report.</returns>
    public async Task<JsonObject> MaintainAsync(string task)
    {
        var startedAt = DateTimeOffset.UtcNow;
        var hasFailed = false;
        await WaitForAsync(
            async () =>
            {
                using var response = await ActAsync(task == "rebuild" ? "maintenance/rebuild" : $"maintenance/{task}/run");
                if (response.StatusCode >= HttpStatusCode.InternalServerError)
                {
                    // The worker ended before it answered, so the run may have begun.
                    hasFailed = true;
                    return null;
                }

                Assert.True(response.StatusCode == HttpStatusCode.Accepted || (hasFailed && response.StatusCode == HttpStatusCode.Conflict), $"{task}: {response.StatusCode}");
                return this;
            },
            $"maintenance task {task} to start");
        var report = await WaitForAsync(
            async () =>
            {
                if (await ReadAsync("/api/maintenance") is not { } page)
                {
                    return null;
                }

                var last = page["tasks"]!.AsArray().Single(t => t!["task"]!.GetValue<string>() == task)!["last"];
                return last is not null && last["startedAt"]!.GetValue<DateTimeOffset>() >= startedAt ? last.AsObject() : null;
            },
            $"maintenance task {task} to end");
        Assert.True(report["error"] is null, report.ToJsonString());
        return report;
    }

    /// <summary>The status of one of a tenant's conditions.</summary>
    public async Task<string?> ConditionAsync(string tenantId, string type) =>
        (await GetJsonAsync($"/api/tenants/{tenantId}")).GetProperty("conditions").EnumerateArray()
            .Where(c => c.GetProperty("type").GetString() == type).Select(c => c.GetProperty("status").GetString()).SingleOrDefault();

    /// <summary>Delivers to Event Grid's webhook.</summary>
    public async Task<HttpResponseMessage> DeliverAsync(string body, string contentType = "application/cloudevents+json")
    {
        var path = $"/runtime/webhooks/eventgrid?functionName=OnTenantEvent&code={Uri.EscapeDataString(Local.Host.Keys.EventGrid)}";
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, contentType) };
        request.Headers.Add("aeg-event-type", "Notification");
        return await _eventGrid.SendAsync(request);
    }

    /// <returns>Null when there is no such tenant, or the worker can't answer now because it is being restarted.</returns>
    public async Task<TenantDocument?> GetAsync(string tenantId)
    {
        using var response = await Http.GetAsync(new Uri($"/api/tenants/{tenantId}", UriKind.Relative));
        if (response.StatusCode == HttpStatusCode.NotFound || response.StatusCode >= HttpStatusCode.InternalServerError)
        {
            return null;
        }

        await TenantsClient.EnsureSuccessAsync(response, CancellationToken.None);
        return await response.Content.ReadFromJsonAsync<TenantDocument>();
    }

    /// <returns>Null while the worker is being restarted.</returns>
    public async Task<JsonObject?> ReadAsync(string path)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative));
        return response.StatusCode >= HttpStatusCode.InternalServerError ? null : await response.Content.ReadFromJsonAsync<JsonObject>();
    }

    /// <summary>The raw document, for what <see cref="TenantDocument"/> leaves out.</summary>
    public Task<JsonElement> GetJsonAsync(string path) => Http.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative));

    /// <summary>Waits until nothing runs or waits for the tenant.</summary>
    public Task<TenantDocument> SettleAsync(string tenantId) =>
        WaitForAsync(async () => await GetAsync(tenantId) is { } tenant && tenant.IsSettled(0) ? tenant : null, $"tenant {tenantId} to settle");

    /// <summary>Waits until no orchestration runs.</summary>
    public Task WaitUntilNothingRunsAsync() => WaitForAsync(
        async () =>
        {
            var query = new OrchestrationQuery
            {
                RuntimeStatus = [OrchestrationStatus.Pending, OrchestrationStatus.Running],
                ExcludeEntities = true,
            };
            var running = await ((IOrchestrationServiceQueryClient)Local.OrchestrationService).GetOrchestrationWithQueryAsync(query, CancellationToken.None);
            return running.OrchestrationState.Count == 0 ? this : null;
        },
        "all orchestrations to end");

    /// <summary>Waits until an orchestration has ended.</summary>
    public async Task WaitForOperationAsync(string instanceId)
    {
        var state = await Local.Host.TaskHubClient.WaitForOrchestrationAsync(instanceId, null, Timeout, CancellationToken.None);
        Assert.True(state is not null, $"{instanceId} did not end within {Timeout}");
    }

    /// <summary>Evaluates the condition whenever durable work makes progress, and every 100 ms, until it has a result.</summary>
    public async Task<T> WaitForAsync<T>(Func<Task<T?>> condition, string what)
        where T : class
    {
        using var deadline = new CancellationTokenSource(Timeout);
        using var changed = new SemaphoreSlim(0);
        void OnProgress(DurableProgress _) => changed.Release();
        Local.Host.Progress += OnProgress;
        try
        {
            while (!deadline.IsCancellationRequested)
            {
                if (await condition() is { } result)
                {
                    return result;
                }

                await changed.WaitAsync(TimeSpan.FromMilliseconds(100));
            }

            throw new TimeoutException($"Waited {Timeout} for {what}.");
        }
        finally
        {
            Local.Host.Progress -= OnProgress;
        }
    }

    /// <summary>The types of the events that were published about a subject, in order.</summary>
    public IReadOnlyList<string> EventsAbout(string subject) =>
        [.. Events.Where(published => published.GetProperty("subject").GetString() == subject).Select(published => published.GetProperty("type").GetString()!)];

    /// <summary>The ids of all orchestrations and entities: what invalid input must not change.</summary>
    public async Task<IReadOnlyList<string>> ListInstancesAsync()
    {
        var query = new OrchestrationQuery { ExcludeEntities = true, PageSize = 10_000 };
        var instances = await ((IOrchestrationServiceQueryClient)Local.OrchestrationService).GetOrchestrationWithQueryAsync(query, CancellationToken.None);
        var entities = await Local.EntityQueries.QueryEntitiesAsync(new EntityBackendQueries.EntityQuery { PageSize = 10_000 }, CancellationToken.None);
        return [.. instances.OrchestrationState.Select(state => state.OrchestrationInstance.InstanceId), .. entities.Results.Select(entity => entity.EntityId.ToString())];
    }

    public Task<IReadOnlyList<string>> FindLeftoversAsync(params string[] tenants) =>
        Leftovers.FindAsync(Local, tenants, kubeconfig: null, CancellationToken.None);
}
