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

    [Fact]
    public async Task Kubectl_OtherWorkloads_Work()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        var file = Path.GetTempFileName();
        string[] manifests =
        [
            Manifests.StatefulSet("web", claims: "data"), Manifests.Job("job", "work"), Manifests.CronJob("cron"), KubernetesKindTests.Autoscaler("hpa", 1, 3, "StatefulSet"),
            """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"a":"b"}}""", KubernetesGatewayTests.Gateway("gw"), KubernetesGatewayTests.Route("route", "gw", ns),
        ];
        await File.WriteAllTextAsync(file, string.Join(Environment.NewLine, manifests));
        Assert.Contains("statefulset.apps/web serverside-applied (server dry run)", await RunAsync(api, $"-n {ns} apply --server-side --dry-run=server -f {file}"), StringComparison.Ordinal);
        Assert.Contains("job.batch/job created", await RunAsync(api, $"-n {ns} apply -f {file}"), StringComparison.Ordinal);
        Assert.Contains("partitioned roll out complete", await RunAsync(api, $"-n {ns} rollout status statefulset/web"), StringComparison.Ordinal);
        Assert.Contains("condition met", await RunAsync(api, $"-n {ns} wait --for=condition=complete job/job"), StringComparison.Ordinal);
        var all = await RunAsync(api, $"-n {ns} get all,pvc,secrets,gateways,httproutes");
        Assert.All((string[])["statefulset.apps/web", "job.batch/job", "cronjob.batch/cron", "horizontalpodautoscaler.autoscaling/hpa", "persistentvolumeclaim/data-web-1", "secret/s", "gateway.gateway.networking.k8s.io/gw"], name => Assert.Contains(name, all, StringComparison.Ordinal));
        Assert.Matches(@"data-web-0\s+Bound\s+pvc-\S+\s+1Gi\s+RWO\s+default", await RunAsync(api, $"-n {ns} get pvc"));
        Assert.Matches(@"default \(default\)\s+disk.csi.azure.com", await RunAsync(api, "get storageclasses"));
        Assert.Contains("Completions:", await RunAsync(api, $"-n {ns} describe job job"), StringComparison.Ordinal);
        Assert.Contains("deleted", await RunAsync(api, $"delete namespace {ns}"), StringComparison.Ordinal);
        Assert.DoesNotContain("pvc-", await RunAsync(api, "get persistentvolumes"), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task Client_OtherWorkloads_AreReadIntoItsModels()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/apis/apps/v1/namespaces/{ns}/statefulsets", Manifests.StatefulSet("web", claims: "data"));
        await api.PostAsync($"/apis/batch/v1/namespaces/{ns}/jobs", Manifests.Job("job", "work"));
        await api.PostAsync($"/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers", KubernetesKindTests.Autoscaler("hpa", 1, 3, "StatefulSet"));
        await api.PostAsync($"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"s"},"stringData":{"a":"b"}}""");
        Assert.Equal(2, (await api.Client.ReadNamespacedStatefulSetAsync("web", ns)).Status.ReadyReplicas);
        Assert.Equal(1, (await api.Client.ReadNamespacedJobAsync("job", ns)).Status.Succeeded);
        Assert.Equal("b"u8.ToArray(), (await api.Client.ReadNamespacedSecretAsync("s", ns)).Data["a"]);
        Assert.Equal("ScalingActive", (await api.Client.AutoscalingV2.ReadNamespacedHorizontalPodAutoscalerAsync("hpa", ns)).Status.Conditions.Single(c => c.Status == "False").Type);
        var claims = await api.Client.ListNamespacedPersistentVolumeClaimAsync(ns);
        Assert.All(claims.Items, c => Assert.Equal("1Gi", c.Status.Capacity["storage"].ToString()));
        Assert.Equal(2, (await api.Client.ListPersistentVolumeAsync()).Items.Count(v => v.Spec.Csi.VolumeHandle.Contains("/disks/", StringComparison.Ordinal)));
        Assert.Equal(9, (await api.Client.ListStorageClassAsync()).Items.Count);
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
