using CsCheck;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

/// <summary>Random tenants within the limits of requests.</summary>
internal static class TenantGen
{
    private static readonly Gen<WorkloadPort> Port = Gen.Select(Gen.Int[1, 65535], Gen.OneOfConst("TCP", "UDP"), (p, proto) => new WorkloadPort(p, proto));

    private static readonly Gen<EgressRule> Egress = Gen.Select(
        Gen.UInt, Gen.Int[0, 16], Port.List[0, 3], (address, prefix, ports) => new EgressRule(Block(address, prefix), ports));

    private static readonly Gen<WorkloadSpec> Workload = Gen.Select(
        Gen.Int[1, 50], Gen.Int[1, 16000], Gen.Int[128, 65536], Port.List[0, 4],
        (replicas, cpu, memory, ports) => Sample.Web with
        {
            Replicas = replicas,
            CpuMillis = cpu,
            MemoryMiB = memory,
            Ports = [.. ports.DistinctBy(p => (p.Port, p.Protocol))],
        });

    public static readonly Gen<DesiredTenant> Tenant = Gen.Select(Workload.List[1, 20], Egress.List[0, 5], (workloads, egress) =>
        Sample.Placed("acme", [.. workloads.Select((w, i) => w with { Name = $"w{i}" })], egress));

    private static string Block(uint address, int prefix)
    {
        var bits = prefix == 0 ? 0 : address & (uint.MaxValue << (32 - prefix));
        return $"{bits >> 24}.{(bits >> 16) & 255}.{(bits >> 8) & 255}.{bits & 255}/{prefix}";
    }
}
