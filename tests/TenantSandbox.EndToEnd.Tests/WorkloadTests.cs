using System.Net;
using System.Text.Json;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.EndToEnd.Tests;

/// <summary>What operators read of a running tenant, through the host and its worker process.</summary>
public sealed class WorkloadTests(WorkloadSystem running) : IClassFixture<WorkloadSystem>
{
    private const string Workloads = $"/api/tenants/{WorkloadSystem.Tenant}/workloads";

    [Fact]
    public async Task GetWorkloads_ReadyTenant_ShowsPodsAndEvents()
    {
        var seen = await running.System.GetJsonAsync(Workloads);

        Assert.Equal(("ready", "tenant-logs"), (seen.GetProperty("phase").GetString(), seen.GetProperty("namespace").GetString()));
        Assert.Equal(
            ["web Deployment 2 2 2", "worker Deployment 1 1 1"],
            seen.GetProperty("workloads").EnumerateArray().Select(w =>
                $"{w.GetProperty("name")} {w.GetProperty("kind")} {w.GetProperty("replicas").GetProperty("desired")} {w.GetProperty("replicas").GetProperty("ready")} {w.GetProperty("podCount")}"));
        Assert.NotEqual(0, seen.GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task GetLogs_OnePod_IsPlainText()
    {
        using var response = await running.System.Http.GetAsync(new Uri($"{Workloads}/worker/logs?tailLines=1", UriKind.Relative));

        Assert.Equal((HttpStatusCode.OK, "text/plain"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Single((await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task GetLogs_Follow_ArrivesWhileItIsWrittenAndStopsWithTheClient()
    {
        var first = await ReadTicksAsync();
        var second = await ReadTicksAsync();

        // Each line was read before the next one was written.
        Assert.Equal(2, first.Distinct(StringComparer.Ordinal).Count());
        Assert.All([.. first, .. second], line => Assert.Matches(@"^\[web-[a-z0-9]+-[a-z0-9]+\] up for [0-9]+ s$", line));
        Assert.Equal(TenantPhase.Ready, (await running.System.GetAsync(WorkloadSystem.Tenant))!.Phase);
    }

    [Theory]
    [InlineData("/api/tenants/nobody/workloads", 404)]
    [InlineData("/api/tenants/logs/workloads/other/logs", 404)]
    [InlineData("/api/tenants/logs/workloads/web/logs?pod=other", 404)]
    [InlineData("/api/tenants/logs/workloads/web/logs?tailLines=many", 400)]
    [InlineData("/api/tenants/logs/workloads/worker/logs?previous=true", 409)]
    public async Task Get_WrongRequest_IsAProblem(string path, int status)
    {
        using var response = await running.System.Http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal((status, "application/problem+json"), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal(status, JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()).GetProperty("status").GetInt32());
    }

    /// <summary>Follows the log until two lines of different seconds have arrived, and disconnects.</summary>
    private async Task<IReadOnlyList<string>> ReadTicksAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var response = await running.System.Http.GetAsync(
            new Uri($"{Workloads}/web/logs?follow=true&tailLines=0", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token));
        var lines = new List<string>();
        while (lines.Select(l => l.Split(']')[^1]).Distinct(StringComparer.Ordinal).Count() < 2)
        {
            lines.Add(await reader.ReadLineAsync(deadline.Token) ?? throw new EndOfStreamException("The log ended before its pods."));
        }

        return [lines[0], lines[^1]];
    }
}
