using System.Text.Json.Nodes;
using CsCheck;
using k8s;
using k8s.Models;
using TenantSandbox.AksTwin.Kubernetes;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

public sealed class PodTemplatePropertyTests
{
    private static readonly TenantSandboxOptions Network = NetworkGen.Options;

    private static readonly StoredObject RestrictedNamespace = new(
        new ObjectKey(Kinds.Namespaces, "", "tenant-acme"),
        JsonNode.Parse("""{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}""")!.AsObject(),
        1);

    [Fact]
    public void Objects_AnyValidRequest_AreRestrictedAndWellFormed() => Gen.Select(PodTemplateGen.Template, NetworkGen.Properties).Sample((template, properties) =>
    {
        var parsed = Templates.Parse(template, rules: Network.ToRules(), more: JsonNode.Parse(properties)!.AsObject());
        Assert.Empty(parsed.Faults);
        var workload = parsed.Spec!.Workloads[0];
        var tenant = Sample.Placed("acme", [workload]);
        if (properties.Length > 2)
        {
            var guardrails = TenantManifests.Guardrails(tenant, Network, ["10.244.0.0/16"]);
            TwinCheck.IsWellFormed(Kinds.NetworkPolicies, guardrails.OfType<V1NetworkPolicy>());
            TwinCheck.IsWellFormed(Kinds.CiliumNetworkPolicies, guardrails.OfType<Functions.Kubernetes.Manifests.CiliumNetworkPolicy>());
            TwinCheck.IsWellFormed(Kinds.Services, TenantManifests.Services(tenant, Network));
            TwinCheck.IsWellFormed(Kinds.HttpRoutes, TenantManifests.Routes(tenant, Network));
        }

        var deployment = DeploymentManifest.Deployment(workload, tenant, Sample.Options);
        var unknown = new List<string>();
        var json = ObjectDecoder.Decode(Kinds.Deployments, JsonNode.Parse(KubernetesJson.Serialize(deployment))!.AsObject(), unknown);
        var pod = json["spec"]!["template"]!["spec"]!.AsObject();

        Assert.Empty(unknown);
        ObjectValidation.Validate(Kinds.Deployments, json, null);
        Assert.Null(PodSecurity.FindViolations(RestrictedNamespace, "enforce", pod));
        Assert.Equal((workload.CpuMillis / 1000m, workload.MemoryMiB * 1024m * 1024), (PodResources.OfPod(pod).Cpu, PodResources.OfPod(pod).Memory));
        Assert.All(deployment.Spec.Template.Spec.AllContainers(), c =>
        {
            Assert.Equal(c.Resources.Limits, c.Resources.Requests);
            Assert.Equal("Always", c.ImagePullPolicy);
        });
    }, iter: 10_000);

    [Fact]
    public void Parse_AnyValidTemplate_StaysTheSameWhenItIsSentAsStored() => PodTemplateGen.Template.Sample(template =>
    {
        var once = Templates.Workload(template).PodTemplate!;

        var again = Templates.Parse(once.Json);

        Assert.Equal(once, again.Spec!.Workloads[0].PodTemplate);
        Assert.Empty(again.Notes!);
    }, iter: 500);
}
