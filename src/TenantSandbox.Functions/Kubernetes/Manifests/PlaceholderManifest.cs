using k8s.Models;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Functions.Configuration;
using TenantSandbox.Functions.Kubernetes.Baseline;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// One pod on each sandboxed node that takes as much as a probe and does nothing. It comes with the node, before any tenant's pod, and a probe
/// displaces it, so that a node which the scheduler has filled can be verified. The room is part of what a pool's capacity leaves free.
/// </summary>
internal static class PlaceholderManifest
{
    public const string Name = "probe-placeholder";

    private const string AppLabel = "app.kubernetes.io/name";

    /// <param name="options">All settings, with a probe image.</param>
    public static V1DaemonSet DaemonSet(TenantSandboxOptions options)
    {
        var selector = new Dictionary<string, string> { [AppLabel] = Name };
        return new V1DaemonSet
        {
            ApiVersion = "apps/v1",
            Kind = "DaemonSet",
            Metadata = SystemNamespaceManifest.Metadata(Name, options),
            Spec = new V1DaemonSetSpec
            {
                Selector = new V1LabelSelector { MatchLabels = selector },
                Template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = selector }, Spec = PodSpec(options) },
            },
        };
    }

    private static V1PodSpec PodSpec(TenantSandboxOptions options)
    {
        var spec = ProbePodManifest.Spec(KataSizing.Fit(KataSizing.Documented, VerificationOptions.ProbeMemoryMiB)!, options);
        spec.PriorityClassName = PriorityClassManifest.PlaceholderName;
        spec.RestartPolicy = "Always";
        // Not at once: the kubelet counts a pod until its guest has ended, and would refuse the probe before.
        spec.TerminationGracePeriodSeconds = 1;
        spec.Containers[0].Args = ["hold"];
        // Of every pool, but on no other node; also on nodes that aren't ready, because tenants' pods fill them as soon as they are.
        spec.NodeSelector = new Dictionary<string, string> { [KataNames.Of(options.KataNames).NodeLabel] = "true" };
        spec.Affinity = new V1Affinity
        {
            NodeAffinity = new V1NodeAffinity
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new V1NodeSelector
                {
                    NodeSelectorTerms =
                    [
                        new V1NodeSelectorTerm { MatchExpressions = [new V1NodeSelectorRequirement { Key = SandboxNodes.PoolLabel, OperatorProperty = "Exists" }] },
                    ],
                },
            },
        };
        spec.Tolerations = [new V1Toleration { OperatorProperty = "Exists" }];
        return spec;
    }
}
