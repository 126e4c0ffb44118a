using k8s;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// The pod template of one workload, completed by what isolation depends on: it complies with the restricted Pod Security Standard, runs
/// in a kata guest of the tenant's pool, and requests what its limits are.
/// </summary>
internal static class PodManifest
{
    /// <param name="workload">The workload.</param>
    /// <param name="labels">The app's labels, which replace those of the template with the same names.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="options">All settings.</param>
    public static V1PodTemplateSpec Template(
        WorkloadSpec workload, IEnumerable<KeyValuePair<string, string>> labels, DesiredTenant tenant, TenantSandboxOptions options)
    {
        var template = KubernetesJson.Deserialize<V1PodTemplateSpec>(workload.ToTemplate().Json);
        template.Metadata ??= new V1ObjectMeta();
        template.Metadata.Labels = new Dictionary<string, string>(labels.Concat(template.Metadata.Labels ?? new Dictionary<string, string>()).DistinctBy(l => l.Key));
        VolumeMarks.Set(template, workload, tenant, options);
        SetPod(template.Spec, workload, tenant, options);
        foreach (var container in template.Spec.AllContainers())
        {
            SetContainer(container, options.Workloads);
        }

        TmpVolumes.Add(template.Spec, options.Workloads.TmpSizeMiB);
        IdentityManifest.Add(template, workload, options);
        if (SecretManifest.RolloutMark(workload, tenant) is { } mark)
        {
            template.Metadata.Annotations ??= new Dictionary<string, string>();
            template.Metadata.Annotations[Labels.SecretMark] = mark;
        }

        return template;
    }

    /// <summary>Containers, then init containers.</summary>
    public static IEnumerable<V1Container> AllContainers(this V1PodSpec pod) => pod.Containers.Concat(pod.InitContainers ?? []);

    private static void SetPod(V1PodSpec pod, WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options)
    {
        pod.RuntimeClassName = SizeClass.Of(workload, tenant).RuntimeClassName;
        // Its pods never preempt: one that fits nowhere waits for another node instead of displacing what keeps room for probes.
        pod.PriorityClassName = options.Verification.HasProbe ? PriorityClassManifest.Name : null;
        pod.ServiceAccountName = NamespaceManifest.ServiceAccountName;
        pod.AutomountServiceAccountToken = false;
        // Otherwise every Service of the namespace is added to every container's environment.
        pod.EnableServiceLinks = false;
        pod.NodeSelector = NodeSelector(tenant, options.Workloads);
        pod.SecurityContext ??= new V1PodSecurityContext();
        pod.SecurityContext.RunAsNonRoot = true;
        pod.SecurityContext.RunAsUser ??= options.Workloads.RunAsUser;
        pod.SecurityContext.SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" };
    }

    // Without a pool there are no pods: a suspended tenant has no reservation. Otherwise pods could run in any tenant's pool.
    private static Dictionary<string, string>? NodeSelector(DesiredTenant tenant, WorkloadOptions options) => tenant switch
    {
        _ when !options.BindToPool => null,
        { PoolName: { } pool } => new() { [SandboxNodes.PoolLabel] = pool },
        { IsSuspended: true } => null,
        _ => throw new InvalidException("PoolMissing", $"tenant {tenant.TenantId} has no agent pool on cluster {tenant.ClusterId}, and is not suspended"),
    };

    private static void SetContainer(V1Container container, WorkloadOptions options)
    {
        // Otherwise a pod could run a private image that another tenant's pod pulled to the same node.
        container.ImagePullPolicy = "Always";
        container.Resources.Requests = new Dictionary<string, ResourceQuantity>(container.Resources.Limits);
        container.SecurityContext ??= new V1SecurityContext();
        container.SecurityContext.AllowPrivilegeEscalation = false;
        container.SecurityContext.Capabilities ??= new V1Capabilities();
        container.SecurityContext.Capabilities.Drop = ["ALL"];
        container.SecurityContext.Privileged = false;
        container.SecurityContext.RunAsNonRoot = true;
        // A stored template can be older than the setting.
        container.SecurityContext.ReadOnlyRootFilesystem =
            !options.MayRootBeWritable || (container.SecurityContext.ReadOnlyRootFilesystem ?? options.ReadOnlyRootFilesystem);
    }
}
