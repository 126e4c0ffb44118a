using k8s;
using k8s.Autorest;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes;

[Collection(ClusterCollection.Name)]
public sealed class NamespaceOverTheWireTests(ClusterFixture cluster)
{
    [Fact]
    public async Task ApplyNamespace_NewTenant_PutsUpEveryGuardrail()
    {
        var tenant = cluster.NewTenant();

        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);

        var name = NamespaceManifest.NameOf(tenant.TenantId);
        Assert.Equal("restricted", (await cluster.ReadNamespaceAsync(tenant)).Metadata.Labels["pod-security.kubernetes.io/enforce"]);
        Assert.Equal("2", (await cluster.Client.CoreV1.ReadNamespacedResourceQuotaAsync("tenant-quota", name)).Spec.Hard["pods"].ToString());
        Assert.Equal("Container", (await cluster.Client.CoreV1.ReadNamespacedLimitRangeAsync("tenant-limits", name)).Spec.Limits[0].Type);
        Assert.Equal(["Ingress", "Egress"], (await cluster.Client.NetworkingV1.ReadNamespacedNetworkPolicyAsync("tenant-network", name)).Spec.PolicyTypes);
        Assert.False((await cluster.Client.CoreV1.ReadNamespacedServiceAccountAsync("tenant-workload", name)).AutomountServiceAccountToken);
        Assert.Equal("32Mi", (await cluster.Client.NodeV1.ReadRuntimeClassAsync("tenantsandbox-kata-256mi")).Overhead.PodFixed["memory"].ToString());
    }

    [Fact]
    public async Task ApplyNamespace_NewTenant_RecordsWhatRestoresItsState()
    {
        var tenant = cluster.NewTenant();

        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);

        var found = await FindAsync(tenant);
        Assert.Equal(
            (tenant.TenantId, 1, 7L, tenant.SpecHash, ClusterFixture.PoolName, false, false),
            (found.TenantId, found.Incarnation!.Value, found.Revision!.Value, found.SpecHash, found.PoolName, found.IsSuspended, found.IsTerminating));
        Assert.Equal((await cluster.ReadNamespaceAsync(tenant)).Metadata.Uid, found.Uid);
    }

    [Theory]
    [InlineData(ExpiryAction.Offboard)]
    [InlineData(ExpiryAction.Suspend)]
    public async Task ApplyNamespace_Expiry_IsRecordedAndRemoved(ExpiryAction action)
    {
        var expiry = new TenantExpiry(new(2027, 1, 31, 12, 30, 15, 250, TimeSpan.Zero), action);
        var tenant = cluster.NewTenant() with { Expiry = expiry };

        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        var before = await FindAsync(tenant);
        await cluster.Namespaces.ApplyAsync((tenant with { Expiry = null }).Placed(), default);
        var after = await FindAsync(tenant);

        Assert.Equal(expiry, before.Expiry);
        Assert.Null(after.Expiry);
    }

    [Fact]
    public async Task ApplyNamespace_MadeByAnEarlierVersion_IsAdopted()
    {
        var tenant = cluster.NewTenant();
        var name = NamespaceManifest.NameOf(tenant.TenantId);
        await cluster.Client.ApplyAsync(
            new V1Namespace
            {
                ApiVersion = "v1",
                Kind = "Namespace",
                Metadata = new V1ObjectMeta { Name = name, Labels = Labels.Of("tenantsandbox", tenant) },
            },
            isDryRun: false,
            default);
        var before = await FindAsync(tenant);

        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);

        var after = await FindAsync(tenant);
        Assert.Equal((null, null, null), (before.Revision, before.SpecHash, before.PoolName));
        Assert.Equal((before.Uid, 7L, tenant.SpecHash, ClusterFixture.PoolName), (after.Uid, after.Revision!.Value, after.SpecHash, after.PoolName));
    }

    [Fact]
    public async Task ApplyWorkloads_NamespaceOfSomeoneElse_IsRefusedAndLeftAlone()
    {
        var tenant = cluster.NewTenant();
        await cluster.Client.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = NamespaceManifest.NameOf(tenant.TenantId) } });

        var refused = await Assert.ThrowsAsync<InvalidException>(() => cluster.Workloads.ApplyAsync(tenant.Placed(), default));
        await Assert.ThrowsAsync<InvalidException>(() => cluster.Workloads.SuspendAsync(tenant.Placed(), default));

        Assert.Equal("NamespaceNotOwned", refused.Code);
        Assert.Empty((await cluster.Client.AppsV1.ListNamespacedDeploymentAsync(NamespaceManifest.NameOf(tenant.TenantId))).Items);
    }

    [Fact]
    public async Task ApplyNamespace_SpecLost_IsRefusedBeforeAnythingIsWritten()
    {
        var tenant = cluster.NewTenant().Placed() with { SpecHash = new string('0', 64) };

        var refused = await Assert.ThrowsAsync<NotFoundException>(() => cluster.Namespaces.ApplyAsync(tenant, default));

        Assert.Equal("SpecUnknown", refused.Code);
        Assert.True((await cluster.Namespaces.ReadAbsenceAsync(new(tenant.TenantId, 1, tenant.ClusterId), default)).Gone);
    }

    [Fact]
    public async Task RemoveFinalizers_Named_AreRemovedAndOthersStay()
    {
        var tenant = cluster.NewTenant();
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        var name = NamespaceManifest.NameOf(tenant.TenantId);
        await cluster.Client.CoreV1.PatchNamespacedServiceAccountAsync(Finalizers("example.com/a", "example.com/b"), "tenant-workload", name);
        await cluster.Client.CoreV1.CreateNamespacedConfigMapAsync(
            new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "held", Finalizers = ["example.com/a"] } }, name);
        var removals = cluster.Services.Make<FinalizerRemovals>();
        var tooEarly = await removals.RemoveAsync(new(tenant.Namespace, ["example.com/a"]), default);
        await cluster.Namespaces.DeleteAsync(tenant.Namespace, default);

        var ofAnother = await removals.RemoveAsync(new(tenant.Namespace with { Incarnation = 2 }, ["example.com/a"]), default);
        var removed = await removals.RemoveAsync(new(tenant.Namespace, ["example.com/a"]), default);
        var again = await removals.RemoveAsync(new(tenant.Namespace, ["example.com/a"]), default);

        Assert.Empty(tooEarly.Removed);
        Assert.Empty(ofAnother.Removed);
        Assert.Equal(
            [new RemovedFinalizer("ConfigMap/held", "example.com/a"), new RemovedFinalizer("ServiceAccount/tenant-workload", "example.com/a")], removed.Removed);
        Assert.Empty(again.Removed);
        Assert.Equal(["example.com/b"], (await cluster.Client.CoreV1.ReadNamespacedServiceAccountAsync("tenant-workload", name)).Metadata.Finalizers);
        await removals.RemoveAsync(new(tenant.Namespace, ["example.com/b"]), default);
        await UntilGoneAsync(tenant);
    }

    [Theory]
    [InlineData("kubernetes")]
    [InlineData(null)]
    public async Task RemoveFinalizers_OfTheNamespaceItselfOrNone_IsRefused(string? finalizer) =>
        Assert.Equal("FinalizerInvalid", (await Assert.ThrowsAsync<InvalidException>(() => cluster.Services.Make<FinalizerRemovals>()
            .RemoveAsync(new(cluster.NewTenant().Namespace, finalizer is null ? [] : [finalizer]), default))).Code);

    [Fact]
    public async Task ApplyNamespace_Repeated_ChangesNothing()
    {
        var tenant = cluster.NewTenant();
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        var before = await VersionsAsync(tenant);

        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);

        Assert.Equal(before, await VersionsAsync(tenant));
    }

    [Fact]
    public async Task ApplyNamespace_NamespaceOfSomeoneElse_IsRefusedAndLeftAlone()
    {
        var tenant = cluster.NewTenant();
        await cluster.Client.CoreV1.CreateNamespaceAsync(new V1Namespace
        {
            Metadata = new V1ObjectMeta { Name = NamespaceManifest.NameOf(tenant.TenantId), Labels = new Dictionary<string, string> { ["team"] = "blue" } },
        });
        var before = (await cluster.ReadNamespaceAsync(tenant)).Metadata.ResourceVersion;

        var refused = await Assert.ThrowsAsync<InvalidException>(() => cluster.Namespaces.ApplyAsync(tenant.Placed(), default));
        var absence = await cluster.Namespaces.DeleteAsync(Sample.Reference(tenant), default);
        await cluster.Workloads.DeleteAsync(Sample.Reference(tenant), default);

        Assert.Equal("NamespaceNotOwned", refused.Code);
        Assert.True(absence.Gone);
        Assert.Equal(before, (await cluster.ReadNamespaceAsync(tenant)).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task ApplyNamespace_OtherLifeStillThere_IsRefused()
    {
        var tenant = cluster.NewTenant();
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);

        await Assert.ThrowsAsync<InvalidException>(() => cluster.Namespaces.ApplyAsync((tenant with { Incarnation = 2 }).Placed(), default));
        await cluster.Namespaces.DeleteAsync(Sample.Reference(tenant with { Incarnation = 2 }), default);

        Assert.Null((await cluster.ReadNamespaceAsync(tenant)).Metadata.DeletionTimestamp);
    }

    [Fact]
    public async Task ApplyNamespace_FieldTakenOverByAnother_NamesTheManager()
    {
        var tenant = cluster.NewTenant();
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        await cluster.Client.CoreV1.PatchNamespacedResourceQuotaAsync(
            new V1Patch("""{"spec":{"hard":{"pods":"99"}}}""", V1Patch.PatchType.MergePatch),
            "tenant-quota", NamespaceManifest.NameOf(tenant.TenantId), fieldManager: "somebody");

        var conflict = await Assert.ThrowsAsync<InvalidException>(() => cluster.Namespaces.ApplyAsync(tenant.Placed(), default));

        Assert.Equal("FieldManagerConflict", conflict.Code);
        Assert.Contains("somebody", conflict.Message, StringComparison.Ordinal);
        Assert.Contains(".spec.hard.pods", conflict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeleteNamespace_Ours_IsGoneAndReadAsGone()
    {
        var tenant = await cluster.RunAsync(cluster.NewTenant());
        var reference = Sample.Reference(tenant);
        Assert.False((await cluster.Namespaces.ReadAbsenceAsync(reference, default)).Gone);

        await UntilGoneAsync(tenant);

        Assert.True((await cluster.Namespaces.ReadAbsenceAsync(reference, default)).Gone);
        var missing = await Assert.ThrowsAsync<HttpOperationException>(() => cluster.ReadNamespaceAsync(tenant));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, missing.Response.StatusCode);
        Assert.True((await cluster.Namespaces.DeleteAsync(reference, default)).Gone);
    }

    [Fact]
    public async Task DeleteNamespace_FinalizerHolds_NamesItAndGoesOnceItIsLifted()
    {
        var tenant = cluster.NewTenant();
        await cluster.Namespaces.ApplyAsync(tenant.Placed(), default);
        var name = NamespaceManifest.NameOf(tenant.TenantId);
        var patch = new V1Patch("""{"metadata":{"finalizers":["example.com/hold"]}}""", V1Patch.PatchType.MergePatch);
        await cluster.Client.CoreV1.PatchNamespacedServiceAccountAsync(patch, "tenant-workload", name);

        await cluster.Namespaces.DeleteAsync(Sample.Reference(tenant), default);
        var held = await cluster.Namespaces.DeleteAsync(Sample.Reference(tenant), default);

        Assert.False(held.Gone);
        Assert.Contains("example.com/hold", held.Blocker, StringComparison.Ordinal);
        Assert.Equal("NamespaceTerminating", (await Assert.ThrowsAsync<ConflictException>(
            () => cluster.Namespaces.ApplyAsync(tenant.Placed(), default))).Code);

        var lift = new V1Patch("""{"metadata":{"finalizers":null}}""", V1Patch.PatchType.MergePatch);
        await cluster.Client.CoreV1.PatchNamespacedServiceAccountAsync(lift, "tenant-workload", name);
        await UntilGoneAsync(tenant);
    }

    private static V1Patch Finalizers(params string[] names) => new(new { metadata = new { finalizers = names } }, V1Patch.PatchType.MergePatch);

    private async Task<FoundNamespace> FindAsync(DesiredTenant tenant)
    {
        string? continuation = null;
        do
        {
            var page = await cluster.Services.Make<NamespaceInventory>().ListAsync(new(tenant.ClusterId, continuation), default);
            if (page.Namespaces.SingleOrDefault(n => n.TenantId == tenant.TenantId) is { } found)
            {
                return found;
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);

        throw new InvalidOperationException($"{tenant.TenantId} is not listed.");
    }

    private async Task UntilGoneAsync(DesiredTenant tenant)
    {
        var tries = 0;
        while (!(await cluster.Namespaces.DeleteAsync(Sample.Reference(tenant), default)).Gone)
        {
            Assert.True(++tries < 20, "the namespace doesn't go");
        }
    }

    private async Task<string> VersionsAsync(DesiredTenant tenant)
    {
        var name = NamespaceManifest.NameOf(tenant.TenantId);
        var limits = await cluster.Client.CoreV1.ReadNamespacedLimitRangeAsync("tenant-limits", name);
        // Specs, not resource versions, where a controller writes status; and for limits on a real 1.20, which dates those anew at each
        // apply a second later, though nothing has changed (kubernetes/kubernetes#95460).
        return string.Join('\n',
            (await cluster.ReadNamespaceAsync(tenant)).Metadata.ResourceVersion,
            cluster.IsTwin ? limits.Metadata.ResourceVersion : KubernetesJson.Serialize(limits.Spec),
            (await cluster.Client.NetworkingV1.ReadNamespacedNetworkPolicyAsync("tenant-network", name)).Metadata.ResourceVersion,
            KubernetesJson.Serialize((await cluster.Client.CoreV1.ReadNamespacedResourceQuotaAsync("tenant-quota", name)).Spec));
    }
}
