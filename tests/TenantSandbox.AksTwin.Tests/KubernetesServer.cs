using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>What a server answered.</summary>
internal sealed record Reply(int Status, JsonObject Body, HttpResponseMessage Message)
{
    public string? Reason => Body.Text("reason");

    public string Text => Body.Text("message") ?? Body.ToJsonString();

    public IEnumerable<string?> CauseFields => Body.Items("details", "causes").Select(c => c.Text("field"));
}

/// <summary>
/// A Kubernetes API to test: the twin with two Kata nodes, or any server that the environment variable TENANTSANDBOX_KUBECONFIG names.
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

    /// <summary>The twin, or the server named by the environment.</summary>
    public static async Task<KubernetesServer> AnyAsync() =>
        Environment.GetEnvironmentVariable("TENANTSANDBOX_KUBECONFIG") is { Length: > 0 } path ? new(null, path) : await TwinAsync();

    public static async Task<KubernetesServer> TwinAsync(TimingProfile? timing = null, FakeTimeProvider? time = null, int nodes = 2, string? directory = null)
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
        new Dictionary<string, string> { [KataLabel] = "true", ["kubernetes.io/hostname"] = name, ["topology.kubernetes.io/zone"] = "westeurope-1" },
        ["sandbox=kata:NoSchedule"],
        "1.34.2",
        maxPods);

    public async Task<Reply> SendAsync(string method, string path, string? body = null, string type = "application/json", string? accept = null, string? token = "twin")
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

    public Task<Reply> GetAsync(string path) => SendAsync("GET", path);

    public Task<Reply> PostAsync(string path, string body) => SendAsync("POST", path, body);

    public Task<Reply> MergeAsync(string path, string body) => SendAsync("PATCH", path, body, "application/merge-patch+json");

    public Task<Reply> ApplyAsync(string path, string body, string manager = "tests", bool force = false) =>
        SendAsync("PATCH", $"{path}?fieldManager={manager}{(force ? "&force=true" : "")}", body, "application/apply-patch+yaml");

    /// <summary>The events of a watch, as they come.</summary>
    public async IAsyncEnumerable<JsonObject> WatchAsync(string path, string query = "", [EnumeratorCancellation] CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Client.BaseUri, $"{path}?watch=true&timeoutSeconds=60{query}"));
        if (Twin is not null)
        {
            request.Headers.Authorization = new("Bearer", "twin");
        }

        using var response = await Client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            yield return (JsonObject)JsonNode.Parse(line)!;
        }
    }

    /// <summary>Follows a collection until one of its objects is as wanted.</summary>
    public Task<JsonObject> UntilAsync(string collection, Func<JsonObject, bool> wanted) => FollowAsync(collection, "", e => e.Text("type") is "ADDED" or "MODIFIED" && wanted(e.Object("object")!));

    /// <summary>Does something, and waits until an object is gone because of it.</summary>
    public async Task GoneAsync(string collection, string name, Func<Task> act)
    {
        var revision = (await GetAsync(collection)).Body.Text("metadata", "resourceVersion");
        await act();
        await FollowAsync(collection, $"&resourceVersion={revision}", e => e.Text("type") == "DELETED" && e.Object("object").Text("metadata", "name") == name);
    }

    private async Task<JsonObject> FollowAsync(string collection, string query, Func<JsonObject, bool> wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(45));
        var last = "nothing";
        try
        {
            await foreach (var e in WatchAsync(collection, query, limit.Token))
            {
                last = e.ToJsonString();
                if (wanted(e))
                {
                    return e.Object("object")!;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told below, with what was seen.
        }

        throw new TimeoutException($"Nothing in {collection} got to be as wanted; the last event was {last}");
    }

    /// <summary>A namespace of its own, whose default ServiceAccount is there (before 1.24: with its token, without which no pod is let in).</summary>
    public async Task<string> NamespaceAsync(string labels = "{}")
    {
        var name = $"t-{Guid.NewGuid():N}"[..12];
        var made = await PostAsync("/api/v1/namespaces", $$"""{"metadata":{"name":"{{name}}","labels":{{labels}} } }""");
        Assert.Equal(201, made.Status);
        await UntilAsync($"/api/v1/namespaces/{name}/serviceaccounts", o =>
            o.Text("metadata", "name") == "default" && (Twin is not null || o.Items("secrets").Any()));
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
