using k8s;
using k8s.Models;
using TenantSandbox.AksTwin;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Volumes;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Tests.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>Claims of running tenants. On the twin only: a bare API server provisions no volumes.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ClaimTests(ClusterFixture cluster)
{
    private const string Writes =
        """
        {"spec":{"containers":[{"name":"shop","image":"registry.example/shop:1","resources":{"limits":{"cpu":"100m","memory":"256Mi"}},
            "volumeMounts":[{"name":"data","mountPath":"/data"},{"name":"own","mountPath":"/own"}]}],
          "volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data"}},{"name":"own","ephemeral":{"volumeClaimTemplate":{
            "spec":{"storageClassName":"managed-csi","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}}}]}}
        """;

    private const string Scratch =
        """
        {"spec":{"containers":[{"name":"c","image":"registry.example/c:1","resources":{"limits":{"cpu":"100m","memory":"256Mi"}}}],
          "volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"scratch"}}]}}
        """;

    private static readonly InstallationRules Rules = new() { StorageClasses = [new("managed-csi", ["ReadWriteOnce"], 1024 * 1024, 1024 * 1024, AllowRetain: true)] };

    [Fact]
    public async Task ApplyWorkloads_Claim_IsBoundByQuotaAndOutlivesItsSpecAndASuspension()
    {
        var tenant = await cluster.RunAsync(Tenant(Writes));
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var bound = await cluster.Client.CoreV1.ReadNamespacedPersistentVolumeClaimAsync("data", ns);
        var quota = (await cluster.Client.CoreV1.ReadNamespacedResourceQuotaAsync("tenant-quota", ns)).Spec.Hard.ToDictionary(h => h.Key, h => h.Value.ToString());

        Assert.Equal("Bound", bound.Status.Phase);
        Assert.Equal("Recreate", (await cluster.ReadDeploymentAsync(tenant, "shop")).Spec.Strategy.Type);
        // One claim of the tenant, and one of each of two pods: a terminating one counts.
        Assert.Equal(
            ("3", "12Gi", "3", "12Gi"),
            (quota["persistentvolumeclaims"], quota["requests.storage"], quota["managed-csi.storageclass.storage.k8s.io/persistentvolumeclaims"],
                quota["managed-csi.storageclass.storage.k8s.io/requests.storage"]));
        Assert.Empty(await cluster.FindDriftAsync(tenant));

        await cluster.Workloads.SuspendAsync(tenant.Placed(), default);
        Assert.Equal(bound.Metadata.Uid, (await cluster.Client.CoreV1.ReadNamespacedPersistentVolumeClaimAsync("data", ns)).Metadata.Uid);
        await cluster.RunAsync(tenant);
        Assert.Equal(bound.Spec.VolumeName, (await cluster.Client.CoreV1.ReadNamespacedPersistentVolumeClaimAsync("data", ns)).Spec.VolumeName);

        // Another claim in its place: the former one stays, and the quota has room for both.
        var other = tenant with { Revision = 8, Spec = Of(Writes.Replace("\"claimName\":\"data\"", "\"claimName\":\"more\"", StringComparison.Ordinal), claimName: "more") };
        await cluster.RunAsync(other);
        Assert.Equal(
            ["data", "more"],
            (await cluster.Client.CoreV1.ListNamespacedPersistentVolumeClaimAsync(ns)).Items.Where(KeptClaim.IsOfSpec).Select(c => c.Metadata.Name).Order(StringComparer.Ordinal));
        Assert.Equal("22Gi", (await cluster.Client.CoreV1.ReadNamespacedResourceQuotaAsync("tenant-quota", ns)).Spec.Hard["requests.storage"].ToString());
        Assert.Empty(await cluster.FindDriftAsync(other));
    }

    [Fact]
    public async Task CheckAdmission_Claims_AreComparedWithThoseThatExist()
    {
        var tenant = await cluster.RunAsync(Tenant(Writes));
        var larger = await RefusalsAsync(With(tenant, size: "20Gi"));
        var smaller = await RefusalsAsync(With(tenant, size: "5Gi"));
        var otherClass = await RefusalsAsync(With(tenant, storageClass: "managed-csi-premium"));
        var missing = await RefusalsAsync(With(tenant, storageClass: "gold"));
        var otherMode = await RefusalsAsync(With(tenant, mode: "ReadWriteOncePod"));
        var tooMuch = await RefusalsAsync(tenant with { Spec = Of(Writes.Replace("\"claimName\":\"data\"", "\"claimName\":\"more\"", StringComparison.Ordinal), claimName: "more", size: "195Gi") });
        var elsewhere = (await cluster.Services.Make<TenantAdmission>().CheckAsync(
            tenant.Placed() with { PoolName = null, Incarnation = tenant.Incarnation, MovesFrom = new(tenant.ClusterId, HasClaims: true) }, default)).Refusals;

        Assert.Empty(larger);
        Assert.Equal(["Claim data exists with 10240 MiB, and volumes can't shrink. Keep its size, or name another claim."], smaller);
        Assert.Equal(["Claim data exists with StorageClass managed-csi, which can't change. Keep it, or name another claim."], otherClass);
        Assert.Contains("StorageClass gold doesn't exist on cluster west-1.", missing);
        Assert.Equal(["Claim data exists with ReadWriteOnce, which can't change. Keep it, or name another claim."], otherMode);
        Assert.Contains("With the claims that earlier requests have left (data) the tenant would have 210944 MiB", Assert.Single(tooMuch), StringComparison.Ordinal);
        Assert.Contains("Its claims (data) have their volumes on cluster west-1, and volumes can't move", Assert.Single(elsewhere), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_ClaimDeletedByAStranger_IsReportedThenMadeAgain()
    {
        var tenant = await cluster.RunAsync(Tenant(Writes));
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var before = await cluster.Client.CoreV1.ReadNamespacedPersistentVolumeClaimAsync("data", ns);
        await cluster.Client.CoreV1.DeleteNamespacedPersistentVolumeClaimAsync("data", ns);

        Assert.StartsWith("ClaimLost PersistentVolumeClaim/data : is being deleted by someone else", Assert.Single(await cluster.FindDriftAsync(tenant)), StringComparison.Ordinal);
        Assert.Contains("Claim data is being deleted. Wait until it is gone, or name another.", await RefusalsAsync(With(tenant, size: "20Gi")));
        await cluster.Workloads.SuspendAsync(tenant.Placed(), default);
        await UntilNoPodIsLeftAsync(tenant);
        await cluster.RunAsync(tenant);

        Assert.NotEqual(before.Metadata.Uid, (await cluster.Client.CoreV1.ReadNamespacedPersistentVolumeClaimAsync("data", ns)).Metadata.Uid);
        Assert.Empty(await cluster.FindDriftAsync(tenant));
    }

    [Fact]
    public async Task DeleteNamespace_RunningTenant_KeepsWhatWasAskedForAndWaitsUntilTheRestIsDeleted()
    {
        var spec = Of(Writes);
        var tenant = cluster.NewTenant() with { Spec = spec with { Claims = [spec.Claims![0] with { OnOffboard = OffboardedVolume.Retain }, spec.Claims[0] with { Name = "scratch" }] } };
        tenant = tenant with { Spec = tenant.Spec with { Workloads = [.. tenant.Spec.Workloads, WorkloadSpec.Of("other", 1, Of(Scratch, claimName: "scratch").Workloads[0].PodTemplate!)] } };
        await cluster.RunAsync(tenant);
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var bound = (await cluster.Client.CoreV1.ListNamespacedPersistentVolumeClaimAsync(ns)).Items.ToDictionary(c => c.Metadata.Name, c => c.Spec.VolumeName);
        Assert.Equal(3, bound.Count);
        await cluster.Client.CoreV1.PatchPersistentVolumeAsync(
            new V1Patch("""{"metadata":{"finalizers":["external-provisioner.volume.kubernetes.io/finalizer","example.com/hold"]}}""", V1Patch.PatchType.MergePatch), bound["scratch"]);
        // The answer to the change of the reclaim policy is lost: nothing is deleted, and the next attempt finds it done.
        cluster.Twin.InjectedFaults.Add(new InjectedFault { Call = "kube.persistentvolumes.patch", Target = bound["data"], Kind = InjectedFaultKind.LoseAnswer });
        await Assert.ThrowsAnyAsync<SandboxException>(() => cluster.Namespaces.DeleteAsync(tenant.Namespace, default));
        Assert.Null((await cluster.ReadNamespaceAsync(tenant)).Metadata.DeletionTimestamp);

        var held = await cluster.Namespaces.DeleteAsync(tenant.Namespace, default);
        for (var i = 0; i < 20 && held.Blocker?.StartsWith("volume ", StringComparison.Ordinal) != true; i++)
        {
            held = await cluster.Namespaces.DeleteAsync(tenant.Namespace, default);
        }

        Assert.Equal((false, $"volume {bound["scratch"]} of claim scratch is Released and not deleted yet"), (held.Gone, held.Blocker));
        await cluster.Client.CoreV1.PatchPersistentVolumeAsync(
            new V1Patch("""{"metadata":{"finalizers":["external-provisioner.volume.kubernetes.io/finalizer"]}}""", V1Patch.PatchType.MergePatch), bound["scratch"]);
        var gone = await DeleteAsync(tenant);

        var kept = Assert.Single(gone.Volumes!);
        Assert.Equal((true, "data", VolumeOutcome.Retained, "disk.csi.azure.com"), (gone.Gone, kept.Claim, kept.Outcome, kept.Driver));
        Assert.Contains("/providers/Microsoft.Compute/disks/", kept.Handle, StringComparison.Ordinal);
        Assert.Equal([bound["data"]], (await cluster.Client.CoreV1.ListPersistentVolumeAsync(labelSelector: $"{Labels.Tenant}={tenant.TenantId}")).Items.Select(v => v.Metadata.Name));
    }

    [Fact]
    public async Task StatefulSet_ClaimsOfItsPods_FollowTheTenantsLife()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant(Set(replicas: 2)));
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var volumes = await VolumesAsync(ns);
        var quota = (await cluster.Client.CoreV1.ReadNamespacedResourceQuotaAsync("tenant-quota", ns)).Spec.Hard.ToDictionary(h => h.Key, h => h.Value.ToString());

        Assert.Equal(["data-db-0", "data-db-1"], volumes.Keys);
        Assert.Equal(("2", "2Gi"), (quota["persistentvolumeclaims"], quota["requests.storage"]));
        Assert.Empty(await cluster.FindDriftAsync(tenant));

        // Neither a suspension nor fewer replicas lose a volume, and more replicas find theirs.
        await cluster.Workloads.SuspendAsync(tenant.Placed(), default);
        await UntilNoPodIsLeftAsync(tenant);
        Assert.Equal(volumes, await VolumesAsync(ns));
        var fewer = await cluster.RunAsync(await cluster.RunAsync(ClusterFixture.Next(tenant, Set(replicas: 1))) with { Former = null });
        Assert.Equal(volumes, await VolumesAsync(ns));
        Assert.Empty(await cluster.FindDriftAsync(fewer));
        Assert.Equal("2Gi", (await cluster.Client.CoreV1.ReadNamespacedResourceQuotaAsync("tenant-quota", ns)).Spec.Hard["requests.storage"].ToString());
        var more = await cluster.RunAsync(ClusterFixture.Next(fewer, Set(replicas: 2)));
        Assert.Equal(volumes, await VolumesAsync(ns));

        // What a claim is can't be changed by removing the StatefulSet and making it anew.
        var without = await cluster.RunAsync(ClusterFixture.Next(more, Sample.Web));
        Assert.Equal(volumes, await VolumesAsync(ns));
        Assert.Empty(await RefusalsAsync(ClusterFixture.Next(without, Set(replicas: 2))));
        Assert.Equal(
            ["Claim data-db-0 exists with 1024 MiB, and a StatefulSet leaves the claims that it finds as they are. Keep its size, or name another claim."],
            await RefusalsAsync(ClusterFixture.Next(without, Set(replicas: 1, size: "2Gi"))));
        var elsewhere = (await cluster.Services.Make<TenantAdmission>().CheckAsync(
            without.Placed() with { PoolName = null, Incarnation = tenant.Incarnation, MovesFrom = new(tenant.ClusterId, HasClaims: true) }, default)).Refusals;
        Assert.Contains("Its claims (data-db-0, data-db-1) have their volumes on cluster west-1", Assert.Single(elsewhere), StringComparison.Ordinal);

        var gone = await DeleteAsync(tenant);
        Assert.Equal(
            [("data-db-0", volumes["data-db-0"], VolumeOutcome.Retained), ("data-db-1", volumes["data-db-1"], VolumeOutcome.Retained)],
            gone.Volumes!.Select(v => (v.Claim, v.Volume, v.Outcome)));
    }

    private async Task<SortedDictionary<string, string>> VolumesAsync(string ns) => new(
        (await cluster.Client.CoreV1.ListNamespacedPersistentVolumeClaimAsync(ns)).Items.ToDictionary(c => c.Metadata.Name, c => c.Spec.VolumeName),
        StringComparer.Ordinal);

    private static WorkloadSpec Set(int replicas, string size = "1Gi") => Templates.Read(
        $$$"""
        {"name":"db","kind":"StatefulSet","replicas":{{{replicas}}},"statefulSet":{"volumeClaimTemplates":[{"metadata":{"name":"data"},"onOffboard":"retain",
           "spec":{"storageClassName":"managed-csi","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"{{{size}}}"} } } }]},
         "podTemplate":{"spec":{"containers":[{"name":"db","image":"registry.example/db:1","resources":{"limits":{"cpu":"100m","memory":"256Mi"}},
           "volumeMounts":[{"name":"data","mountPath":"/data"}]}]} } }
        """,
        Rules);

    private async Task<AbsenceObservation> DeleteAsync(DesiredTenant tenant)
    {
        AbsenceObservation gone;
        var tries = 0;
        do
        {
            gone = await cluster.Namespaces.DeleteAsync(tenant.Namespace, default);
        }
        while (!gone.Gone && ++tries < 100);
        return gone;
    }

    private DesiredTenant Tenant(string template) => cluster.NewTenant() with { Spec = Of(template) };

    private static TenantSpec Of(string template, string claimName = "data", string size = "10Gi")
    {
        var parsed = Templates.ParseWorkload(
            $$"""{"name":"shop","podTemplate":{{template}}}""",
            Rules,
            $$$"""
                {"claims":[{"name":"{{{claimName}}}","storageClassName":"managed-csi","accessModes":["ReadWriteOnce"],
                  "resources":{"requests":{"storage":"{{{size}}}"} } }]}
                """);
        Assert.Empty(parsed.Faults);
        return parsed.Spec!;
    }

    private static DesiredTenant With(DesiredTenant tenant, string storageClass = "managed-csi", string mode = AccessMode.ReadWriteOnce, string size = "10Gi") => tenant with
    {
        Spec = tenant.Spec with { Claims = [new("data", storageClass, [mode], new(new(size)))] },
    };

    private async Task<IReadOnlyList<string>> RefusalsAsync(DesiredTenant tenant) =>
        (await cluster.Services.Make<TenantAdmission>().CheckAsync(tenant.Placed() with { PoolName = null }, default)).Refusals;

    private async Task UntilNoPodIsLeftAsync(DesiredTenant tenant)
    {
        var seen = await cluster.Services.Make<SuspensionWatch>().WatchAsync(tenant.Placed(), default);
        Assert.True(seen.IsSuspended, seen.Detail);
        // The claim's protection is removed right after its last pod.
        await ClusterFixture.WaitUntilAsync(async token =>
            (await cluster.Client.CoreV1.ListNamespacedPersistentVolumeClaimAsync(NamespaceManifest.NameOf(tenant.TenantId), cancellationToken: token)).Items
                .All(c => c.Metadata.DeletionTimestamp is null));
    }
}
