using System.Globalization;
using System.Security.Cryptography;
using k8s;
using k8s.Models;
using TenantSandbox.Core.Isolation.Probe;
using TenantSandbox.Core.Isolation.Verification;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>
/// The listener of a cluster, in the installation's own namespace (<see cref="SystemNamespaceManifest"/>): a target that is closed to tenants, and shown to answer by a control probe.
/// Its own policy lets in tenants' namespaces too, so that nothing but the rules of a tenant keeps that tenant out.
/// </summary>
internal static class ListenerManifest
{
    public const string Name = "listener";

    public const int Port = 8080;

    /// <summary>The most seconds that a control probe may take.</summary>
    public const int ControlSeconds = 60;

    /// <summary>On every pod here: what it is.</summary>
    private const string Component = "app.kubernetes.io/component";

    private const string Control = "control-probe";

    /// <summary>The label selector of the listener's pods.</summary>
    public const string Selector = $"{Component}={Name}";

    /// <summary>The label selector of control probes.</summary>
    public const string ControlSelector = $"{Component}={Control}";

    /// <summary>What every cluster has of it, in the order in which it is applied.</summary>
    /// <param name="options">All settings, with a probe image.</param>
    public static IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects(TenantSandboxOptions options) =>
        [Policy(options), ControlPolicy(options), Deployment(options)];

    /// <summary>The pod of a control probe, with a name of its own.</summary>
    /// <param name="request">What it is asked, as <see cref="ProbeRequestReader.Write"/> makes it.</param>
    /// <param name="options">All settings, with a probe image.</param>
    public static V1Pod ControlPod(string request, TenantSandboxOptions options)
    {
        var pod = PodSpec(options);
        pod.Containers[0].Env = [new V1EnvVar { Name = ProbeRequest.EnvironmentVariable, Value = request }];
        (pod.RestartPolicy, pod.ActiveDeadlineSeconds, pod.TerminationGracePeriodSeconds) = ("Never", ControlSeconds, 0);
        var metadata = SystemNamespaceManifest.Metadata($"{Control}-{RandomNumberGenerator.GetHexString(16, lowercase: true)}", options);
        metadata.Labels[Component] = Control;
        return new V1Pod { ApiVersion = "v1", Kind = "Pod", Metadata = metadata, Spec = pod };
    }

    /// <summary>The target of a probe.</summary>
    public static ProbeTarget Target(string address, ProbeExpectation expected, TenantSandboxOptions options) =>
        new(ListenerFacts.TargetName, ProbeTargetKind.Tcp, address, Port, expected, options.Verification.TargetMilliseconds);

    private static V1NetworkPolicy Policy(TenantSandboxOptions options)
    {
        var policy = ClosedPolicy(Name, options);
        policy.Spec.Ingress =
        [
            new V1NetworkPolicyIngressRule
            {
                FromProperty =
                [
                    new V1NetworkPolicyPeer { PodSelector = Pods(Control) },
                    new V1NetworkPolicyPeer { NamespaceSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { [Labels.Owner] = options.Owner } } },
                ],
                Ports = [PolicyPort],
            },
        ];
        return policy;
    }

    private static V1NetworkPolicy ControlPolicy(TenantSandboxOptions options)
    {
        var policy = ClosedPolicy(Control, options);
        policy.Spec.Egress = [new V1NetworkPolicyEgressRule { To = [new V1NetworkPolicyPeer { PodSelector = Pods(Name) }], Ports = [PolicyPort] }];
        return policy;
    }

    private static V1NetworkPolicy ClosedPolicy(string component, TenantSandboxOptions options) => new()
    {
        ApiVersion = "networking.k8s.io/v1",
        Kind = "NetworkPolicy",
        Metadata = SystemNamespaceManifest.Metadata(component, options),
        Spec = new V1NetworkPolicySpec { PodSelector = Pods(component), PolicyTypes = ["Ingress", "Egress"] },
    };

    private static V1Deployment Deployment(TenantSandboxOptions options)
    {
        var pod = PodSpec(options);
        pod.Containers[0].Name = Name;
        pod.Containers[0].Args = ["listen", Port.ToString(CultureInfo.InvariantCulture)];
        pod.Containers[0].Ports = [new V1ContainerPort { ContainerPort = Port, Protocol = "TCP" }];
        return new V1Deployment
        {
            ApiVersion = "apps/v1",
            Kind = "Deployment",
            Metadata = SystemNamespaceManifest.Metadata(Name, options),
            Spec = new V1DeploymentSpec
            {
                Replicas = 1,
                Selector = Pods(Name),
                Template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = Pods(Name).MatchLabels }, Spec = pod },
            },
        };
    }

    private static V1NetworkPolicyPort PolicyPort => new() { Protocol = "TCP", Port = Port.ToString(CultureInfo.InvariantCulture) };

    // Ordinary pods: what they run is ours. System pools are often the only ones that aren't sandboxed.
    private static V1PodSpec PodSpec(TenantSandboxOptions options)
    {
        var spec = ProbePodManifest.Spec(cpuMillis: 50, memoryMiB: 64, options);
        spec.Tolerations = [new V1Toleration { Key = "CriticalAddonsOnly", OperatorProperty = "Exists" }];
        return spec;
    }

    private static V1LabelSelector Pods(string component) => new() { MatchLabels = new Dictionary<string, string> { [Component] = component } };
}
