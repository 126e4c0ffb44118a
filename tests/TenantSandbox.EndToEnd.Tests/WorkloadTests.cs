using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
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
    public async Task Onboard_EveryKind_IsReadySuspendedResumedAndOffboarded()
    {
        var request = TenantRequests.Onboard("kinds");
        request["workloads"] = JsonNode.Parse("""
            [
              {"name":"web","image":"registry.example/web:1","cpu":"250m","memory":"256Mi","replicas":{"min":1,"max":2}},
              {"name":"db","kind":"StatefulSet","image":"registry.example/db:1","cpu":"250m","memory":"256Mi","replicas":2},
              {"name":"migrate","kind":"Job","image":"registry.example/migrate:1","cpu":"250m","memory":"256Mi"},
              {"name":"report","kind":"CronJob","image":"registry.example/report:1","cpu":"250m","memory":"256Mi","cronJob":{"schedule":"0 3 1 1 *"}}
            ]
            """);
        using var onboarding = await running.System.Http.PostAsJsonAsync("/api/tenants", request);
        var onboarded = await running.System.SettleAsync("kinds");
        Assert.Equal((HttpStatusCode.Accepted, TenantPhase.Ready), (onboarding.StatusCode, onboarded.Phase));
        Assert.Equal(["db StatefulSet 2", "migrate Job 0", "report CronJob 0", "web Deployment 1"], await ReadWorkloadsAsync());

        using var suspend = await running.System.ActAsync("tenants/kinds/suspend");
        Assert.Equal(TenantPhase.Suspended, (await running.System.SettleAsync("kinds")).Phase);
        Assert.Equal(["db StatefulSet 0", "migrate Job 0", "report CronJob 0", "web Deployment 0"], await ReadWorkloadsAsync());

        using var resume = await running.System.ActAsync("tenants/kinds/resume");
        Assert.Equal(TenantPhase.Ready, (await running.System.SettleAsync("kinds")).Phase);
        Assert.Equal(["db StatefulSet 2", "migrate Job 0", "report CronJob 0", "web Deployment 1"], await ReadWorkloadsAsync());

        using var offboarding = await running.System.OffboardAsync("kinds");
        Assert.Equal(TenantPhase.Offboarded, (await running.System.SettleAsync("kinds")).Phase);
        // The other tenant's pool stays.
        Assert.DoesNotContain(await running.System.FindLeftoversAsync("kinds"), left => left.Contains("kinds", StringComparison.Ordinal));
    }

    /// <summary>Name, kind and ready pods of each workload.</summary>
    private async Task<IEnumerable<string>> ReadWorkloadsAsync() =>
        (await running.System.GetJsonAsync("/api/tenants/kinds/workloads")).GetProperty("workloads").EnumerateArray()
            .Select(w => $"{w.GetProperty("name")} {w.GetProperty("kind")} {w.GetProperty("replicas").GetProperty("ready")}").ToArray();

    [Fact]
    public async Task GetWorkloads_ExposedWorkload_ShowsItsServiceAndRoute()
    {
        var web = (await running.System.GetJsonAsync(Workloads)).GetProperty("workloads")[0];

        var service = Assert.Single(web.GetProperty("services").EnumerateArray());
        Assert.Equal(
            ("web", "ClusterIP", 80, "8080"),
            (service.GetProperty("name").GetString(), service.GetProperty("type").GetString(),
                service.GetProperty("ports")[0].GetProperty("port").GetInt32(), service.GetProperty("ports")[0].GetProperty("targetPort").GetString()));
        var exposure = web.GetProperty("exposure");
        Assert.Equal(
            ("logs.example.com", true, "accepted"),
            (exposure.GetProperty("hosts")[0].GetString(), exposure.GetProperty("ready").GetBoolean(), exposure.GetProperty("message").GetString()));
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
        var lines = await ReadTicksAsync();

        // The worker logs the end of its answer, and nothing of what it answered.
        await running.System.WaitForAsync(
            () => Task.FromResult(running.Log.GetSnapshot().FirstOrDefault(l => l.Message.Contains("of the logs of 2 pods", StringComparison.Ordinal))), "the answer to end");
        Assert.All(lines, line => Assert.Matches(@"^\[web-[a-z0-9]+-[a-z0-9]+\] up for [0-9]+ s$", line));
        Assert.DoesNotContain(running.Log.GetSnapshot(), l => l.Message.Contains("up for", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Offboard_TenantWithRetainedVolume_IsAbsentAndNamesItInTheReceipt()
    {
        var request = JsonNode.Parse("""
            { "tenantId": "disks", "revision": 1, "tier": "pooled",
              "configMaps": [ { "name": "settings", "data": { "level": "debug" } } ],
              "claims": [ { "name": "data", "storageClassName": "managed-csi", "accessModes": [ "ReadWriteOnce" ],
                "resources": { "requests": { "storage": "10Gi" } }, "onOffboard": "retain" } ],
              "workloads": [ { "name": "db", "podTemplate": { "spec": {
                "containers": [ { "name": "db", "image": "registry.example/db:1", "resources": { "limits": { "cpu": "250m", "memory": "256Mi" } },
                  "envFrom": [ { "configMapRef": { "name": "settings" } } ], "volumeMounts": [ { "name": "data", "mountPath": "/data" } ] } ],
                "volumes": [ { "name": "data", "persistentVolumeClaim": { "claimName": "data" } } ] } } } ] }
            """);
        using var accepted = await running.System.Http.PostAsJsonAsync("/api/tenants", request);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal(TenantPhase.Ready, (await running.System.SettleAsync("disks")).Phase);

        using var deleted = await running.System.Http.DeleteAsync(new Uri("/api/tenants/disks", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Accepted, deleted.StatusCode);
        Assert.Equal(TenantPhase.Offboarded, (await running.System.SettleAsync("disks")).Phase);

        var receipt = (await running.System.GetJsonAsync("/api/tenants/disks")).GetProperty("receipt");
        var volume = Assert.Single(receipt.GetProperty("volumes").EnumerateArray());
        Assert.Equal(("data", "retained", "disk.csi.azure.com"), (
            volume.GetProperty("claim").GetString(), volume.GetProperty("outcome").GetString(), volume.GetProperty("driver").GetString()));
        Assert.NotEqual(JsonValueKind.Null, receipt.GetProperty("namespaceAbsentAt").ValueKind);
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
