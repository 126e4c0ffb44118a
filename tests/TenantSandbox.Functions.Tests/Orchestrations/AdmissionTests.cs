using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>What the API server refuses ends an operation before anything is made for it.</summary>
public sealed class AdmissionTests
{
    private const string Refusal = "dry run of Pod web on cluster aks1: pods \"web\" is forbidden: no.";

    [Fact]
    public async Task Onboard_Refused_FailsInTheServersWordsBeforeAnyPoolIsMade()
    {
        await using var system = await TestSystem.StartAsync(cloud => cloud.Refusals["aks1"] = [Refusal]);
        var before = system.Hub.Clock.GetUtcNow();

        await system.RunAsync(TestSystem.Onboard());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Failed, "AdmissionRefused", ErrorClass.Invalid), (tenant.Phase, tenant.LastError?.Code, tenant.LastError?.ErrorClass));
        Assert.Contains(Refusal, tenant.LastError?.Message, StringComparison.Ordinal);
        Assert.Equal(0, system.Cloud.CallsOf(ActivityNames.EnsurePool));
        Assert.InRange(system.Hub.Clock.GetUtcNow() - before, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        await system.AssertNothingLeftAsync();
    }

    [Fact]
    public async Task Onboard_RefusedByTheFirstCluster_IsPlacedOnTheNext()
    {
        await using var system = await TestSystem.StartAsync(cloud =>
        {
            cloud.Clusters.Add(FakeCloud.Cluster("aks2"));
            cloud.Refusals["aks1"] = [Refusal];
        });

        await system.RunAsync(TestSystem.Onboard());

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, "aks2"), (tenant.Phase, tenant.Placement?.ClusterId));
        Assert.Equal("aks2/kata1", Assert.Single(system.Cloud.Pools));
    }

    [Fact]
    public async Task Update_Refused_LeavesThePreviousRevisionUntouched()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        var applied = system.Cloud.CallsOf(ActivityNames.ApplyWorkloads);
        system.Cloud.Refusals["aks1"] = [Refusal];

        await system.RunAsync(TestSystem.Update(image: "another"));

        var tenant = await system.TenantAsync();
        Assert.Equal((TenantPhase.Ready, 1L, "AdmissionRefused"), (tenant.Phase, tenant.AppliedRevision, tenant.LastError?.Code));
        Assert.Equal(applied, system.Cloud.CallsOf(ActivityNames.ApplyWorkloads));
    }

    [Fact]
    public async Task Resume_OfWhatRanBefore_IsNotCheckedAgain()
    {
        await using var system = await TestSystem.StartAsync();
        await system.RunAsync(TestSystem.Onboard());
        await system.RunAsync(TestSystem.Request(TenantRequestKind.Suspend));

        await system.RunAsync(TestSystem.Request(TenantRequestKind.Resume));

        Assert.Equal(TenantPhase.Ready, (await system.TenantAsync()).Phase);
        Assert.Equal(1, system.Cloud.CallsOf(ActivityNames.CheckAdmission));
    }
}
