using TenantSandbox.Core.Requests;

namespace TenantSandbox.Core.Tests.Requests;

public sealed class SpecChangesTests
{
    private static readonly WorkloadSpec Web = new("web", "nginx", 1, 1_000, 1_024, [new(80)], [new("A", "1"), new("B", "2")], [], [], null);
    private static readonly WorkloadSpec Job = Web with { Name = "job" };
    private static readonly TenantSpec Running = new(TenantTier.Pooled, null, null, [Web, Job], [new("10.0.0.0/8", [])]);

    [Fact]
    public void Between_SameInAnotherOrder_IsEmpty() => Assert.Empty(SpecChanges.Between(Running, Running with { Workloads = [Job, Web] }));

    [Fact]
    public void Between_EveryKindOfChange_IsListedByName()
    {
        var requested = Running with
        {
            Tier = TenantTier.Dedicated,
            Workloads = [Web with { CpuMillis = 2_000, Env = [new("B", "3"), new("C", "4")] }, Web with { Name = "new" }],
            EgressAllowList = [new("10.0.0.0/8", [new(443)]), new("192.0.2.0/24", [])],
        };

        Assert.Equal(
            [
                "/egressAllowList/10.0.0.0/8/ports Changed", "/egressAllowList/192.0.2.0/24 Added", "/tier Changed", "/workloads/job Removed", "/workloads/new Added",
                "/workloads/web/cpu Changed", "/workloads/web/env/A Removed", "/workloads/web/env/B Changed", "/workloads/web/env/C Added",
            ],
            SpecChanges.Between(Running, requested).Select(x => $"{x.Path} {x.Change}"));
    }
}
