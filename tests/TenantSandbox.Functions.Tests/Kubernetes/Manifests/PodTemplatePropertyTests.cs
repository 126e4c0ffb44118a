using System.Text.Json.Nodes;
using CsCheck;
using k8s;
using TenantSandbox.AksTwin.Kubernetes;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

public sealed class PodTemplatePropertyTests
{
    private static readonly StoredObject RestrictedNamespace = new(
        new ObjectKey(Kinds.Namespaces, "", "tenant-acme"),
        JsonNode.Parse("""{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}""")!.AsObject(),
        1);

    private static readonly TenantSandboxOptions Options = new() { Identity = new IdentityOptions { TenantId = "33333333-4444-5555-6666-777777777777" } };

    private static readonly SecretRef Database =
        new("db", new Dictionary<string, string> { ["password"] = "https://tenants.vault.azure.net/secrets/acme--db" }, Rollout: true);

    [Fact]
    public void Deployment_AnyValidTemplate_IsRestrictedAndWellFormed() => Gen.Select(PodTemplateGen.Template, Gen.Bool).Sample((template, hasIdentity) =>
    {
        var identity = hasIdentity ? new WorkloadIdentity("22222222-3333-4444-5555-666666666666") : null;
        var workload = Templates.Workload(template) with { Identity = identity };
        var tenant = Sample.Placed("acme", [workload]);
        tenant = tenant with { Spec = tenant.Spec with { SecretRefs = [Database] } };
        var deployment = DeploymentManifest.Deployment(workload, tenant, Options);
        var unknown = new List<string>();
        var json = ObjectDecoder.Decode(Kinds.Deployments, JsonNode.Parse(KubernetesJson.Serialize(deployment))!.AsObject(), unknown);
        var pod = json["spec"]!["template"]!["spec"]!.AsObject();

        Assert.Empty(unknown);
        ObjectValidation.Validate(Kinds.Deployments, json, null);
        Assert.Null(PodSecurity.FindViolations(RestrictedNamespace, "enforce", pod));
        Assert.Equal((workload.CpuMillis / 1000m, workload.MemoryMiB * 1024m * 1024), (PodResources.OfPod(pod).Cpu, PodResources.OfPod(pod).Memory));
        Assert.Equal(
            SecretUses.Of(workload.PodTemplate!).Count > 0, deployment.Spec.Template.Metadata.Annotations?.ContainsKey(Labels.SecretMark) == true);
        Assert.Equal(hasIdentity ? "workload-shop" : "tenant-workload", deployment.Spec.Template.Spec.ServiceAccountName);
        Assert.False(deployment.Spec.Template.Spec.AutomountServiceAccountToken);
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
