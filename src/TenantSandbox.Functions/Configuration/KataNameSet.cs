namespace TenantSandbox.Functions.Configuration;

/// <summary>Which generation of Pod Sandboxing's names a cluster knows.</summary>
internal enum KataNameSet
{
    /// <summary>General availability, since November 2025.</summary>
    Current,

    /// <summary>The preview's names, for clusters that still have them.</summary>
    Preview,
}
