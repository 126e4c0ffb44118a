using System.Text;
using System.Text.Json;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Placement;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Isolation;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Baseline;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Pools;
using TenantSandbox.Functions.Tenants;

namespace TenantSandbox.Functions.Tests;

/// <summary>What the first version wrote to histories must be readable for ever: operations outlive deployments.</summary>
public sealed class StoredHistoryTests
{
    private const string Timing = """{"pollMinSeconds":5,"pollMaxSeconds":60,"poolCreateSeconds":1800,"poolDeleteSeconds":1800,"rolloutSeconds":900,"namespaceDeleteSeconds":900}""";

    private const string Spec = """
        {"tier":"dedicated","cluster":null,"region":"westeurope","expiresAt":"2027-01-01T00:00:00+00:00",
         "workloads":[{"name":"web","image":"nginx","replicas":2,"cpuMillis":500,"memoryMiB":512,"ports":[{"port":80,"protocol":"TCP"}],
         "env":[{"name":"A","value":"b"}],"command":[],"args":[],"readinessProbe":{"httpPath":"/","port":80,"command":[],"initialDelaySeconds":0,"periodSeconds":10}}],
         "egressAllowList":[{"cidr":"10.0.0.0/8","ports":[]}]}
        """;

    private const string Pool = """
        {"clusterId":"aks1","name":"kata1","generation":1,"tier":"pooled","dedicatedTo":null,"template":{"vmSize":"Standard_D4s_v5",
         "workloadRuntime":"KataVmIsolation","osSku":"AzureLinux","minCount":1,"maxCount":3,"maxPods":30,"nodeAllocatableMemoryMiB":12000,
         "nodeAllocatableCpuMillis":4000,"sizeClasses":[{"runtimeClassName":"kata-1gi","maxMemoryMiB":1024,"overheadMemoryMiB":128}],"zones":["1"]}}
        """;

    private const string Error = """{"class":"capacity","code":"AllocationFailed","message":"No room."}""";

    [Fact]
    public void SubmitInput_OfTheFirstVersion_IsRead()
    {
        var input = Read<SubmitInput>($$"""
            {"identity":{"source":"billing","id":"42"},"request":{"kind":"onboard","tenantId":"acme","revision":3,"spec":{{Spec}},"contentHash":"h"},
             "receivedAt":"2026-11-24T00:00:00+00:00"}
            """);

        Assert.Equal(new RequestIdentity("billing", "42"), input.Identity);
        Assert.Equal((TenantRequestKind.Onboard, 3L, TenantTier.Dedicated), (input.Request.Kind, input.Request.Revision!.Value, input.Request.Upgrade().Spec!.Tier));
    }

    [Fact]
    public void SubmitInput_OfTheFirstVersion_KeepsItsExpiry() =>
        Assert.Equal(
            new TenantExpiry(new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero)),
            Read<SubmitInput>($$"""
                {"identity":{"source":"billing","id":"42"},"request":{"kind":"onboard","tenantId":"acme","revision":3,"spec":{{Spec}},"contentHash":"h"},
                 "receivedAt":"2026-11-24T00:00:00+00:00"}
                """).Request.Upgrade().Expiry);

    [Fact]
    public void PoolMessages_OfTheFirstVersion_AreRead()
    {
        var job = Read<PoolOperationInput>($$"""{"pool":{{Pool}},"timing":{{Timing}},"notBefore":"2026-11-24T00:00:00+00:00"}""");
        var report = Read<PoolReport>($$"""{"poolName":"kata1","end":"gone","error":{{Error}},"timing":{{Timing}},"at":"2026-11-24T00:00:00+00:00"}""");
        var answer = Read<ReserveAnswer>($$"""{"outcome":"wait","pool":{{Pool}},"notBefore":"2026-11-24T00:00:00+00:00","why":"new","error":null}""");
        var released = Read<ReleaseAnswer>($$"""{"pool":{{Pool}},"goes":true,"tenants":0}""");

        Assert.Equal("kata-1gi", job.Pool.Template.SizeClasses[0].RuntimeClassName);
        Assert.Equal((PoolOutcome.Gone, ErrorClass.Capacity), (report.Outcome, report.Error!.ErrorClass));
        Assert.Equal((ReserveOutcome.Wait, "kata1"), (answer.Outcome, answer.Pool!.Name));
        Assert.True(released.IsPoolBeingDeleted);
    }

    [Fact]
    public void TenantMessages_OfTheFirstVersion_AreRead()
    {
        var answer = Read<SubmitAnswer>($$"""
            {"outcome":"duplicate","tenantId":"acme","kind":"onboard","revision":3,"currentRevision":3,"incarnation":1,"phase":"failed",
             "operationId":"acme.1.3.onboard","waiting":false,"message":"It was accepted before.","error":{{Error}}}
            """);
        var result = Read<OperationResult>($$"""
            {"succeeded":false,"clean":true,"placement":null,"error":{{Error}},"receipt":{"clusterId":"aks1","namespaceAbsentAt":"2026-11-24T00:00:00+00:00",
             "poolName":"kata1","poolAbsentAt":null,"releasedAt":null},"eventPublished":true}
            """);

        Assert.Equal((SubmitOutcome.Duplicate, TenantPhase.Failed, "AllocationFailed"), (answer.Outcome, answer.Phase!.Value, answer.Error!.Code));
        Assert.Equal((false, true, "kata1"), (result.Succeeded, result.EventPublished, result.Receipt!.PoolName));
    }

    [Fact]
    public void AdmissionAnswer_OfAVersionWithoutBaselines_NeedsNone() =>
        Assert.False(Read<AdmissionAnswer>("""{"refusals":["no"]}""").NeedsBaseline);

    [Fact]
    public void MaintenanceSettings_OfAVersionWithoutBaselines_CheckNone() =>
        Assert.False(Read<MaintenanceSettings>(
            """{"tenantsPerPage":100,"pageDelay":"00:00:01","orphanGracePeriod":"01:00:00","deleteOrphans":false,"historyRetention":"30.00:00:00","operationTimeout":"04:00:00"}""")
            .ChecksBaselines);

    [Fact]
    public void BaselineResult_WithTheMostChanges_IsReadAndSmall()
    {
        var change = BaselineChange.Different($"ValidatingAdmissionPolicyBinding/{new string('n', 100)}", [new string('d', 1000)]);
        var report = new BaselineReport("aks1", HasPolicies: true, IsFirst: false, 50, [.. Enumerable.Repeat(change, BaselineReport.MaxChanges)], 20);

        var read = Read<BaselineResult>(JsonSerializer.Serialize(new BaselineResult(report, null)));

        Assert.Equal((20, BaselineReport.MaxChanges, change), (read.Report!.OmittedChanges, read.Report.Changes.Count, read.Report.Changes[^1]));
        Assert.Equal("AllocationFailed", Read<BaselineResult>($$"""{"report":null,"error":{{Error}}}""").Error!.Code);
    }

    private static T Read<T>(string json)
    {
        var read = JsonSerializer.Deserialize<T>(json)!;
        var written = JsonSerializer.Serialize(read);

        Assert.Equal(written, JsonSerializer.Serialize(JsonSerializer.Deserialize<T>(written)));
        Assert.InRange(Encoding.UTF8.GetByteCount(written), 1, 16 * 1024);
        return read;
    }
}
