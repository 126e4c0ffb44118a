namespace TenantSandbox.Core.Requests;

/// <summary>Types of the incoming and outgoing CloudEvents. They are a public contract: the meaning of a type never changes.</summary>
public static class EventTypes
{
    public const string TenantReady = "tenantsandbox.tenant.ready";
    public const string TenantUpdated = "tenantsandbox.tenant.updated";
    public const string TenantSuspended = "tenantsandbox.tenant.suspended";
    public const string TenantResumed = "tenantsandbox.tenant.resumed";
    public const string TenantReconciled = "tenantsandbox.tenant.reconciled";
    public const string TenantCompensated = "tenantsandbox.tenant.compensated";
    public const string TenantOffboarded = "tenantsandbox.tenant.offboarded";
    public const string TenantFailed = "tenantsandbox.tenant.failed";
    public const string TenantQuarantined = "tenantsandbox.tenant.quarantined";
    public const string TenantVerified = "tenantsandbox.tenant.verified";
    public const string TenantExpiring = "tenantsandbox.tenant.expiring";
    public const string PoolCreated = "tenantsandbox.pool.created";
    public const string PoolDeleted = "tenantsandbox.pool.deleted";
    public const string PoolFailed = "tenantsandbox.pool.failed";

    private const string Prefix = "tenantsandbox.tenant.";
    private const string Suffix = ".requested";

    /// <summary>The type of the event about a run of a maintenance task that found something.</summary>
    public static string Maintenance(string task) => $"tenantsandbox.maintenance.{task}";

    /// <summary>The event type that requests <paramref name="kind"/>.</summary>
    public static string Requested(TenantRequestKind kind) => $"{Prefix}{kind.ToWireName()}{Suffix}";

    /// <summary>Parses the request kind of an event type. Case-sensitive, as CloudEvents requires.</summary>
    /// <returns>False when <paramref name="eventType"/> is not a request type of this system.</returns>
    public static bool TryParseRequested(string? eventType, out TenantRequestKind kind)
    {
        kind = default;
        return eventType is not null
            && eventType.Length > Prefix.Length + Suffix.Length
            && eventType.StartsWith(Prefix, StringComparison.Ordinal)
            && eventType.EndsWith(Suffix, StringComparison.Ordinal)
            && TenantRequestKinds.TryParse(eventType[Prefix.Length..^Suffix.Length], out kind);
    }
}
