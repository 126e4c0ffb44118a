using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Cli.Local;
using TenantSandbox.Hosting.Durable;

namespace TenantSandbox.Benchmarks;

/// <summary>Sends requests for tenants over HTTP, and measures from the request to the end of the operation, the event included.</summary>
internal sealed class TenantRuns : IDisposable
{
    private readonly HttpClient _http;
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _pending = new(StringComparer.Ordinal);

    public TenantRuns(LocalSystem system)
    {
        _http = new HttpClient { BaseAddress = system.Host.BaseAddress };
        _http.DefaultRequestHeaders.Add("x-functions-key", system.Host.Keys.Function);
        system.Host.Progress += OnProgress;
    }

    public void Dispose() => _http.Dispose();

    /// <returns>Milliseconds.</returns>
    public Task<double> OnboardAsync(string tenantId) => MeasureAsync(
        tenantId,
        $"{tenantId}.1.1.onboard",
        "/api/tenants",
        new JsonObject
        {
            ["tenantId"] = tenantId,
            ["revision"] = 1,
            ["tier"] = "pooled",
            ["workloads"] = new JsonArray
            {
                new JsonObject { ["name"] = "web", ["image"] = "registry.example/app:1", ["cpu"] = "50m", ["memory"] = "128Mi" },
            },
        });

    /// <summary>Verifies a tenant that was onboarded and not changed since.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="sequence">Its operation's sequence: 2 for the first after the onboarding.</param>
    /// <returns>Milliseconds.</returns>
    public Task<double> VerifyAsync(string tenantId, int sequence) => MeasureAsync(
        tenantId, $"{tenantId}.1.{sequence}.verify", $"/api/tenants/{tenantId}/verify", new JsonObject { ["actor"] = "benchmark", ["reason"] = "measure" });

    /// <returns>Sorted milliseconds of each.</returns>
    public static async Task<IReadOnlyList<double>> OneByOneAsync(int count, Func<int, Task<double>> run)
    {
        List<double> times = [];
        for (var i = 0; i < count; i++)
        {
            times.Add(await run(i));
        }

        times.Sort();
        return times;
    }

    /// <returns>How many end in a second.</returns>
    public static async Task<double> AtOnceAsync(int count, int senders, Func<int, Task<double>> run)
    {
        var clock = Stopwatch.StartNew();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = senders }, async (i, _) => await run(i));
        return count / clock.Elapsed.TotalSeconds;
    }

    private async Task<double> MeasureAsync(string tenantId, string operationId, string path, JsonObject body)
    {
        var pending = _pending[operationId] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var clock = Stopwatch.StartNew();
        using var response = await _http.PostAsJsonAsync(path, body);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }

        await pending.Task.WaitAsync(TimeSpan.FromMinutes(1));
        var elapsed = clock.Elapsed.TotalMilliseconds;
        var tenant = await _http.GetFromJsonAsync<JsonObject>($"/api/tenants/{tenantId}");
        return tenant!["phase"]!.GetValue<string>() == "ready"
            ? elapsed
            : throw new InvalidOperationException($"{operationId}: the tenant is {tenant["phase"]}: {tenant["lastError"]?.ToJsonString()}");
    }

    private void OnProgress(DurableProgress report)
    {
        if (!_pending.TryGetValue(report.InstanceId, out var pending))
        {
            return;
        }

        switch (report.Kind)
        {
            case DurableProgressKind.InstanceCompleted:
                pending.TrySetResult();
                break;
            case DurableProgressKind.InstanceFailed:
                pending.TrySetException(new InvalidOperationException($"{report.InstanceId}: {report.Detail}"));
                break;
        }
    }
}
