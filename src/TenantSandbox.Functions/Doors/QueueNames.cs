namespace TenantSandbox.Functions.Doors;

/// <summary>Names of the storage queues.</summary>
internal static class QueueNames
{
    /// <summary>The queue of requests.</summary>
    public const string Requests = "tenant-requests";

    /// <summary>The host moves a message here when handling it failed five times: storage or the durable backend was down, or there is a bug.</summary>
    public const string Poison = "tenant-requests-poison";

    /// <summary>Rejected requests with the reason, for operators. No function reads it.</summary>
    public const string Rejected = "tenant-requests-rejected";
}
