using System.Text.Json;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Kubernetes;

/// <summary>Inputs and results of activities that an earlier version wrote into histories.</summary>
public sealed class PlacedTenantJsonTests
{
    private const string OfVersion1 = """
        {"tenantId":"acme","incarnation":1,"revision":7,"clusterId":"west-1","poolName":"kata1",
         "sizeClasses":[{"runtimeClassName":"tenantsandbox-kata-1gi","maxMemoryMiB":1024,"overheadMemoryMiB":128}],
         "spec":{"tier":"pooled","cluster":null,"region":null,"expiresAt":"2026-12-24T00:00:00+00:00","workloads":[{"name":"web","image":"nginx","replicas":1,
           "cpuMillis":500,"memoryMiB":512,"ports":[],"env":[],"command":[],"args":[],"readinessProbe":null}],"egressAllowList":[]}}
        """;

    [Fact]
    public async Task Read_InputOfVersion1_UsesTheSpecInIt()
    {
        var placed = JsonSerializer.Deserialize<PlacedTenant>(OfVersion1)!;

        var tenant = await new DesiredTenants(MemorySpecStore.Shared).ReadAsync(placed, default);

        Assert.Equal(("web", "kata1", null), (Assert.Single(tenant.Spec.Workloads).Name, tenant.PoolName, tenant.Former));
        Assert.Equal(SpecRef.Of(tenant.Spec).Hash, tenant.SpecHash);
    }

    [Fact]
    public async Task Read_NeitherSpecNorHash_IsRefused()
    {
        var placed = JsonSerializer.Deserialize<PlacedTenant>(OfVersion1)! with { Spec = null };

        Assert.Equal("SpecUnknown", (await Assert.ThrowsAsync<NotFoundException>(() => new DesiredTenants(MemorySpecStore.Shared).ReadAsync(placed, default))).Code);
    }

    [Fact]
    public void Placed_WithFormer_SurvivesARoundTripAndHasNoSpecInIt()
    {
        var tenant = Sample.Tenant with { Former = new FormerTenant(Sample.Placed("acme", [Sample.Web]).Spec, "pool2", Sample.Tenant.SizeClasses) };

        var json = JsonSerializer.Serialize(tenant.Placed());
        var read = JsonSerializer.Deserialize<PlacedTenant>(json)!;

        Assert.Equal(json, JsonSerializer.Serialize(read));
        Assert.Equal(("pool2", tenant.SpecHash), (read.Former!.PoolName, read.SpecHash));
        Assert.DoesNotContain("hello", json, StringComparison.Ordinal);
    }

    [Fact]
    public void RolloutObservation_OfVersion1_HasNoClass()
    {
        var read = JsonSerializer.Deserialize<RolloutObservation>("""{"condition":"failed","detail":"web: ImagePullBackOff"}""")!;

        Assert.Equal((RolloutCondition.Failed, null, null), (read.Condition, read.ErrorClass, read.Evidence));
    }
}
