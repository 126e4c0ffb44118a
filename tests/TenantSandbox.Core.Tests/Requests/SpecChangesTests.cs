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
    public void Between_TemplateInPlaceOfTheShortForm_ListsOnlyWhatDiffers()
    {
        var template = Web.ToTemplate();
        var same = Running with { Workloads = [WorkloadSpec.Of("web", 1, template), Job] };
        var changed = Web with { CpuMillis = 2_000, Env = [new("B", "3"), new("C", "4")] };
        var other = Running with { Workloads = [WorkloadSpec.Of("web", 2, changed.ToTemplate()), Job] };

        Assert.Empty(SpecChanges.Between(Running, same));
        Assert.Equal(
            [
                "/workloads/web/cpu Changed",
                "/workloads/web/podTemplate/spec/containers/web/env/A Removed", "/workloads/web/podTemplate/spec/containers/web/env/B/value Changed",
                "/workloads/web/podTemplate/spec/containers/web/env/C Added", "/workloads/web/podTemplate/spec/containers/web/resources/limits/cpu Changed",
                "/workloads/web/replicas Changed",
            ],
            SpecChanges.Between(same, other).Select(x => $"{x.Path} {x.Change}"));
    }

    [Fact]
    public void Differences_Template_PointIntoTheRequest()
    {
        var accepted = Running with { Workloads = [WorkloadSpec.Of("web", 1, Web.ToTemplate())] };
        var requested = Running with { Workloads = [WorkloadSpec.Of("web", 1, (Web with { CpuMillis = 2_000, Ports = [] }).ToTemplate())] };

        Assert.Equal(
            ["/workloads/0/podTemplate/spec/containers/0/ports", "/workloads/0/podTemplate/spec/containers/0/resources/limits/cpu"],
            SpecDifferences.Between(requested, accepted).Select(x => x.Pointer));
        Assert.Equal(["/workloads/0/podTemplate"], SpecDifferences.Between(requested, Running with { Workloads = [Web] }).Select(x => x.Pointer));
    }

    [Fact]
    public void Write_ShortForm_IsTheJsonOfEarlierVersions() => Assert.Equal(
        """{"tier":"pooled","workloads":[{"name":"web","image":"nginx","replicas":1,"cpuMillis":1000,"memoryMiB":1024,"ports":[{"port":80,"protocol":"TCP"}],"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"command":[],"args":[]}],"egressAllowList":[]}""",
        System.Text.Encoding.UTF8.GetString(SpecJson.Write(new(TenantTier.Pooled, null, null, [Web], []))));

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
