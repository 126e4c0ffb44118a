using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The users as which the cluster's own components write.</summary>
internal static class ControllerUsers
{
    private static readonly UserInfo Manager = UserInfo.FromName("system:kube-controller-manager");
    private static readonly ConcurrentDictionary<string, UserInfo> Kubelets = new(StringComparer.Ordinal);

    /// <summary>Each controller of kube-controller-manager has a service account (<c>--use-service-account-credentials</c>, as on AKS).</summary>
    private static readonly FrozenDictionary<Type, UserInfo> Controllers = new Dictionary<Type, string>
    {
        [typeof(NamespaceController)] = "namespace-controller",
        [typeof(NodeController)] = "node-controller",
        [typeof(GarbageCollector)] = "generic-garbage-collector",
        [typeof(ResourceQuotaController)] = "resourcequota-controller",
        [typeof(ServiceController)] = "endpoint-controller",
        [typeof(DeploymentController)] = "deployment-controller",
        [typeof(ReplicaSetController)] = "replicaset-controller",
        [typeof(StatefulSetController)] = "statefulset-controller",
        [typeof(DaemonSetController)] = "daemon-set-controller",
        [typeof(JobController)] = "job-controller",
        [typeof(CronJobController)] = "cronjob-controller",
        [typeof(AutoscalerController)] = "horizontal-pod-autoscaler",
        [typeof(ClaimController)] = "persistent-volume-binder",
        [typeof(VolumeController)] = "persistent-volume-binder",
        [typeof(EphemeralVolumeController)] = "ephemeral-volume-controller",
        [typeof(AdmissionPolicyStatusController)] = "validatingadmissionpolicy-status-controller",
    }.ToFrozenDictionary(c => c.Key, c => ServiceAccount(c.Value));

    public static UserInfo ServiceAccount(string name) => UserInfo.FromName($"system:serviceaccount:kube-system:{name}");

    public static UserInfo Kubelet(string node) => Kubelets.GetOrAdd(node, static n => UserInfo.FromName($"system:node:{n}"));

    /// <summary>The user as which a controller reconciles an object. Pods are reconciled by the kubelet of their node.</summary>
    public static UserInfo Of(IController controller, ObjectKey key, ObjectStore store) =>
        Controllers.GetValueOrDefault(controller.GetType())
        ?? (controller is Kubelet && store.Find(key)?.NodeName is { } node ? Kubelet(node) : Manager);
}
