using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Network;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Inspection;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Tests.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Inspection;

/// <summary>What the evaluator says about the rendered policies of random tenants. CsCheck prints the seed of a failing case.</summary>
public sealed class NetworkInspectionTests
{
    private static readonly string[] Addresses = ["169.254.169.254", "168.63.129.16", "10.244.7.7", "203.0.113.9", "168.63.0.1", "fe80::1", "2001:db8::1"];

    [Fact]
    public void Inspect_RenderedPoliciesOfAnyTenant_OpenNothingBeyondThemselves() => NetworkGen.Tenant.Sample(tenant =>
    {
        if (Render(tenant) is { } policies)
        {
            Assert.Empty(NetworkInspection.Inspect([.. policies, .. TenantManifests.Workloads(tenant, NetworkGen.Options)], policies, []));
        }
    });

    [Fact]
    public void AllowedAddresses_RenderedPoliciesOfAnyTenant_AreThoseOfThePacketFilter() => NetworkGen.Tenant.Sample(tenant =>
    {
        if (Render(tenant) is not { } policies)
        {
            return;
        }

        var filter = new PacketFilter([.. policies.OfType<V1NetworkPolicy>()], []);
        var sets = new Reachability(policies.Select(p => NetworkPolicyReader.Read(ToJson(p))), []);
        foreach (var workload in TenantManifests.Workloads(tenant, NetworkGen.Options))
        {
            var pod = NetworkPod.Read(ToJson(workload));
            var end = new PacketEnd("10.244.1.1", pod.Namespace, pod.Labels);
            var (egress, ingress) = (sets.AllowedAddresses(pod, TrafficDirection.Egress), sets.AllowedAddresses(pod, TrafficDirection.Ingress));
            foreach (var address in Addresses)
            {
                foreach (var port in (int[])[53, 80, 443, 8080, 12345])
                {
                    Assert.Equal(filter.AllowsEgress(end, new PacketEnd(address), port), egress.PortsAt(IPAddress.Parse(address)).Contains(TransportProtocol.Tcp, port));
                    Assert.Equal(filter.AllowsIngress(new PacketEnd(address), end, port), ingress.PortsAt(IPAddress.Parse(address)).Contains(TransportProtocol.Tcp, port));
                }
            }
        }
    });

    /// <summary>Null for a tenant that is refused because of a block that is denied as a whole.</summary>
    private static IReadOnlyList<IKubernetesObject<V1ObjectMeta>>? Render(DesiredTenant tenant)
    {
        try
        {
            return [.. TenantManifests.Guardrails(tenant, NetworkGen.Options, new(["10.244.0.0/16", "10.0.0.0/16"])).OfType<V1NetworkPolicy>()];
        }
        catch (InvalidException e) when (e.Code is "EgressDenied" or "IngressDenied")
        {
            return null;
        }
    }

    private static JsonObject ToJson(object item) => JsonNode.Parse(KubernetesJson.Serialize(item))!.AsObject();
}
