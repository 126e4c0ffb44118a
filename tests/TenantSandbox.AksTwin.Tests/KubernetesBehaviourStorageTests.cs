using TenantSandbox.AksTwin.Kubernetes;

namespace TenantSandbox.AksTwin.Tests;

/// <summary>Volumes, claims and the volumes of pods, on any Kubernetes API.</summary>
[Collection(KubernetesBehaviour.Name)]
public sealed class KubernetesBehaviourStorageTests(KubernetesFixture fixture)
{
    private KubernetesServer Api => fixture.Server;

    [Fact]
    public async Task Claim_Created_IsProtectedAndPending()
    {
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/persistentvolumeclaims";
        var reply = await Api.PostAsync(path, Manifests.Claim("c", more: "\"storageClassName\":\"none\","));
        Assert.Equal((201, "Pending", "Filesystem"), (reply.Status, reply.Body.GetString("status", "phase"), reply.Body.GetString("spec", "volumeMode")));
        Assert.Equal(["kubernetes.io/pvc-protection"], reply.Body.GetStrings("metadata", "finalizers"));
        var failed = await Api.WaitForAsync(path.Replace("persistentvolumeclaims", "events", StringComparison.Ordinal), o => o.GetString("reason") == "ProvisioningFailed");
        Assert.Equal("storageclass.storage.k8s.io \"none\" not found", failed.GetString("message"));
        await Api.WaitForDeletionAsync(path, "c", () => Api.SendAsync("DELETE", $"{path}/c"));
    }

    [Fact]
    public async Task Claim_ClassWaitsForConsumer_IsNotBoundWithoutAPod()
    {
        var name = $"sc-{Guid.NewGuid():N}"[..12];
        var created = await Api.PostAsync("/apis/storage.k8s.io/v1/storageclasses", $$"""{"metadata":{"name":"{{name}}"},"provisioner":"disk.csi.azure.com","volumeBindingMode":"WaitForFirstConsumer"}""");
        Assert.Equal((201, "Delete"), (created.Status, created.Body.GetString("reclaimPolicy")));
        var changed = await Api.MergeAsync($"/apis/storage.k8s.io/v1/storageclasses/{name}", """{"reclaimPolicy":"Retain"}""");
        Assert.Equal((422, "reclaimPolicy"), (changed.Status, changed.CauseFields.Single()));
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/persistentvolumeclaims", Manifests.Claim("c", more: $"\"storageClassName\":\"{name}\","));
        var waiting = await Api.WaitForAsync($"/api/v1/namespaces/{ns}/events", o => o.GetString("reason") == "WaitForFirstConsumer");
        Assert.Equal("waiting for first consumer to be created before binding", waiting.GetString("message"));
        await Api.SendAsync("DELETE", $"/apis/storage.k8s.io/v1/storageclasses/{name}");
    }

    [Fact]
    public async Task Claim_FittingVolumeExists_IsBoundUntilItIsDeleted()
    {
        var name = $"pv-{Guid.NewGuid():N}"[..12];
        var volume = await Api.PostAsync("/api/v1/persistentvolumes", Manifests.Volume(name, $"\"storageClassName\":\"{name}\","));
        Assert.Equal((201, "Retain"), (volume.Status, volume.Body.GetString("spec", "persistentVolumeReclaimPolicy")));
        await Api.WaitForAsync("/api/v1/persistentvolumes", o => o.GetString("metadata", "name") == name && o.GetString("status", "phase") == "Available");
        var path = $"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/persistentvolumeclaims";
        await Api.PostAsync(path, Manifests.Claim("c", more: $"\"storageClassName\":\"{name}\","));
        var claim = await Api.WaitForAsync(path, o => o.GetString("status", "phase") == "Bound");
        Assert.Equal((name, "2Gi", "yes"), (claim.GetString("spec", "volumeName"), claim.GetString("status", "capacity", "storage"), claim.GetString("metadata", "annotations", "pv.kubernetes.io/bind-completed")));
        var changed = await Api.MergeAsync($"{path}/c", """{"spec":{"accessModes":["ReadWriteMany"]}}""");
        Assert.Equal(422, changed.Status);
        Assert.Contains("spec: Forbidden: spec is immutable after creation except resources.requests", changed.Text, StringComparison.Ordinal);
        await Api.SendAsync("DELETE", $"{path}/c");
        var released = await Api.WaitForAsync("/api/v1/persistentvolumes", o => o.GetString("metadata", "name") == name && o.GetString("status", "phase") == "Released");
        Assert.Equal(claim.GetString("metadata", "uid"), released.GetString("spec", "claimRef", "uid"));
        await Api.WaitForDeletionAsync("/api/v1/persistentvolumes", name, () => Api.SendAsync("DELETE", $"/api/v1/persistentvolumes/{name}"));
    }

    [Theory]
    [InlineData("\"accessModes\":[\"ReadWriteOnce\"]", "\"accessModes\":[]", "spec.accessModes")]
    [InlineData("\"ReadWriteOnce\"", "\"Sometimes\"", "spec.accessModes")]
    [InlineData("\"1Gi\"", "\"0\"", "spec.resources[storage]")]
    [InlineData("\"storage\"", "\"memory\"", "spec.resources[storage]")]
    public async Task Claim_InvalidField_IsNamed(string valid, string invalid, string path)
    {
        var reply = await Api.PostAsync($"/api/v1/namespaces/{await Api.CreateNamespaceAsync()}/persistentvolumeclaims", Manifests.Claim("c").Replace(valid, invalid, StringComparison.Ordinal));
        Assert.Equal((422, reply.Text), (reply.Status, reply.Text));
        Assert.Contains(path, reply.CauseFields);
    }

    [Fact]
    public async Task Quota_Claims_CountsTheirStorage()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/resourcequotas", """{"metadata":{"name":"q"},"spec":{"hard":{"requests.storage":"2Gi","slow.storageclass.storage.k8s.io/requests.storage":"1Gi","persistentvolumeclaims":"5"}}}""");
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/resourcequotas", o => o.GetNode("status", "hard") is not null);
        var path = $"/api/v1/namespaces/{ns}/persistentvolumeclaims";
        Assert.Equal(201, (await Api.PostAsync(path, Manifests.Claim("a", more: "\"storageClassName\":\"slow\","))).Status);
        var refused = await Api.PostAsync(path, Manifests.Claim("b", more: "\"storageClassName\":\"slow\","));
        Assert.Equal(403, refused.Status);
        Assert.Contains("exceeded quota: q, requested: slow.storageclass.storage.k8s.io/requests.storage=1Gi", refused.Text, StringComparison.Ordinal);
        Assert.Equal(403, (await Api.PostAsync(path, Manifests.Claim("b", "2Gi"))).Status);
    }

    [Fact]
    public async Task LimitRange_ClaimTooLarge_Forbidden()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/limitranges", """{"metadata":{"name":"l"},"spec":{"limits":[{"type":"PersistentVolumeClaim","min":{"storage":"1Gi"},"max":{"storage":"5Gi"}}]}}""");
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/limitranges", o => o.GetString("metadata", "name") == "l");
        var reply = await Api.PostAsync($"/api/v1/namespaces/{ns}/persistentvolumeclaims", Manifests.Claim("c", "6Gi"));
        Assert.Equal(403, reply.Status);
        Assert.Contains("maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 6Gi", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pod_ClaimMissing_IsUnschedulable()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", Manifests.Pod("p", extra: Manifests.Mount("none")));
        var pod = await Api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.Find(o, "PodScheduled").GetString("reason") == "Unschedulable");
        Assert.Contains("persistentvolumeclaim \"none\" not found", Condition.Find(pod, "PodScheduled").GetString("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pod_ConfigMapOfVariablesMissing_StartsWhenItExists()
    {
        var ns = await Api.CreateNamespaceAsync();
        var pod = Manifests.Pod("p").Replace("\"name\":\"c\",", "\"name\":\"c\",\"envFrom\":[{\"configMapRef\":{\"name\":\"late\"}}],", StringComparison.Ordinal);
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", pod);
        var waiting = await Api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => o.GetObjects("status", "containerStatuses").Any(c => c.GetString("state", "waiting", "reason") == "CreateContainerConfigError"));
        Assert.Equal(("Pending", "configmap \"late\" not found"), (waiting.GetString("status", "phase"), waiting.GetObjects("status", "containerStatuses").Single().GetString("state", "waiting", "message")));
        await Api.PostAsync($"/api/v1/namespaces/{ns}/configmaps", Manifests.ConfigMap("late"));
        await Api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => Condition.IsTrue(o, "Ready"));
    }

    [Fact]
    public async Task Pod_KeyOfSecretMissing_ReportsTheKey()
    {
        var ns = await Api.CreateNamespaceAsync();
        await Api.PostAsync($"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"s"},"data":{"a":"YQ=="}}""");
        var pod = Manifests.Pod("p").Replace("\"name\":\"c\",", "\"name\":\"c\",\"env\":[{\"name\":\"A\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"s\",\"key\":\"b\"}}}],", StringComparison.Ordinal);
        await Api.PostAsync($"/api/v1/namespaces/{ns}/pods", pod);
        var waiting = await Api.WaitForAsync($"/api/v1/namespaces/{ns}/pods", o => o.GetObjects("status", "containerStatuses").Any(c => c.GetString("state", "waiting", "reason") == "CreateContainerConfigError"));
        Assert.Equal($"couldn't find key b in Secret {ns}/s", waiting.GetObjects("status", "containerStatuses").Single().GetString("state", "waiting", "message"));
    }
}
