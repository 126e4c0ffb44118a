using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Volumes that AKS's drivers provision, and StatefulSets with claims, on the twin.</summary>
public sealed class KubernetesStorageTests
{
    private static string? Phase(JsonObject item) => item.GetString("status", "phase");

    private static async Task<(string Claims, string Pods)> PathsAsync(KubernetesServer api)
    {
        var ns = await api.CreateNamespaceAsync();
        return ($"/api/v1/namespaces/{ns}/persistentvolumeclaims", $"/api/v1/namespaces/{ns}/pods");
    }

    [Fact]
    public async Task Claim_WithoutClass_GetsADiskInTheZoneOfItsPod()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var (claims, pods) = await PathsAsync(api);
        var created = await api.PostAsync(claims, Manifests.Claim("data"));
        Assert.Equal("default", created.Body.GetString("spec", "storageClassName"));
        Assert.Equal("Pending", Phase((await api.GetAsync($"{claims}/data")).Body));
        await api.PostAsync(pods, Manifests.Pod("p", extra: Manifests.Mount("data")));
        Assert.True(Condition.IsTrue((await api.GetAsync($"{pods}/p")).Body, "Ready"));
        var claim = (await api.GetAsync($"{claims}/data")).Body;
        var volume = (await api.GetAsync($"/api/v1/persistentvolumes/pvc-{claim.GetString("metadata", "uid")}")).Body;
        Assert.Equal(("Bound", "Bound", "Delete", "data"), (Phase(claim), Phase(volume), volume.GetString("spec", "persistentVolumeReclaimPolicy"), volume.GetString("spec", "claimRef", "name")));
        Assert.EndsWith($"/disks/pvc-{claim.GetString("metadata", "uid")}", volume.GetString("spec", "csi", "volumeHandle"), StringComparison.Ordinal);
        Assert.Contains("westeurope-1", volume.GetObject("spec", "nodeAffinity")!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(["data", "Bound", volume.GetString("metadata", "name")!, "1Gi", "RWO", "default"], await api.CellsAsync(claims, 6));
    }

    [Fact]
    public async Task Disk_NodeInAnotherZone_KeepsThePodPending()
    {
        await using var api = await KubernetesServer.StartTwinAsync(nodes: 1);
        var (claims, pods) = await PathsAsync(api);
        await api.PostAsync(claims, Manifests.Claim("data"));
        await api.PostAsync(pods, Manifests.Pod("p", extra: Manifests.Mount("data")));
        api.Twin!.RemoveNode("aks-kata-0");
        var other = KubernetesServer.Node("aks-kata-9");
        api.Twin.AddNode(other with { Labels = other.Labels.ToDictionary(l => l.Key, l => l.Value.Replace("europe-1", "europe-2", StringComparison.Ordinal)) });
        await api.PostAsync(pods, Manifests.Pod("q", extra: Manifests.Mount("data")));
        Assert.Contains("1 node(s) had volume node affinity conflict", Condition.Find((await api.GetAsync($"{pods}/q")).Body, "PodScheduled").GetString("message"), StringComparison.Ordinal);
        Assert.Equal(0, api.Twin.CountNodesNeeded(other with { Labels = new Dictionary<string, string> { [StorageAddOn.ZoneLabel] = "westeurope-2" } }, 5));
    }

    [Fact]
    public async Task Claim_Realistic_IsBoundAfterItsDelay()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 2, 9, 0, 0, TimeSpan.Zero));
        await using var api = await KubernetesServer.StartTwinAsync(TimingProfile.Instant with { VolumeProvision = TimeSpan.FromSeconds(5) }, clock);
        var (claims, _) = await PathsAsync(api);
        await api.PostAsync(claims, Manifests.Claim("files", more: "\"storageClassName\":\"azurefile-csi\","));
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("Pending", Phase((await api.GetAsync($"{claims}/files")).Body));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Bound", Phase((await api.GetAsync($"{claims}/files")).Body));
    }

    [Theory]
    [InlineData("Delete", null)]
    [InlineData("Retain", "Released")]
    public async Task Namespace_Deleted_ReclaimsItsVolumesByTheirPolicy(string policy, string? phase)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var (claims, pods) = await PathsAsync(api);
        await api.PostAsync(claims, Manifests.Claim("data"));
        await api.PostAsync(pods, Manifests.Pod("p", extra: Manifests.Mount("data")));
        var volume = $"/api/v1/persistentvolumes/{(await api.GetAsync($"{claims}/data")).Body.GetString("spec", "volumeName")}";
        Assert.Equal(200, (await api.MergeAsync(volume, $$"""{"spec":{"persistentVolumeReclaimPolicy":"{{policy}}"} }""")).Status);
        var ns = $"/api/v1/namespaces/{claims.Split('/')[4]}";
        await api.SendAsync("DELETE", ns);
        Assert.Equal(404, (await api.GetAsync(ns)).Status);
        var left = await api.GetAsync(volume);
        Assert.Equal(phase is null ? 404 : 200, left.Status);
        Assert.Equal(phase, left.Body.GetObject("status").GetString("phase"));
    }

    [Fact]
    public async Task RetainedVolume_ClaimNamesIt_IsBoundAgain()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var (claims, pods) = await PathsAsync(api);
        await api.PostAsync(claims, Manifests.Claim("files", more: "\"storageClassName\":\"azurefile-csi\","));
        var name = (await api.GetAsync($"{claims}/files")).Body.GetString("spec", "volumeName");
        await api.MergeAsync($"/api/v1/persistentvolumes/{name}", """{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}""");
        await api.SendAsync("DELETE", $"{claims}/files");
        await api.MergeAsync($"/api/v1/persistentvolumes/{name}", """{"spec":{"claimRef":null}}""");
        Assert.Equal("Available", Phase((await api.GetAsync($"/api/v1/persistentvolumes/{name}")).Body));
        await api.PostAsync(claims, Manifests.Claim("again", more: $"\"storageClassName\":\"azurefile-csi\",\"volumeName\":\"{name}\","));
        Assert.Equal("Bound", Phase((await api.GetAsync($"{claims}/again")).Body));
        await api.PostAsync(pods, Manifests.Pod("p", extra: Manifests.Mount("again")));
        Assert.True(Condition.IsTrue((await api.GetAsync($"{pods}/p")).Body, "Ready"));
    }

    [Fact]
    public async Task Claim_DeletedWhileAPodUsesIt_StaysUntilThePodIsGone()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var (claims, pods) = await PathsAsync(api);
        await api.PostAsync(claims, Manifests.Claim("data"));
        await api.PostAsync(pods, Manifests.Pod("p", extra: Manifests.Mount("data")));
        await api.SendAsync("DELETE", $"{claims}/data");
        Assert.NotNull((await api.GetAsync($"{claims}/data")).Body.GetString("metadata", "deletionTimestamp"));
        await api.SendAsync("DELETE", $"{pods}/p");
        Assert.Equal(404, (await api.GetAsync($"{claims}/data")).Status);
    }

    [Fact]
    public async Task Claim_Resized_GrowsWithItsVolumeAndNeverShrinks()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var (claims, _) = await PathsAsync(api);
        await api.PostAsync(claims, Manifests.Claim("files", more: "\"storageClassName\":\"azurefile-csi\","));
        Assert.Equal(200, (await api.MergeAsync($"{claims}/files", """{"spec":{"resources":{"requests":{"storage":"3Gi"}}}}""")).Status);
        Assert.Equal("3Gi", (await api.GetAsync($"{claims}/files")).Body.GetString("status", "capacity", "storage"));
        var shrunk = await api.MergeAsync($"{claims}/files", """{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}""");
        Assert.Equal((422, "spec.resources.requests.storage"), (shrunk.Status, shrunk.CauseFields.Single()));
        await api.MergeAsync("/apis/storage.k8s.io/v1/storageclasses/azurefile-csi", """{"allowVolumeExpansion":false}""");
        Assert.Equal(403, (await api.MergeAsync($"{claims}/files", """{"spec":{"resources":{"requests":{"storage":"4Gi"}}}}""")).Status);
    }

    [Fact]
    public async Task EphemeralVolume_Pod_OwnsItsClaim()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var (claims, pods) = await PathsAsync(api);
        await api.PostAsync(pods, Manifests.Pod("p", extra: """
            "volumes":[{"name":"scratch","ephemeral":{"volumeClaimTemplate":{"metadata":{"labels":{"a":"b"}},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}}}],
            """));
        Assert.True(Condition.IsTrue((await api.GetAsync($"{pods}/p")).Body, "Ready"));
        var claim = (await api.GetAsync($"{claims}/p-scratch")).Body;
        Assert.Equal(("Bound", "b", "Pod"), (Phase(claim), claim.GetString("metadata", "labels", "a"), claim.GetObjects("metadata", "ownerReferences").Single().GetString("kind")));
        await api.SendAsync("DELETE", $"{pods}/p");
        Assert.Equal(404, (await api.GetAsync($"{claims}/p-scratch")).Status);
        Assert.Empty((await api.GetAsync("/api/v1/persistentvolumes")).Body.GetObjects("items"));
    }

    [Fact]
    public async Task StatefulSet_BrokenTemplate_BlocksTheRolloutUntilItsPodIsDeleted()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var (_, pods) = await PathsAsync(api);
        var path = $"/apis/apps/v1/namespaces/{pods.Split('/')[4]}/statefulsets";
        await api.PostAsync(path, Manifests.StatefulSet("web"));
        await api.ApplyAsync($"{path}/web", Manifests.StatefulSet("web", image: "unready"), force: true);
        await api.ApplyAsync($"{path}/web", Manifests.StatefulSet("web", image: "better"), force: true);
        var images = (await api.GetAsync(pods)).Body.GetObjects("items").Select(p => p.GetObjects("spec", "containers").Single().GetString("image"));
        Assert.Equal(["server", "unready"], images);
        await api.SendAsync("DELETE", $"{pods}/web-1");
        images = (await api.GetAsync(pods)).Body.GetObjects("items").Select(p => p.GetObjects("spec", "containers").Single().GetString("image"));
        Assert.Equal(["better", "better"], images);
        Assert.Equal("1", (await api.GetAsync($"{pods}/web-1")).Body.GetString("metadata", "labels", "apps.kubernetes.io/pod-index"));
    }

    [Theory]
    [InlineData("Retain", "Retain", 2, 2)]
    [InlineData("Retain", "Delete", 1, 1)]
    [InlineData("Delete", "Retain", 2, 0)]
    public async Task StatefulSet_RetentionPolicy_DecidesOnItsClaims(string whenDeleted, string whenScaled, int afterScaling, int afterDeletion)
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var (claims, _) = await PathsAsync(api);
        var path = $"/apis/apps/v1/namespaces/{claims.Split('/')[4]}/statefulsets";
        var policy = $$"""
            "persistentVolumeClaimRetentionPolicy":{"whenDeleted":"{{whenDeleted}}","whenScaled":"{{whenScaled}}"},
            """;
        await api.PostAsync(path, Manifests.StatefulSet("web", more: policy, claims: "data"));
        Assert.Equal(2, (await api.GetAsync($"{path}/web")).Body.GetInteger("status", "availableReplicas"));
        await api.MergeAsync($"{path}/web", """{"spec":{"replicas":1}}""");
        Assert.Equal(afterScaling, (await api.GetAsync(claims)).Body.GetObjects("items").Count());
        await api.SendAsync("DELETE", $"{path}/web");
        Assert.Equal(afterDeletion, (await api.GetAsync(claims)).Body.GetObjects("items").Count());
    }

    [Fact]
    public async Task Classes_NewCluster_AreThoseOfAks()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var table = (await api.SendAsync("GET", "/apis/storage.k8s.io/v1/storageclasses", accept: "application/json;as=Table;v=v1;g=meta.k8s.io")).Body;
        Assert.Equal(["default (default)", "disk.csi.azure.com", "Delete", "WaitForFirstConsumer", "true"], table.GetObjects("rows").Single(r => $"{r["cells"]![0]}".StartsWith("default", StringComparison.Ordinal))["cells"]!.AsArray().Take(5).Select(c => $"{c}"));
    }

    [Fact]
    public async Task Pod_SecretOfVolumeMissing_ReportsThatItCantBeMounted()
    {
        await using var api = await KubernetesServer.StartTwinAsync();
        var ns = await api.CreateNamespaceAsync();
        await api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", extra: """ "volumes":[{"name":"v","secret":{"secretName":"late"}}], """));
        var failed = await api.WaitForAsync($"/api/v1/namespaces/{ns}/events", o => o.GetString("reason") == "FailedMount");
        Assert.Equal("MountVolume.SetUp failed for volume \"v\" : secret \"late\" not found", failed.GetString("message"));
        var pod = (await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body;
        Assert.Equal(("Pending", "ContainerCreating"), (pod.GetString("status", "phase"), pod.GetObjects("status", "containerStatuses").Single().GetString("state", "waiting", "reason")));
        await api.PostAsync($"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"late"}}""");
        Assert.True(Condition.IsTrue((await api.GetAsync($"/api/v1/namespaces/{ns}/pods/p")).Body, "Ready"));
    }
}
