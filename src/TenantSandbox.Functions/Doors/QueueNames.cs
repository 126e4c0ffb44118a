namespace TenantSandbox.Functions.Doors;

/// <summary>Names of the storage queues.</summary>
internal static class QueueNames
{
    /// <summary>Requests come in here.</summary>
    public const string Requests = "tenant-requests";

    /// <summary>The host moves a message here when handling it failed five times: storage or the engine was down, or there is a bug.</summary>
    public const string Poison = "tenant-requests-poison";

    /// <summary>What could not be carried out is kept here with the reason, for a person. Nothing reads it.</summary>
    public const string Rejected = "tenant-requests-rejected";
}
