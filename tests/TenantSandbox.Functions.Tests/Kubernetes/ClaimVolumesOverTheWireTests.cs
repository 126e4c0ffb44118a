using k8s;
using k8s.Models;
using TenantSandbox.Core.Requests.Volumes;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>What becomes of volumes when a namespace goes. The volumes exist before, as an operator would make them: any API server binds them.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ClaimVolumesOverTheWireTests(ClusterFixture cluster)
{
    // No cluster has it, so nothing provisions a volume of it.
    private const string Class = "by-hand";

    [Fact]
    public async Task DeleteNamespace_ClaimsToRetain_KeepTheirVolumesAndAreReported()
    {
        var tenant = await ApplyAsync(Claim("data", OffboardedVolume.Retain), Claim("unbound", OffboardedVolume.Retain));
        var volume = await BindAsync(tenant, "data");
        await cluster.Client.CoreV1.PatchPersistentVolumeAsync(
            new V1Patch(new { metadata = new { labels = new Dictionary<string, string> { ["team"] = "a" } } }, V1Patch.PatchType.MergePatch), volume);

        var gone = await DeleteAsync(tenant);

        var kept = new ReleasedVolume("data", volume, VolumeOutcome.Retained, "disk.csi.azure.com", $"/disks/{volume}", "10Gi");
        Assert.Equal([kept], gone.Volumes);
        var left = await cluster.Client.CoreV1.ReadPersistentVolumeAsync(volume);
        Assert.Equal(("Retain", "a", tenant.TenantId), (left.Spec.PersistentVolumeReclaimPolicy, left.Metadata.Labels["team"], left.Metadata.Labels[Labels.Tenant]));

        // As after a lost answer, and when the absence is verified.
        Assert.Equal([kept], (await DeleteAsync(tenant)).Volumes);
        Assert.Equal([kept], (await cluster.Namespaces.ReadAbsenceAsync(tenant.Namespace, default)).Volumes);

        // What is given to another claim isn't the tenant's any more.
        await cluster.Client.CoreV1.PatchPersistentVolumeAsync(new V1Patch("""{"spec":{"claimRef":null}}""", V1Patch.PatchType.MergePatch), volume);
        Assert.Null((await cluster.Namespaces.ReadAbsenceAsync(tenant.Namespace, default)).Volumes);
        await cluster.Client.CoreV1.DeletePersistentVolumeAsync(volume);
    }

    [Fact]
    public async Task Prepare_VolumeMissingOrOfAnotherClaim_IsNotChanged()
    {
        var tenant = await ApplyAsync(Claim("lost", OffboardedVolume.Retain), Claim("stolen", OffboardedVolume.Retain));
        var lost = await BindAsync(tenant, "lost");
        var stolen = await BindAsync(tenant, "stolen");
        // In this order: the finalizer that protects a bound volume is added again to one that isn't being deleted.
        await cluster.Client.CoreV1.DeletePersistentVolumeAsync(lost);
        await cluster.Client.CoreV1.PatchPersistentVolumeAsync(
            new V1Patch("""{"metadata":{"finalizers":null}}""", V1Patch.PatchType.MergePatch), lost);
        await cluster.Client.CoreV1.PatchPersistentVolumeAsync(
            new V1Patch("""{"spec":{"claimRef":{"uid":"00000000-0000-0000-0000-000000000000"}}}""", V1Patch.PatchType.MergePatch), stolen);

        var released = await cluster.Services.Make<ClaimVolumes>().PrepareAsync(tenant.Namespace, default);

        Assert.Equal(
            [("lost", VolumeOutcome.Missing, null), ("stolen", VolumeOutcome.Missing, null)],
            released.Select(v => (v.Claim, v.Outcome, v.Handle)).OrderBy(v => v.Claim, StringComparer.Ordinal));
        if (await FindAsync(stolen) is { } other)
        {
            Assert.Equal("Delete", other.Spec.PersistentVolumeReclaimPolicy);
            Assert.DoesNotContain(Labels.Tenant, (other.Metadata.Labels ?? new Dictionary<string, string>()).Keys);
        }

        await DeleteAsync(tenant);
    }

    [Fact]
    public async Task DeleteNamespace_AnotherIncarnation_LeavesClaimsAndVolumesAlone()
    {
        var tenant = await ApplyAsync(Claim("data", OffboardedVolume.Retain));
        var volume = await BindAsync(tenant, "data");

        var seen = await cluster.Namespaces.DeleteAsync(tenant.Namespace with { Incarnation = 2 }, default);

        Assert.Equal((true, null), (seen.Gone, seen.Volumes));
        Assert.Equal("Delete", (await cluster.Client.CoreV1.ReadPersistentVolumeAsync(volume)).Spec.PersistentVolumeReclaimPolicy);
        await DeleteAsync(tenant);
        await cluster.Client.CoreV1.DeletePersistentVolumeAsync(volume);
    }

    private async Task<V1PersistentVolume?> FindAsync(string name) =>
        (await cluster.Client.CoreV1.ListPersistentVolumeAsync(fieldSelector: $"metadata.name={name}")).Items.SingleOrDefault();

    private static ClaimSpec Claim(string name, OffboardedVolume onOffboard) => new(name, Class, [AccessMode.ReadWriteOnce], new(new("10Gi")), onOffboard);

    private async Task<DesiredTenant> ApplyAsync(params ClaimSpec[] claims)
    {
        var tenant = cluster.NewTenant();
        tenant = tenant with { Spec = tenant.Spec with { Claims = claims } };
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await cluster.Workloads.ApplyAsync(tenant.Placed(), default);
        return tenant;
    }

    /// <returns>The name of the volume that is bound to the claim.</returns>
    private async Task<string> BindAsync(DesiredTenant tenant, string claim)
    {
        var ns = NamespaceManifest.NameOf(tenant.TenantId);
        var name = $"pv-{tenant.TenantId}-{claim}";
        await cluster.Client.CoreV1.CreatePersistentVolumeAsync(new V1PersistentVolume
        {
            Metadata = new V1ObjectMeta { Name = name },
            Spec = new V1PersistentVolumeSpec
            {
                AccessModes = [AccessMode.ReadWriteOnce],
                Capacity = new Dictionary<string, ResourceQuantity> { ["storage"] = new("10Gi") },
                StorageClassName = Class,
                PersistentVolumeReclaimPolicy = "Delete",
                ClaimRef = new V1ObjectReference { NamespaceProperty = ns, Name = claim },
                Csi = new V1CSIPersistentVolumeSource { Driver = "disk.csi.azure.com", VolumeHandle = $"/disks/{name}" },
            },
        });
        await ClusterFixture.WaitUntilAsync(async token =>
            (await cluster.Client.CoreV1.ReadNamespacedPersistentVolumeClaimAsync(claim, ns, cancellationToken: token)).Status?.Phase == "Bound");
        return name;
    }

    private async Task<AbsenceObservation> DeleteAsync(DesiredTenant tenant)
    {
        IReadOnlyList<ReleasedVolume>? volumes = null;
        for (var i = 0; i < 20; i++)
        {
            var seen = await cluster.Namespaces.DeleteAsync(tenant.Namespace, default);
            volumes = ReleasedVolumes.Merge(volumes, seen.Volumes);
            if (seen.Gone)
            {
                return seen with { Volumes = volumes };
            }
        }

        throw new TimeoutException($"Namespace {NamespaceManifest.NameOf(tenant.TenantId)} is still there.");
    }
}
