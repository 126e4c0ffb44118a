using k8s;
using k8s.Models;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Requests;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes;
using TenantSandbox.Functions.Kubernetes.Manifests;
using TenantSandbox.Functions.Tests.Kubernetes.Manifests;

namespace TenantSandbox.Functions.Tests.Kubernetes.Policies;

/// <summary>
/// Everything that the app and its controllers make for a tenant with every kind of workload, as admission cases that must be allowed:
/// a policy that refuses what the app renders fails <c>./dev policies</c>.
/// </summary>
public sealed class RenderedCasesTests
{
    private const string App = "00000000-0000-0000-0000-000000000000";

    private const string WithVolumes =
        """
        { "spec": {
            "imagePullSecrets": [ { "name": "pull" } ],
            "containers": [
              { "name": "shop", "image": "registry.example/shop:1", "resources": { "limits": { "cpu": "1", "memory": "1Gi" } },
                "env": [ { "name": "PASSWORD", "valueFrom": { "secretKeyRef": { "name": "db", "key": "password" } } } ],
                "volumeMounts": [ { "name": "settings", "mountPath": "/settings" }, { "name": "data", "mountPath": "/data" } ] } ],
            "volumes": [ { "name": "settings", "configMap": { "name": "settings" } }, { "name": "data", "persistentVolumeClaim": { "claimName": "data" } } ] } }
        """;

    [Fact]
    public void Render_TenantOfEveryKind_MatchesTheCases()
    {
        var tenant = Tenant();
        var options = Templates.Installation;
        var workloads = TenantManifests.Workloads(tenant, options);
        IKubernetesObject<V1ObjectMeta>[] applied =
        [
            .. TenantManifests.RuntimeClasses(tenant, options),
            NamespaceManifest.Namespace(tenant, options),
            .. TenantManifests.Guardrails(tenant, options, new([])).Where(m => m is not CiliumNetworkPolicy),
            .. TenantManifests.Volumes(tenant, options),
            .. SecretManifest.Placeholders(tenant, options),
            .. workloads,
            .. TenantManifests.Autoscalers(tenant, options),
            .. TenantManifests.Services(tenant, options),
        ];

        Golden.CompareSource(
            "tests/policies/defaults/rendered.yaml",
            $"# What the app renders. Written by {nameof(RenderedCasesTests)} with UPDATE_GOLDEN=1.\n" + KubernetesYaml.Serialize(new Dictionary<string, object>
            {
                ["cases"] = (object[])[.. applied.Select(m => Case(App, m)), .. workloads.Select(w => Case(MakerOf(w), PodOf(w)))],
            }));
    }

    private static DesiredTenant Tenant()
    {
        var spec = Templates.ParseWithVolumes(WithVolumes).Spec!;
        WorkloadSpec[] workloads =
        [
            .. spec.Workloads,
            Templates.Workload(Templates.Shop, "front") with { Identity = new WorkloadIdentity("11111111-2222-3333-4444-555555555555") },
            Templates.Read("""{"name":"api","image":"registry.example/api:1","cpu":"2","memory":"4Gi","replicas":{"min":1,"max":3},"ports":[{"port":8080}],"ingress":{"from":[{"workload":"api"}]}}"""),
            Templates.Read("""{"name":"db","kind":"StatefulSet","image":"registry.example/db:1","cpu":"500m","memory":"512Mi","ports":[{"port":5432}]}"""),
            Templates.Read("""{"name":"migrate","kind":"Job","image":"registry.example/migrate:1","cpu":"100m","memory":"256Mi"}"""),
            Templates.Read("""{"name":"nightly","kind":"CronJob","image":"registry.example/report:1","cpu":"100m","memory":"128Mi","cronJob":{"schedule":"0 3 * * *"}}"""),
        ];
        return Sample.Placed("acme", workloads) with { Spec = spec with { Workloads = workloads } };
    }

    private static Dictionary<string, object> Case(string user, IKubernetesObject<V1ObjectMeta> manifest) => new()
    {
        ["name"] = $"{manifest.Kind} {manifest.Metadata.Name}",
        ["user"] = new Dictionary<string, string> { ["name"] = user },
        ["object"] = manifest,
        ["expect"] = "allow",
    };

    private static string MakerOf(IKubernetesObject<V1ObjectMeta> workload) => "system:serviceaccount:kube-system:" + workload switch
    {
        V1Deployment => "replicaset-controller",
        V1StatefulSet => "statefulset-controller",
        _ => "job-controller",
    };

    // With what RuntimeClass admission adds, DefaultTolerationSeconds and PodTolerationRestriction.
    private static V1Pod PodOf(IKubernetesObject<V1ObjectMeta> workload)
    {
        var template = WorkloadManifest.TemplateOf(workload);
        var spec = KubernetesJson.Deserialize<V1PodSpec>(KubernetesJson.Serialize(template.Spec));
        var runtimeClass = RuntimeClassManifest.RuntimeClass(
            KataSizing.Documented.Single(c => c.RuntimeClassName == spec.RuntimeClassName), KataNames.Of(KataNameSet.Current));
        spec.Overhead = runtimeClass.Overhead.PodFixed;
        spec.NodeSelector = new Dictionary<string, string>(spec.NodeSelector.Concat(runtimeClass.Scheduling.NodeSelector));
        spec.Tolerations =
        [
            .. runtimeClass.Scheduling.Tolerations,
            Exists("node.kubernetes.io/not-ready", "NoExecute", 300),
            Exists("node.kubernetes.io/unreachable", "NoExecute", 300),
            Exists("node.kubernetes.io/memory-pressure", "NoSchedule"),
        ];
        return new V1Pod
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new V1ObjectMeta
            {
                Name = $"{workload.Metadata.Name}-0",
                NamespaceProperty = workload.Metadata.NamespaceProperty,
                Labels = template.Metadata.Labels,
                Annotations = template.Metadata.Annotations,
            },
            Spec = spec,
        };
    }

    private static V1Toleration Exists(string key, string effect, long? seconds = null) =>
        new() { Key = key, OperatorProperty = "Exists", Effect = effect, TolerationSeconds = seconds };
}
