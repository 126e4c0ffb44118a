using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>A response of the API.</summary>
internal sealed record ApiReply(int Status, JsonObject Body, HttpResponseMessage Message)
{
    public string? Reason => Body.GetString("reason");

    public string Text => Body.GetString("message") ?? Body.ToJsonString();

    public IEnumerable<string?> CauseFields => Body.GetObjects("details", "causes").Select(c => c.GetString("field"));
}

/// <summary>
/// The Kubernetes API under test: a twin with Kata nodes, or the server that the environment variable TENANTSANDBOX_KUBECONFIG names.
/// </summary>
internal sealed class KubernetesServer : IAsyncDisposable
{
    public const string KataLabel = "kubernetes.azure.com/kata-vm-isolation";

    private KubernetesServer(TwinHost? host, string kubeconfig)
    {
        (Host, KubeconfigPath) = (host, kubeconfig);
        Client = new(KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig));
    }

    public TwinHost? Host { get; }

    public KubernetesTwin? Twin => Host?.Kubernetes();

    public string KubeconfigPath { get; }

    public k8s.Kubernetes Client { get; }

    /// <summary>The server that TENANTSANDBOX_KUBECONFIG names, else a twin.</summary>
    public static async Task<KubernetesServer> StartAsync() =>
        Environment.GetEnvironmentVariable("TENANTSANDBOX_KUBECONFIG") is { Length: > 0 } path ? new(null, path) : await StartTwinAsync();

    public static async Task<KubernetesServer> StartTwinAsync(TimingProfile? timing = null, FakeTimeProvider? time = null, int nodes = 2, string? directory = null)
    {
        var options = new TwinOptions { Timing = timing ?? TimingProfile.Instant, TimeProvider = time ?? TimeProvider.System, StateDirectory = directory };
        var host = await TwinHost.StartAsync(options);
        for (var i = 0; i < nodes; i++)
        {
            host.Kubernetes().AddNode(Node($"aks-kata-{i}"));
        }

        var path = Path.Combine(Path.GetTempPath(), $"kubeconfig-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(path, host.Kubeconfig());
        return new(host, path);
    }

    public static NodeSpec Node(string name, string size = "Standard_D4s_v5", int maxPods = 110) => new(
        name,
        VmSize.Find(size)!,
        new Dictionary<string, string> { [KataLabel] = "true", ["kubernetes.io/hostname"] = name, ["topology.kubernetes.io/zone"] = "westeurope-1", [StorageAddOn.ZoneLabel] = "westeurope-1" },
        ["sandbox=kata:NoSchedule"],
        "1.34.2",
        maxPods);

    public async Task<ApiReply> SendAsync(string method, string path, string? body = null, string type = "application/json", string? accept = null, string? token = "twin")
    {
        using var request = new HttpRequestMessage(new(method), new Uri(Client.BaseUri, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        if (Twin is not null && token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        var response = await Client.HttpClient.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new((int)response.StatusCode, text.StartsWith('{') ? (JsonObject)JsonNode.Parse(text)! : new() { ["message"] = text }, response);
    }

    public Task<ApiReply> GetAsync(string path) => SendAsync("GET", path);

    public Task<ApiReply> PostAsync(string path, string body) => SendAsync("POST", path, body);

    public Task<ApiReply> MergeAsync(string path, string body) => SendAsync("PATCH", path, body, "application/merge-patch+json");

    public Task<ApiReply> ApplyAsync(string path, string body, string manager = "tests", bool force = false) =>
        SendAsync("PATCH", $"{path}?fieldManager={manager}{(force ? "&force=true" : "")}", body, "application/apply-patch+yaml");

    /// <summary>Streams the events of a watch.</summary>
    public async IAsyncEnumerable<JsonObject> WatchAsync(string path, string query = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Client.BaseUri, $"{path}?watch=true&timeoutSeconds=60{query}"));
        if (Twin is not null)
        {
            request.Headers.Authorization = new("Bearer", "twin");
        }

        using var response = await Client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return (JsonObject)JsonNode.Parse(line)!;
        }
    }

    /// <summary>The first cells of the only row that kubectl would print for a collection.</summary>
    public async Task<IEnumerable<string>> CellsAsync(string collection, int count)
    {
        var table = (await SendAsync("GET", collection, accept: "application/json;as=Table;v=v1;g=meta.k8s.io")).Body;
        return table.GetObjects("rows").Single()["cells"]!.AsArray().Take(count).Select(c => $"{c}");
    }

    /// <summary>Watches a collection until one of its objects meets a condition, for at most 45 s.</summary>
    public Task<JsonObject> WaitForAsync(string collection, Func<JsonObject, bool> condition) => WatchUntilAsync(collection, "", e => e.GetString("type") is "ADDED" or "MODIFIED" && condition(e.GetObject("object")!));

    /// <summary>Runs an action and waits until an object has been deleted.</summary>
    public async Task WaitForDeletionAsync(string collection, string name, Func<Task> act)
    {
        var revision = (await GetAsync(collection)).Body.GetString("metadata", "resourceVersion");
        await act();
        await WatchUntilAsync(collection, $"&resourceVersion={revision}", e => e.GetString("type") == "DELETED" && e.GetObject("object").GetString("metadata", "name") == name);
    }

    private async Task<JsonObject> WatchUntilAsync(string collection, string query, Func<JsonObject, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(45));
        var last = "nothing";
        try
        {
            await foreach (var e in WatchAsync(collection, query, limit.Token))
            {
                last = e.ToJsonString();
                if (condition(e))
                {
                    return e.GetObject("object")!;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Reported below with the last event.
        }

        throw new TimeoutException($"No object in {collection} met the condition within 45 s; the last event was {last}");
    }

    /// <summary>
    /// Creates a namespace and waits for its default ServiceAccount (before 1.24: for its token, without which pods are rejected).
    /// </summary>
    public async Task<string> CreateNamespaceAsync(string labels = "{}")
    {
        var name = $"t-{Guid.NewGuid():N}"[..12];
        var created = await PostAsync("/api/v1/namespaces", $$"""{"metadata":{"name":"{{name}}","labels":{{labels}} } }""");
        Assert.Equal(201, created.Status);
        await WaitForAsync($"/api/v1/namespaces/{name}/serviceaccounts", o =>
            o.GetString("metadata", "name") == "default" && (Twin is not null || o.GetObjects("secrets").Any()));
        return name;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (Host is null)
        {
            return;
        }

        File.Delete(KubeconfigPath);
        await Host.DisposeAsync();
    }
}
