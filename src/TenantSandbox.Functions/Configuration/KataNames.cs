namespace TenantSandbox.Functions.Configuration;

/// <summary>The names of Pod Sandboxing on the wire (AKS documentation, "Pod Sandboxing", and its earlier revisions).</summary>
/// <param name="WorkloadRuntime">The agent pool's <c>workloadRuntime</c>.</param>
/// <param name="OsSku">The agent pool's <c>osSKU</c>.</param>
/// <param name="NodeLabel">The label that AKS sets on the pool's nodes, with the value <c>true</c>.</param>
internal sealed record KataNames(string WorkloadRuntime, string OsSku, string NodeLabel)
{
    /// <summary>containerd's handler on the node; the same in both sets.</summary>
    public const string Handler = "kata";

    private static readonly KataNames Current =
        new("KataVmIsolation", "AzureLinux", "kubernetes.azure.com/kata-vm-isolation");

    private static readonly KataNames Preview =
        new("KataMshvVmIsolation", "Mariner", "kubernetes.azure.com/kata-mshv-vm-isolation");

    public static KataNames Of(KataNameSet set) => set == KataNameSet.Preview ? Preview : Current;
}

/// <summary>Which set of names a cluster uses.</summary>
internal enum KataNameSet
{
    /// <summary>General availability, since November 2025.</summary>
    Current,

    /// <summary>The preview's names, for clusters that still have them.</summary>
    Preview,
}
