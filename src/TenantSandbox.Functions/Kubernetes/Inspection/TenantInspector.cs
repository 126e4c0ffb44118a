using k8s.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using TenantSandbox.Core.Errors;
using TenantSandbox.Functions.Azure.KeyVault;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Kubernetes.Secrets;

namespace TenantSandbox.Functions.Kubernetes.Inspection;

/// <summary>
/// Compares tenants with what runs, with shared lists: about seventeen calls for a page, however many tenants it has, and one for each Secret of a tenant.
/// </summary>
internal sealed class TenantInspector(
    ClusterConnections connections,
    DesiredTenants tenants,
    IClusterNetworks networks,
    VaultSecrets vault,
    SecretContents contents,
    IOptions<TenantSandboxOptions> options)
{
    /// <summary>
    /// Reads only. What it finds can be outdated when it returns, so a repair reads again; tenants with a running operation differ from
    /// their spec by nature and should not be in a page.
    /// </summary>
    /// <exception cref="InvalidException">The page has too many tenants.</exception>
    /// <exception cref="SandboxException">A call failed.</exception>
    [Function(ActivityNames.InspectTenants)]
    public async Task<InspectionReport> InspectAsync([ActivityTrigger] InspectionPage page, CancellationToken cancellationToken)
    {
        if (page.Tenants.Count > InspectionPage.MaxTenants)
        {
            throw new InvalidException("PageTooLarge", $"{page.Tenants.Count} tenants are more than {InspectionPage.MaxTenants}; inspect them in several pages");
        }

        if (page.Tenants.Count == 0)
        {
            return new InspectionReport([], 0);
        }

        var settings = options.Value;
        var lists = new SharedLists(connections, page.ClusterId, settings, await HaveSecretsAsync(page, cancellationToken));
        var pools = settings.Workloads.BindToPool
            ? page.Tenants.Select(t => t.PoolName).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray()
            : [];
        var content = await lists.ReadAsync([.. page.Tenants.Select(t => t.TenantId).Distinct(StringComparer.Ordinal)], pools, cancellationToken);
        var secrets = new SecretInspection(contents, vault.Begin());
        var inspection = new TenantInspection(settings, await networks.GetAsync(page.ClusterId, cancellationToken), content);
        var namespaces = content.Namespaces.ToDictionary(n => n.Metadata.Name, StringComparer.Ordinal);
        List<TenantObservation> observations = [];
        foreach (var tenant in page.Tenants)
        {
            var name = NamespaceManifest.NameOf(tenant.TenantId);
            // Not in the list: missing, or without this system's labels.
            var found = namespaces.GetValueOrDefault(name) ?? await lists.FindNamespaceAsync(name, cancellationToken);
            observations.Add(NotPresent(tenant, page.ClusterId, found) ?? await InspectAsync(page, tenant, found!, inspection, secrets, cancellationToken));
        }

        return new InspectionReport(ReportSize.Limit(observations), lists.Calls + secrets.Calls);
    }

    // An installation without secrets needs no permission for them. Specs can have some although the settings no longer do.
    private async Task<bool> HaveSecretsAsync(InspectionPage page, CancellationToken cancellationToken)
    {
        if (options.Value.Secrets.Rules.Count > 0)
        {
            return true;
        }

        foreach (var tenant in page.Tenants)
        {
            try
            {
                if ((await tenants.ReadAsync(PlacedOf(page, tenant), cancellationToken)).Spec.SecretRefs is not null)
                {
                    return true;
                }
            }
            catch (SandboxException)
            {
                // Reported with the tenant's findings.
            }
        }

        return false;
    }

    private static PlacedTenant PlacedOf(InspectionPage page, InspectedTenant tenant) => new(
        tenant.TenantId, tenant.Incarnation, tenant.Revision, page.ClusterId, tenant.PoolName, page.SizeClasses, tenant.SpecHash, Expiry: tenant.Expiry);

    private TenantObservation? NotPresent(InspectedTenant tenant, string clusterId, V1Namespace? found)
    {
        var name = $"Namespace/{NamespaceManifest.NameOf(tenant.TenantId)}";
        return found switch
        {
            null => Of(NamespaceCondition.Missing, new Finding(FindingKind.NamespaceMissing, name, null, "does not exist", IsRepairable: true)),
            _ when !Ownership.IsOurs(found, options.Value.Owner, new TenantNamespaceRef(tenant.TenantId, tenant.Incarnation, clusterId)) =>
                Of(NamespaceCondition.Foreign, new Finding(FindingKind.NamespaceForeign, name, null, $"is {Ownership.Describe(found)}", IsRepairable: false)),
            { Metadata.DeletionTimestamp: not null } =>
                Of(NamespaceCondition.Terminating, new Finding(FindingKind.NamespaceTerminating, name, null, "is being deleted", IsRepairable: false)),
            _ => null,
        };

        TenantObservation Of(NamespaceCondition condition, Finding finding) => new(tenant.TenantId, tenant.Incarnation, condition, 0, 0, [finding]);
    }

    private async Task<TenantObservation> InspectAsync(
        InspectionPage page,
        InspectedTenant tenant,
        V1Namespace found,
        TenantInspection inspection,
        SecretInspection secrets,
        CancellationToken cancellationToken)
    {
        try
        {
            var desired = (await tenants.ReadAsync(PlacedOf(page, tenant), cancellationToken)) with { IsSuspended = tenant.IsSuspended };
            var applied = inspection.SecretsOf(desired);
            var observed = inspection.Inspect(TenantSecrets.WithVersions(desired, applied), found);
            return observed with { Findings = [.. observed.Findings, .. await secrets.InspectAsync(desired, applied, cancellationToken)] };
        }
        catch (SandboxException e) when (e.ErrorClass is ErrorClass.NotFound or ErrorClass.Invalid)
        {
            // The spec is unknown, or can't be rendered with today's settings: writing is refused for the same reason.
            return new TenantObservation(tenant.TenantId, tenant.Incarnation, NamespaceCondition.Present, 0, 0, [
                new Finding(FindingKind.SpecUnknown, $"Spec/{tenant.SpecHash}", null, e.Message, IsRepairable: false)]);
        }
    }
}
