using System.Text.Json.Nodes;
using CsCheck;
using k8s;
using TenantSandbox.AksTwin.Kubernetes;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

public sealed class PodTemplatePropertyTests
{
    private static readonly StoredObject RestrictedNamespace = new(
        new ObjectKey(Kinds.Namespaces, "", "tenant-acme"),
        JsonNode.Parse("""{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}""")!.AsObject(),
        1);

    [Fact]
    public void Deployment_AnyValidTemplate_IsRestrictedAndWellFormed() => PodTemplateGen.Template.Sample(template =>
    {
        var workload = Templates.Workload(template);
        var tenant = Sample.Placed("acme", [workload]);
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
