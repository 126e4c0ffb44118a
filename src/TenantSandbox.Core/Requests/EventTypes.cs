namespace TenantSandbox.Core.Requests;

/// <summary>Names of the CloudEvents that come in and go out. They are a public contract: a name never changes its meaning.</summary>
public static class EventTypes
{
    public const string TenantReady = "tenantsandbox.tenant.ready";
    public const string TenantUpdated = "tenantsandbox.tenant.updated";
    public const string TenantSuspended = "tenantsandbox.tenant.suspended";
    public const string TenantResumed = "tenantsandbox.tenant.resumed";
    public const string TenantOffboarded = "tenantsandbox.tenant.offboarded";
    public const string TenantFailed = "tenantsandbox.tenant.failed";
    public const string TenantQuarantined = "tenantsandbox.tenant.quarantined";
    public const string TenantExpiring = "tenantsandbox.tenant.expiring";
    public const string PoolCreated = "tenantsandbox.pool.created";
    public const string PoolDeleted = "tenantsandbox.pool.deleted";
    public const string PoolFailed = "tenantsandbox.pool.failed";

    private const string Prefix = "tenantsandbox.tenant.";
    private const string Suffix = ".requested";

    /// <summary>The type of the event that asks for <paramref name="kind"/>.</summary>
    public static string Requested(TenantRequestKind kind) => $"{Prefix}{kind.ToWireName()}{Suffix}";

    /// <summary>Reads the kind out of an event type; case matters, as CloudEvents asks.</summary>
    /// <returns>False when <paramref name="eventType"/> is not a request of this system.</returns>
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
