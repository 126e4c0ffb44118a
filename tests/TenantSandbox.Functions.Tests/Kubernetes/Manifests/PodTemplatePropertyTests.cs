using System.Text.Json.Nodes;
using CsCheck;
using k8s;
using TenantSandbox.AksTwin.Kubernetes;
using TenantSandbox.Core.Requests.Volumes;
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
        var parsed = Templates.ParseWithVolumes(template);
        Assert.Empty(parsed.Faults);
        var workload = parsed.Spec!.Workloads[0];
        var tenant = Sample.Placed("acme", [workload]) with { Spec = parsed.Spec };
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
        var used = TemplateVolumes.Of(workload);
        Assert.Equal(used.Claims.Count > 0 ? "Recreate" : "RollingUpdate", deployment.Spec.Strategy.Type);
        Assert.Equal(used.ConfigMaps.Count > 0, deployment.Spec.Template.Metadata.Annotations.ContainsKey(Labels.ConfigHash));
        Assert.All(
            (deployment.Spec.Template.Spec.Volumes ?? []).Where(v => v.Ephemeral is not null),
            v => Assert.Equal("acme", v.Ephemeral.VolumeClaimTemplate.Metadata.Labels[Labels.Tenant]));
    }, iter: 10_000);

    [Fact]
    public void Volumes_OfARequest_AreWellFormed()
    {
        var parsed = Templates.ParseWithVolumes(Templates.Shop);
        var volumes = TenantManifests.Volumes(Sample.Placed("acme", []) with { Spec = parsed.Spec! }, Sample.Options);

        Assert.Equal(["ConfigMap settings", "PersistentVolumeClaim data"], volumes.Select(v => $"{v.Kind} {v.Metadata.Name}"));
        Assert.All(volumes, volume =>
        {
            var kind = volume.Kind == "ConfigMap" ? Kinds.ConfigMaps : Kinds.PersistentVolumeClaims;
            var unknown = new List<string>();
            var json = ObjectDecoder.Decode(kind, JsonNode.Parse(KubernetesJson.Serialize(volume))!.AsObject(), unknown);
            Assert.Empty(unknown);
            ObjectValidation.Validate(kind, json, null);
            Assert.Equal("acme", volume.Metadata.Labels[Labels.Tenant]);
        });
        Assert.Equal("retain", volumes[1].Metadata.Annotations[Labels.OnOffboard]);
    }

    [Fact]
    public void Parse_AnyValidTemplate_StaysTheSameWhenItIsSentAsStored() => PodTemplateGen.Template.Sample(template =>
    {
        var once = Templates.ParseWithVolumes(template).Spec!.Workloads[0].PodTemplate!;

        var again = Templates.ParseWithVolumes(once.Json);

        Assert.Equal(once, again.Spec!.Workloads[0].PodTemplate);
        Assert.Empty(again.Notes!);
    }, iter: 500);
}
