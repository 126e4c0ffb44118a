using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using k8s;
using k8s.Models;
using TenantSandbox.AksTwin.Kubernetes;
using TenantSandbox.AksTwin.Kubernetes.PodSecurity;
using TenantSandbox.Core.Isolation.PodSecurity;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Core.Requests.Volumes;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Manifests;

public sealed class PodTemplatePropertyTests
{
    private static readonly TenantSandboxOptions Options = Templates.Installation;

    private static readonly int Requests = int.Parse(Environment.GetEnvironmentVariable("RANDOM_REQUESTS") ?? "2000", CultureInfo.InvariantCulture);

    private static readonly JsonObject RestrictedNamespace =
        JsonNode.Parse("""{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}""")!.AsObject();

    [Fact]
    public void Objects_AnyValidRequest_AreRestrictedAndWellFormed() => Gen.Select(KindGen.Workload, Gen.Bool).Sample((request, hasIdentity) =>
    {
        var parsed = Templates.ParseWorkload(request, Templates.Rules, Templates.Declarations);
        Assert.Empty(parsed.Faults);
        var workload = parsed.Spec!.Workloads[0] with { Identity = hasIdentity ? new WorkloadIdentity("22222222-3333-4444-5555-666666666666") : null };
        var tenant = Sample.Placed("acme", [workload]);
        tenant = tenant with { Spec = parsed.Spec with { Workloads = [workload] } };
        var guardrails = TenantManifests.Guardrails(tenant, Options, new(["10.244.0.0/16"]));
        TwinCheck.IsWellFormed(Kinds.NetworkPolicies, guardrails.OfType<V1NetworkPolicy>());
        TwinCheck.IsWellFormed(Kinds.CiliumNetworkPolicies, guardrails.OfType<Functions.Kubernetes.Manifests.CiliumNetworkPolicy>());
        TwinCheck.IsWellFormed(Kinds.HttpRoutes, TenantManifests.Routes(tenant, Options));
        var manifest = WorkloadManifest.Of(workload, tenant, Options);
        var pod = KindOf(manifest).FindPodSpec(Validate(manifest))!;

        Assert.Null(PodSecurityAdmission.FindWarning(RestrictedNamespace, pod.Parent!.AsObject()));
        if (manifest is V1StatefulSet)
        {
            // The API server looks at the pod only when its controller makes it.
            Validate(TenantAdmission.PodOf(manifest));
        }

        Assert.Empty(PodSecurityEvaluator.Evaluate(pod.Parent!.AsObject(), PodSecurityLevel.Restricted));
        Assert.Equal((workload.CpuMillis / 1000m, workload.MemoryMiB * 1024m * 1024), (PodResources.OfPod(pod).Cpu, PodResources.OfPod(pod).Memory));
        var template = WorkloadManifest.TemplateOf(manifest);
        Assert.Equal(SecretUses.Of(workload.PodTemplate!).Contains("db"), template.Metadata.Annotations?.ContainsKey(Labels.SecretMark) == true);
        Assert.Equal(hasIdentity ? "workload-shop" : "tenant-workload", template.Spec.ServiceAccountName);
        Assert.False(template.Spec.AutomountServiceAccountToken);
        Assert.All(template.Spec.AllContainers(), c =>
        {
            Assert.Equal(c.Resources.Limits, c.Resources.Requests);
            Assert.Equal("Always", c.ImagePullPolicy);
        });
        IKubernetesObject<V1ObjectMeta>[] others = [.. TenantManifests.Services(tenant, Options), .. TenantManifests.Autoscalers(tenant, Options)];
        Assert.All(others, other => Validate(other));
        Assert.Equal(workload.Kind == WorkloadKind.StatefulSet, others.OfType<V1Service>().Any(s => s.Spec.ClusterIP == "None"));
        Assert.Equal(workload.Scaling is not null, ReplicaScaling.ReplicasOf(manifest) is null && !workload.Kind.RunsToCompletion());
        var used = TemplateVolumes.Of(workload);
        Assert.Equal(used.Claims.Count > 0, manifest is V1Deployment { Spec.Strategy.Type: "Recreate" });
        Assert.Equal(used.ConfigMaps.Count > 0, template.Metadata.Annotations?.ContainsKey(Labels.ConfigHash) == true);
        Assert.All(
            (template.Spec.Volumes ?? []).Where(v => v.Ephemeral is not null),
            v => Assert.Equal("acme", v.Ephemeral.VolumeClaimTemplate.Metadata.Labels[Labels.Tenant]));
    }, iter: Requests);

    [Fact]
    public void Volumes_OfARequest_AreWellFormed()
    {
        var parsed = Templates.ParseWithVolumes(Templates.Shop);
        var volumes = TenantManifests.Volumes(Sample.Placed("acme", []) with { Spec = parsed.Spec! }, Sample.Options);

        Assert.Equal(["ConfigMap settings", "PersistentVolumeClaim data"], volumes.Select(v => $"{v.Kind} {v.Metadata.Name}"));
        Assert.All(volumes, volume => Assert.Equal("acme", Validate(volume)["metadata"]!["labels"]![Labels.Tenant]!.GetValue<string>()));
        Assert.Equal("retain", volumes[1].Metadata.Annotations[Labels.OnOffboard]);
    }

    [Fact]
    public void Parse_AnyValidWorkload_StaysTheSameWhenItIsSentAsStored() => KindGen.Workload.Sample(request =>
    {
        var sent = JsonNode.Parse(request)!.AsObject();
        var once = Templates.ParseWorkload(request, Templates.Rules, Templates.Declarations).Spec!.Workloads[0];
        sent["podTemplate"] = JsonNode.Parse(once.PodTemplate!.Json);

        var again = Templates.ParseWorkload(sent.ToJsonString(), Templates.Rules, Templates.Declarations);

        Assert.Equal(SpecRef.Of(Sample.Placed("acme", [once]).Spec), SpecRef.Of(Sample.Placed("acme", [again.Spec!.Workloads[0]]).Spec));
        Assert.Empty(again.Notes!);
    }, iter: 500);

    /// <summary>Reads an object strictly and validates it, as an API server does.</summary>
    private static JsonObject Validate(IKubernetesObject<V1ObjectMeta> manifest)
    {
        var kind = KindOf(manifest);
        var unknown = new List<string>();
        var json = ObjectDecoder.Decode(kind, JsonNode.Parse(KubernetesJson.Serialize(manifest))!.AsObject(), unknown);
        Assert.Empty(unknown);
        if (kind == Kinds.Jobs)
        {
            // Its selector is made of the uid.
            json["metadata"]!["uid"] = "uid";
            Defaults.Apply(kind, json);
        }

        ObjectValidation.Validate(kind, json, null);
        return json;
    }

    private static ResourceKind KindOf(IKubernetesObject<V1ObjectMeta> manifest) => Kinds.All.Single(k => k.Kind == manifest.Kind);
}
