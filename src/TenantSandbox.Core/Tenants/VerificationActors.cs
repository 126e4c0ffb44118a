namespace TenantSandbox.Core.Tenants;

/// <summary>Who asks for verifications besides people; reports name the cause by it.</summary>
public static class VerificationActors
{
    /// <summary>The regular time has come.</summary>
    public const string Timer = "verification-timer";

    /// <summary>The node image of the agent pool is another one than at the last verification.</summary>
    public const string NodeImage = "node-image-change";
}
