using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Isolation.Evidence;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Maintenance;
using TenantSandbox.Functions.Tests.Isolation.Evidence;
using TenantSandbox.Testing;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>What maintenance reads and deletes. Its activities are the app's own, on this model of ARM and Kubernetes.</summary>
internal sealed partial class FakeCloud : IClusterResources
{
    /// <summary>Namespaces that no tenant of the app made; the app's list has those with its owner label.</summary>
    public List<FoundNamespace> Strangers { get; } = [];

    /// <summary>The specs that maintenance finds.</summary>
    public MemorySpecStore SpecStore { get; } = new();

    /// <summary>The isolation reports.</summary>
    public MemoryReportFiles Reports { get; } = new();

    /// <summary>What maintenance deleted itself, as <c>cluster/tenant.incarnation</c> or <c>cluster/pool</c>.</summary>
    public List<string> DeletedByMaintenance { get; } = [];

    Task<PoolPage> IClusterResources.ListPoolsAsync(PoolPageQuery query, CancellationToken cancellationToken) => ReadAsync(() => ListPools(query));

    Task<NamespacePage> IClusterResources.ListNamespacesAsync(NamespaceQuery query, CancellationToken cancellationToken) => ReadAsync(() =>
    {
        var page = ListTenantNamespaces(query);
        return page with { Namespaces = [.. page.Namespaces, .. Strangers.Where(s => s.Owner == "tenantsandbox")] };
    });

    Task<InspectionReport> IClusterResources.InspectAsync(InspectionPage page, CancellationToken cancellationToken) => ReadAsync(() => InspectTenants(page));

    Task<PoolPods> IClusterResources.ReadPodsAsync(PoolRef pool, CancellationToken cancellationToken) => ReadAsync(() => ReadPoolPods(pool));

    Task IClusterResources.DeletePoolAsync(PoolRef pool, CancellationToken cancellationToken) => ReadAsync(() =>
    {
        DeletedByMaintenance.Add(Key(pool));
        return DeletePool(pool);
    });

    Task IClusterResources.DeleteNamespaceAsync(TenantNamespaceRef tenant, CancellationToken cancellationToken) => ReadAsync(() =>
    {
        DeletedByMaintenance.Add(Key(tenant));
        return DeleteNamespace(tenant);
    });

    private void AddMaintenanceTo(InProcessTaskHub hub)
    {
        var specs = SpecStore;
        var inventory = new OrphanInventory(this);
        var sweep = new OrphanSweep(inventory, this);
        Add<PageRequest, PageResult>(
            ActivityNames.ReconcileTenantPage,
            page => new TenantReconciliation(this, specs, Options.Create(new TenantSandboxOptions()), NullLogger<TenantReconciliation>.Instance).ReconcileAsync(page, hub.Client, default));
        Add<PageRequest, PageResult>(ActivityNames.ExpireTenantPage, page => TenantReminders.ExpireAsync(page, hub.Client, default));
        Add<PageRequest, PageResult>(ActivityNames.TrimTenantPage, page => TenantReminders.TrimAsync(page, hub.Client, default));
        Add<PageRequest, PageResult>(ActivityNames.SettleTenantPage, page => OperationWatchdog.SettleAsync(page, hub.Client, default));
        Add<PageRequest, PageResult>(ActivityNames.PurgeInstances, page => HistoryPurge.PurgeAsync(page, hub.Client, default));
        var settings = new TenantSandboxOptions();
        settings.Clusters.Add(new() { Id = "aks1" });
        Add<PageRequest, PageResult>(
            ActivityNames.DeleteUnusedSpecs, page => new SpecCleanup(this, specs, Options.Create(settings)).DeleteAsync(page, hub.Client, default));
        Add<PageRequest, PageResult>(
            ActivityNames.DeleteOldReports, page => new ReportCleanup(new ReportStore(Reports)).DeleteAsync(page, hub.Client, default));
        Add<InventoryRequest, InventoryPage>(ActivityNames.TakeInventory, request => sweep.TakeAsync(request, hub.Client, default));
        Add<SweepRequest, PageResult>(ActivityNames.SweepOrphans, request => sweep.SweepAsync(request, hub.Client, default));
        Add<RebuildRequest, PageResult>(ActivityNames.RebuildPage, request => new TenantRebuilding(this, specs, Options.Create(new MaintenanceOptions())).RebuildAsync(request, hub.Client, default));

        void Add<TInput, TOutput>(string name, Func<TInput, Task<TOutput>> run) => hub.AddActivity<TInput, TOutput>(name, run);
    }

    private Task<T> ReadAsync<T>(Func<T> read)
    {
        lock (_lock)
        {
            return Task.FromResult(read());
        }
    }
}
