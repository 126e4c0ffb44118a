namespace TenantSandbox.Core.Capacity;

/// <summary>An Azure VM size that Pod Sandboxing accepts.</summary>
/// <param name="Name">As Azure spells it, such as <c>Standard_D4s_v5</c>.</param>
/// <param name="VCpus">Virtual CPUs.</param>
/// <param name="MemoryMiB">Nominal memory.</param>
public sealed record VmSize(string Name, int VCpus, int MemoryMiB);
