using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Volumes;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>Operations on tenants that have volumes.</summary>
public sealed class VolumeOrchestrationTests
{
    private static readonly ReleasedVolume Kept = new("data", "pv-1", VolumeOutcome.Retained, "disk.csi.azure.com", "/disks/1", "10Gi");
    private static readonly ReleasedVolume Gone = new("scratch", "pv-2", VolumeOutcome.Deleted, "disk.csi.azure.com", "/disks/2", "1Gi");

    private static readonly TenantSpec WithClaim = TestSystem.Spec() with
    {
        Claims = [new("data", "managed-csi", [AccessMode.ReadWriteOnce], new(new("10Gi")), OffboardedVolume.Retain)],
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Offboard_Volumes_AreInTheReceiptAndTheEvent(bool isForced)
    {
        await using var system = await OnboardedAsync();
        system.Cloud.Volumes["aks1"] = [Gone, Kept];

        await (isForced ? system.ActAsync(TenantVerb.ForceOffboard, finalizers: ["example.com/hold"]) : system.RunAsync(TestSystem.Offboard()));

        var tenant = await system.TenantAsync();
        Assert.Equal([Kept, Gone], tenant.Receipt!.Volumes!);
        Assert.Equal("data: /disks/1", system.Cloud.Events.Single(e => e.Type == EventTypes.TenantOffboarded).Data["retainedVolumes"]);
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Resume_PoolsInAnotherZoneThanTheVolume_StaysSuspendedUntilItCanBeReached()
    {
        await using var system = await OnboardedAsync();
        await system.ActAsync(TenantVerb.Suspend);
        system.Cloud.VolumeZones = [["3"]];

        await system.ActAsync(TenantVerb.Resume);

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Suspended, "VolumeUnreachable", "aks1"), (tenant.Phase, tenant.LastError?.Code, tenant.Placement?.ClusterId));
        Assert.Empty(system.Cloud.Pools);

        system.Cloud.Clusters[0] = system.Cloud.Clusters[0] with { PoolTemplate = system.Cloud.Clusters[0].PoolTemplate with { Zones = ["2", "3"] } };
        await system.ActAsync(TenantVerb.Resume);
        Assert.Equal(TenantPhase.Ready, (await system.TenantAsync()).Phase);
        await system.RunAsync(TestSystem.Offboard());
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Update_ToAnotherCluster_AsksWhatTheMoveWouldLeaveAndIsUndoneByARefusal()
    {
        await using var system = await OnboardedAsync();
        system.Cloud.Clusters[0] = FakeCloud.Cluster("aks2");
        system.Cloud.Refusals["aks2"] = ["Its claims (data) have their volumes on cluster aks1."];

        await system.RunAsync(new TenantRequest(TenantRequestKind.Update, "acme", 2, SpecRef.Of(WithClaim with { Cluster = "aks2" }), "content-2"));

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "AdmissionRefused", "aks1", 1L), (tenant.Phase, tenant.LastError?.Code, tenant.Placement?.ClusterId, tenant.AppliedRevision));
        Assert.Equal(new FormerCluster("aks1", HasClaims: true), system.Cloud.Checked[^1].MovesFrom);
        Assert.Equal("aks1/acme.1", Assert.Single(system.Cloud.Namespaces));
        Assert.Null(system.Cloud.Checked[0].MovesFrom);
    }

    private static async Task<TestSystem> OnboardedAsync()
    {
        var system = await TestSystem.StartAsync();
        await system.RunAsync(new TenantRequest(TenantRequestKind.Onboard, "acme", 1, SpecRef.Of(WithClaim), "content"));
        Assert.Equal(TenantPhase.Ready, (await system.TenantAsync()).Phase);
        return system;
    }
}
