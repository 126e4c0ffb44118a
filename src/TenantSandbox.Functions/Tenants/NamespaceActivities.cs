using Microsoft.Azure.Functions.Worker;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tenants;

/// <summary>The steps that put up and take down a tenant's namespace.</summary>
internal sealed class NamespaceActivities(TenantNamespaces namespaces)
{
    [Function(ActivityNames.ApplyNamespace)]
    public Task ApplyNamespaceAsync([ActivityTrigger] PlacedTenant tenant, CancellationToken cancellationToken) =>
        namespaces.ApplyAsync(tenant, cancellationToken);

    [Function(ActivityNames.DeleteNamespace)]
    public Task<AbsenceObservation> DeleteNamespaceAsync([ActivityTrigger] TenantNamespaceRef tenant, CancellationToken cancellationToken) =>
        namespaces.DeleteAsync(tenant, cancellationToken);

    [Function(ActivityNames.ReadNamespaceAbsence)]
    public Task<AbsenceObservation> ReadNamespaceAbsenceAsync([ActivityTrigger] TenantNamespaceRef tenant, CancellationToken cancellationToken) =>
        namespaces.ReadAbsenceAsync(tenant, cancellationToken);
}
