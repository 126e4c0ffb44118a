using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Tenants;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Tenants;
using TenantSandbox.Functions.Tests.Doors.Http;
using TenantSandbox.Functions.Tests.Orchestrations;

namespace TenantSandbox.Functions.Tests.Maintenance;

public sealed class TenantReconciliationTests
{
    /// <summary>Written by the first version.</summary>
    private const string FirstVersion = """
        {"tenantId":"acme","phase":"ready","incarnation":1,"revision":5,"kind":"onboard","contentHash":"a","settledRevision":5,
         "spec":{"tier":"pooled","cluster":null,"region":null,"expiresAt":null,"workloads":[{"name":"web","image":"nginx","replicas":1,"cpuMillis":500,
         "memoryMiB":512,"ports":[],"env":[],"command":[],"args":[],"readinessProbe":null}],"egressAllowList":[]},
         "placement":{"clusterId":"aks1","region":"westeurope","poolName":"kata1","timing":{"pollMinSeconds":5,"pollMaxSeconds":60,"poolCreateSeconds":1800,
         "poolDeleteSeconds":1800,"rolloutSeconds":900,"namespaceDeleteSeconds":900}},
         "operation":null,
         "lastOperation":{"id":"acme.1.5.onboard","kind":"onboard","revision":5,"incarnation":1,"startedAt":"1970-01-01T00:00:01+00:00","endedAt":"1970-01-01T00:00:02+00:00"},
         "lastError":null,"waiting":[],"commands":[],"receipt":null,"createdAt":"1970-01-01T00:00:01+00:00","updatedAt":"1970-01-01T00:00:04+00:00"}
        """;

    private static readonly MaintenanceSettings Settings =
        new(100, TimeSpan.Zero, TimeSpan.FromHours(1), false, TimeSpan.FromDays(30), TimeSpan.FromHours(4));

    [Fact]
    public async Task Reconcile_TenantOfTheFirstVersion_IsComparedAndRepaired()
    {
        var entities = new FakeEntityClient((TenantEntity.IdOf("acme"), FirstVersion));
        await using var client = new FakeDurableClient { EntityClient = entities };
        var reconciliation = new TenantReconciliation(new FakeCloud(), new MemorySpecStore(), Options.Create(new TenantSandboxOptions()), NullLogger<TenantReconciliation>.Instance);

        var page = await reconciliation.ReconcileAsync(new(null, Settings, DateTimeOffset.UnixEpoch.AddDays(1)), client, default);

        Assert.Equal((1, 1), (page.Counts["tenants"], page.Counts["compared"]));
        Assert.Equal([nameof(TenantEntity.AdoptSpec), nameof(TenantEntity.Observe)], entities.Signals.Select(s => s.Operation));
        var report = Assert.IsType<TenantObservationReport>(entities.Signals[1].Input);
        Assert.Equal((5L, "Its agent pool is missing."), (report.Sequence, report.RepairReason));
    }
}
