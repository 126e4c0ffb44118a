using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Specs;

namespace TenantSandbox.Functions.Tests.Orchestrations;

/// <summary>The activities that suspend, inspect and list tenants, and those of the spec store.</summary>
internal sealed partial class FakeCloud
{
    private readonly Dictionary<string, RolloutObservation> _rollouts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TenantSpec> _specs = new(StringComparer.Ordinal);

    /// <summary>The specs that are stored.</summary>
    public IReadOnlyCollection<string> Specs => _specs.Keys;

    /// <summary>Stores a spec, as a door does before it submits a request.</summary>
    public SpecRef SaveSpec(TenantSpec spec)
    {
        var reference = SpecRef.Of(spec);
        _specs[reference.Hash] = spec;
        return reference;
    }

    /// <summary>Loses a stored spec.</summary>
    public void LoseSpec(string hash) => _specs.Remove(hash);

    /// <summary>Deletes a namespace as a person would: without the app.</summary>
    public void RemoveNamespace(string clusterId, string tenantId, int incarnation) => _namespaces.Remove($"{clusterId}/{tenantId}.{incarnation}");

    /// <summary>Makes every rollout of a spec end like this.</summary>
    public void FailRolloutOf(TenantSpec spec, RolloutObservation observation) => _rollouts[SpecRef.Of(spec).Hash] = observation;

    /// <summary>Makes the rollouts of all specs succeed again.</summary>
    public void HealRollouts() => _rollouts.Clear();

    /// <summary>The hash of the spec that was applied last in a namespace.</summary>
    public string? AppliedSpec(string key) => _namespaces[key].Tenant.SpecHash;

    /// <summary>The expiry that a namespace carries.</summary>
    public TenantExpiry? AppliedExpiry(string key) => _namespaces[key].Tenant.Expiry;

    private RolloutObservation Watch(PlacedTenant tenant) => _rollouts.GetValueOrDefault(tenant.SpecHash ?? "") ?? Rollout;

    private static string? FormerPoolOf(PlacedTenant tenant) =>
        tenant.Former?.PoolName is { } pool ? $"{tenant.ClusterId}/{pool}" : null;

    private FoundSpecs FindSpecs(SpecQuery query) => new(
        [.. query.Hashes.Where(_specs.ContainsKey).Select(h => SpecRef.Of(_specs[h]))],
        [.. query.Hashes.Where(h => !_specs.ContainsKey(h))]);

    private object? SuspendWorkloads(PlacedTenant tenant)
    {
        if (!_namespaces.TryGetValue(Key(tenant), out var found))
        {
            throw new NotFoundException("NamespaceNotFound", $"The namespace {Key(tenant)} does not exist.");
        }

        _namespaces[Key(tenant)] = found with { Tenant = tenant with { PoolName = null }, Pool = "", FormerPool = null, IsSuspended = true };
        return null;
    }

    private PoolPods ReadPoolPods(PoolRef pool)
    {
        string[] names =
        [
            .. _namespaces.Where(n => n.Value.Uses(Key(pool))).Select(n => $"{n.Key}/web-1").Order(StringComparer.Ordinal),
            .. Enumerable.Repeat("tenant-other/web-1", Pods.GetValueOrDefault(Key(pool))),
        ];
        return new(names.Length, [.. names.Take(5)]);
    }

    private InspectionReport InspectTenants(InspectionPage page) => new(
        [.. page.Tenants.Select(t => Observe(page.ClusterId, t))], ApiCalls: 1);

    private TenantObservation Observe(string clusterId, InspectedTenant tenant) =>
        _namespaces.TryGetValue($"{clusterId}/{tenant.TenantId}.{tenant.Incarnation}", out var found)
            ? new(tenant.TenantId, tenant.Incarnation, NamespaceCondition.Present, found.IsSuspended ? 0 : 1, tenant.IsSuspended ? 0 : 1, TenantExpiry.IsSame(found.Tenant.Expiry, tenant.Expiry) ? [] : [
                new(FindingKind.FieldChanged, $"Namespace/tenant-{tenant.TenantId}", "metadata.annotations", "has another expiry", IsRepairable: true)])
            : new(tenant.TenantId, tenant.Incarnation, NamespaceCondition.Missing, 0, tenant.IsSuspended ? 0 : 1, [
                new(FindingKind.NamespaceMissing, $"Namespace/tenant-{tenant.TenantId}", null, "does not exist", IsRepairable: true)]);

    private NamespacePage ListTenantNamespaces(NamespaceQuery query) => new(
        [
            .. _namespaces.Where(n => n.Key.StartsWith($"{query.ClusterId}/", StringComparison.Ordinal))
                .OrderBy(n => n.Key, StringComparer.Ordinal)
                .Select(n => new FoundNamespace(
                    $"tenant-{n.Value.Tenant.TenantId}", n.Key, "tenantsandbox", n.Value.Tenant.TenantId, n.Value.Tenant.Incarnation,
                    n.Value.Tenant.Revision, n.Value.Tenant.SpecHash, n.Value.Tenant.PoolName, n.Value.IsSuspended, DateTimeOffset.UnixEpoch, false,
                    n.Value.Tenant.Expiry)),
        ],
        Continuation: null);

    private RemovedFinalizers RemoveFinalizers(FinalizerRemoval removal)
    {
        if (NamespaceBlocker is null || !removal.Finalizers.Any(f => NamespaceBlocker.Contains(f, StringComparison.Ordinal)))
        {
            return new([]);
        }

        NamespaceBlocker = null;
        return new([.. removal.Finalizers.Select(f => new RemovedFinalizer($"Namespace/tenant-{removal.Tenant.TenantId}", f))]);
    }
}
