using System.Diagnostics;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>The twin with the C# client and kubectl.</summary>
public sealed class KubernetesClientTests
{
    private static V1Deployment Web(int replicas, string image = "nginx:1") => new()
    {
        ApiVersion = "apps/v1",
        Kind = "Deployment",
        Metadata = new() { Name = "web" },
        Spec = new()
        {
            Replicas = replicas,
            Selector = new() { MatchLabels = new Dictionary<string, string> { ["app"] = "web" } },
            Template = new()
            {
                Metadata = new() { Labels = new Dictionary<string, string> { ["app"] = "web" } },
                Spec = new()
                {
                    Tolerations = [new() { Key = "sandbox", OperatorProperty = "Exists" }],
                    Containers = [new() { Name = "c", Image = image, Resources = new() { Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new("64Mi") } } }],
                },
            },
        },
    };

    [Fact]
    public async Task Client_ApplyWatchDelete_Works()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var client = api.Client;
        await client.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new() { Name = "acme" } });
        var created = await client.AppsV1.PatchNamespacedDeploymentAsync(new V1Patch(Web(2), V1Patch.PatchType.ApplyPatch), "web", "acme", fieldManager: "tests", force: true);
        Assert.Equal("web", created.Metadata.Name);
        await foreach (var (type, item) in client.AppsV1.WatchListNamespacedDeploymentAsync("acme", fieldSelector: "metadata.name=web"))
        {
            Assert.Contains(type, (WatchEventType[])[WatchEventType.Added, WatchEventType.Modified]);
            if (item.Status.AvailableReplicas == 2)
            {
                break;
            }
        }

        var pods = await client.CoreV1.ListNamespacedPodAsync("acme", labelSelector: "app=web", limit: 1);
        Assert.Equal((1, 1L), (pods.Items.Count, pods.Metadata.RemainingItemCount));
        using var reader = new StreamReader(await client.CoreV1.ReadNamespacedPodLogAsync(pods.Items[0].Metadata.Name, "acme"));
        Assert.Contains("uname -r", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<HttpOperationException>(() =>
            client.AppsV1.PatchNamespacedDeploymentAsync(new V1Patch(Web(3), V1Patch.PatchType.ApplyPatch), "web", "acme", fieldManager: "other"));
        Assert.Contains("conflict with", refused.Response.Content, StringComparison.Ordinal);
        await client.CoreV1.DeleteNamespaceAsync("acme");
        Assert.DoesNotContain((await client.CoreV1.ListNamespaceAsync()).Items, n => n.Metadata.Name == "acme");
        Assert.True(api.Host!.Calls.Total("kube.deployments.patch") == 2);
    }

    [Fact]
    public async Task Watcher_PodCreatedAndDeleted_ReportsBoth()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        var deleted = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        using var watcher = api.Client.CoreV1.WatchListNamespacedPod(ns, onEvent: (type, pod) =>
        {
            if (type == WatchEventType.Added && pod.Name() == "first")
            {
                started.TrySetResult();
            }

            if (type == WatchEventType.Deleted && pod.Name() == "first")
            {
                deleted.TrySetResult();
            }
        });
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("first"));
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await api.SendAsync("DELETE", $"/api/v1/namespaces/{ns}/pods/first?gracePeriodSeconds=0");
        await deleted.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Kubectl_CommonCommands_Work()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $$"""
            apiVersion: v1
            kind: Namespace
            metadata: {name: acme}
            ---
            {{Manifests.Deployment("web").Replace("{\"name\":\"web\" }", "{\"name\":\"web\",\"namespace\":\"acme\"}", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)}}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: acme}
            spec: {selector: {app: web}, ports: [{port: 80, protocol: TCP}]}
            """);
        Assert.Contains("deployment.apps/web serverside-applied", await RunAsync(api, $"apply --server-side -f {file}"), StringComparison.Ordinal);
        Assert.Contains("service/web serverside-applied", await RunAsync(api, $"apply --server-side -f {file}"), StringComparison.Ordinal);
        Assert.Matches(@"web\s+2/2\s+2\s+2\s+\d+s", await RunAsync(api, "-n acme get deployments"));
        Assert.Matches(@"pod/web-\w+-\w+\s+1/1\s+Running\s+0\s+\d+s\s+10\.244", await RunAsync(api, "-n acme get all -o wide"));
        Assert.Contains("NewReplicaSetAvailable", await RunAsync(api, "-n acme describe deployment web"), StringComparison.Ordinal);
        Assert.Contains("Successfully assigned acme/", await RunAsync(api, "-n acme describe pods"), StringComparison.Ordinal);
        Assert.Contains("uname -r", await RunAsync(api, "-n acme logs deployment/web"), StringComparison.Ordinal);
        Assert.Contains("Scheduled", await RunAsync(api, "-n acme get events"), StringComparison.Ordinal);
        Assert.Contains("successfully rolled out", await RunAsync(api, "-n acme rollout status deployment/web"), StringComparison.Ordinal);
        Assert.Contains("cordoned", await RunAsync(api, "cordon aks-kata-0"), StringComparison.Ordinal);
        Assert.Contains("Ready,SchedulingDisabled", await RunAsync(api, "get nodes"), StringComparison.Ordinal);
        Assert.Contains("mshv", await RunAsync(api, "describe node aks-kata-1"), StringComparison.Ordinal);
        Assert.Contains("Endpoints:", await RunAsync(api, "-n acme describe service web"), StringComparison.Ordinal);
        Assert.Contains("NotFound", await RunAsync(api, "-n acme scale deployment/web --replicas=1", fails: true), StringComparison.Ordinal);
        Assert.Contains("unknown field \"spec.nonsense\"", await RunAsync(api, "-n acme apply -f -", """{"apiVersion":"v1","kind":"Service","metadata":{"name":"x"},"spec":{"nonsense":1,"ports":[{"port":1}]}}""", fails: true), StringComparison.Ordinal);
        Assert.Contains("created", await RunAsync(api, "-n acme apply -f -", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"1"}}"""), StringComparison.Ordinal);
        Assert.Contains("configured", await RunAsync(api, "-n acme apply -f -", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"b":"1"}}"""), StringComparison.Ordinal);
        Assert.Contains("NotFound", await RunAsync(api, "-n acme get configmap nope", fails: true), StringComparison.Ordinal);
        Assert.Contains("deleted", await RunAsync(api, "delete namespace acme"), StringComparison.Ordinal);
        Assert.DoesNotContain("acme", await RunAsync(api, "get namespaces"), StringComparison.Ordinal);
        File.Delete(file);
    }

    private static async Task<string> RunAsync(KubernetesServer api, string arguments, string input = "", bool fails = false)
    {
        using var kubectl = Process.Start(new ProcessStartInfo("kubectl", $"--kubeconfig {api.KubeconfigPath} {arguments}")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HOME"] = Path.GetTempPath(), ["KUBECACHEDIR"] = api.KubeconfigPath + ".cache" },
        })!;
        await kubectl.StandardInput.WriteAsync(input);
        kubectl.StandardInput.Close();
        var error = kubectl.StandardError.ReadToEndAsync();
        var output = await kubectl.StandardOutput.ReadToEndAsync() + await error;
        await kubectl.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(kubectl.ExitCode == 0 != fails, $"kubectl {arguments} exited with {kubectl.ExitCode}: {output}");
        return output;
    }
}
