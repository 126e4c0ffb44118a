namespace TenantSandbox.Functions.Operations;

/// <summary>Where an operation can stand. They are a public contract.</summary>
internal static class OperationStatuses
{
    /// <summary>Accepted; waits for its turn.</summary>
    public const string Pending = "pending";

    public const string Running = "running";

    /// <summary>Held by an operator.</summary>
    public const string Suspended = "suspended";

    public const string Succeeded = "succeeded";
    public const string Failed = "failed";

    /// <summary>Ended by an operator.</summary>
    public const string Canceled = "canceled";

    /// <summary>A later request made it pointless, or what it waited for failed, before its turn came.</summary>
    public const string Skipped = "skipped";
}
