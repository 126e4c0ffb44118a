using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using TenantSandbox.AksTwin;

namespace TenantSandbox.Benchmarks;

/// <summary>The AKS twin over its wire (HTTPS on loopback): single requests, watches, and a cluster of 200 nodes with 5,000 pods.</summary>
internal sealed class TwinBenchmark : IAsyncDisposable
{
    private const int Callers = 8;
    private const int Nodes = 200;
    private const int Pods = 5_000;
    private const int Watchers = 100;
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    private readonly TwinHost _twin;
    private readonly HttpClient _kubernetes;
    private readonly HttpClient _arm;

    private TwinBenchmark(TwinHost twin)
    {
        _twin = twin;
        _kubernetes = Client(twin.KubernetesEndpoint());
        _arm = Client(twin.ArmEndpoint);
    }

    public static async Task<IReadOnlyList<Figure>> RunAsync()
    {
        List<Figure> figures = [];
        await using (var small = new TwinBenchmark(await TwinHost.StartAsync(new TwinOptions())))
        {
            for (var i = 0; i < 1_000; i++)
            {
                await small.ApplyAsync(i);
            }

            figures.AddRange(await MeasureAsync("get", 2_000, i => small.GetAsync($"{ConfigMaps}/c{i % 1_000}")));
            figures.AddRange(await MeasureAsync("list of 1,000", 200, _ => small.GetAsync($"{ConfigMaps}?limit=1000")));
            figures.AddRange(await MeasureAsync("server-side apply", 1_000, small.ApplyAsync));
            figures.Add(await small.FanOutAsync());
        }

        await using var large = new TwinBenchmark(await TwinHost.StartAsync(new TwinOptions()));
        figures.AddRange(await large.GrowAsync());
        return figures;
    }

    public async ValueTask DisposeAsync()
    {
        _kubernetes.Dispose();
        _arm.Dispose();
        await _twin.DisposeAsync();
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(string what, int count, Func<int, Task> request)
    {
        await request(0);
        var milliseconds = new double[count];
        var clock = Stopwatch.StartNew();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (i, _) =>
        {
            var start = Stopwatch.GetTimestamp();
            await request(i);
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });
        var rate = count / clock.Elapsed.TotalSeconds;
        Array.Sort(milliseconds);
        return [new Figure($"{what}, {Callers} callers", rate, "a second"), new Figure($"{what}, p99", milliseconds[count * 99 / 100], "ms")];
    }

    /// <summary>From one write to the moment when the last of the watchers has read of it.</summary>
    private async Task<Figure> FanOutAsync()
    {
        var streams = await Task.WhenAll(Enumerable.Range(0, Watchers).Select(async _ =>
        {
            var answer = await _kubernetes.GetAsync($"{ConfigMaps}?watch=true&fieldSelector=metadata.name%3Dwatched", HttpCompletionOption.ResponseHeadersRead);
            return new StreamReader(await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
        }));
        var clock = Stopwatch.StartNew();
        await ApplyAsync("watched", 1);
        await Task.WhenAll(streams.Select(stream => stream.ReadLineAsync()));
        var took = clock.Elapsed.TotalMilliseconds;
        foreach (var stream in streams)
        {
            stream.Dispose();
        }

        return new Figure($"a change seen by {Watchers} watches", took, "ms");
    }

    private async Task<IReadOnlyList<Figure>> GrowAsync()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var clock = Stopwatch.StartNew();
        await PutPoolAsync("bench");
        await Parallel.ForAsync(0, Pods / 100, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (i, _) =>
            await PatchAsync($"/apis/apps/v1/namespaces/default/deployments/d{i}", DeploymentOf($"d{i}", 100)));
        var running = await CountAsync("/api/v1/pods?fieldSelector=status.phase%3DRunning");
        var took = clock.Elapsed.TotalSeconds;
        var megabytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6;
        return running < Pods
            ? throw new InvalidOperationException($"{running} of {Pods} pods run.")
            : [new Figure($"{Nodes} nodes and {Pods} running pods", took, "s", AtMost: 10), new Figure("their memory", megabytes, "MB", AtMost: 500)];
    }

    private async Task PutPoolAsync(string name)
    {
        var body = new JsonObject
        {
            ["properties"] = new JsonObject
            {
                ["count"] = Nodes,
                ["vmSize"] = "Standard_D4s_v5",
                ["mode"] = "User",
                ["osType"] = "Linux",
                ["osSKU"] = "AzureLinux",
                ["workloadRuntime"] = "KataVmIsolation",
                ["maxPods"] = 110,
            },
        };
        var path = $"/subscriptions/{_twin.Options.SubscriptionId}/resourceGroups/{_twin.Options.ResourceGroup}/providers/Microsoft.ContainerService/"
            + $"managedClusters/{_twin.Options.Clusters[0].Name}/agentPools/{name}?api-version=2026-04-01";
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await _arm.PutAsync(new Uri(path, UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
        // An instant operation is finished when it is asked about for the first time.
        using var settled = await _arm.GetAsync(new Uri(path, UriKind.Relative));
        settled.EnsureSuccessStatusCode();
    }

    private async Task<int> CountAsync(string path) =>
        JsonNode.Parse(await _kubernetes.GetStringAsync(new Uri(path, UriKind.Relative)))!["items"]!.AsArray().Count;

    private async Task GetAsync(string path)
    {
        using var answer = await _kubernetes.GetAsync(new Uri(path, UriKind.Relative));
        await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
    }

    private Task ApplyAsync(int i) => ApplyAsync($"c{i % 1_000}", i);

    private Task ApplyAsync(string name, int value) => PatchAsync($"{ConfigMaps}/{name}", new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["data"] = new JsonObject { ["value"] = $"{value}" },
    });

    private async Task PatchAsync(string path, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/apply-patch+yaml");
        using var answer = await _kubernetes.PatchAsync(new Uri($"{path}?fieldManager=bench&force=true", UriKind.Relative), content);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        }
    }

    private static JsonObject DeploymentOf(string name, int replicas) => new()
    {
        ["apiVersion"] = "apps/v1",
        ["kind"] = "Deployment",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject
        {
            ["replicas"] = replicas,
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = name } },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = name } },
                ["spec"] = new JsonObject
                {
                    ["containers"] = new JsonArray
                    {
                        new JsonObject
                        {
                            ["name"] = "main",
                            ["image"] = "registry.example/app:1",
                            ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "50m", ["memory"] = "128Mi" } },
                        },
                    },
                },
            },
        },
    };

    private HttpClient Client(Uri address)
    {
        var client = new HttpClient(_twin.CreateHandler()) { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "bench");
        return client;
    }
}
