namespace TenantSandbox.Functions.Configuration;

/// <summary>Pod Sandboxing's names on the wire (AKS documentation, use Pod Sandboxing, and its earlier revisions).</summary>
/// <param name="WorkloadRuntime">The agent pool's <c>workloadRuntime</c>.</param>
/// <param name="OsSku">The agent pool's <c>osSKU</c>.</param>
/// <param name="NodeLabel">The label that AKS puts on nodes of such a pool, with the value <c>true</c>.</param>
internal sealed record KataNames(string WorkloadRuntime, string OsSku, string NodeLabel)
{
    /// <summary>containerd's handler on the node, the same in both sets.</summary>
    public const string Handler = "kata";

    private static readonly KataNames Current =
        new("KataVmIsolation", "AzureLinux", "kubernetes.azure.com/kata-vm-isolation");

    private static readonly KataNames Preview =
        new("KataMshvVmIsolation", "Mariner", "kubernetes.azure.com/kata-mshv-vm-isolation");

    public static KataNames Of(KataNameSet set) => set == KataNameSet.Preview ? Preview : Current;
}
