using System.Security.Cryptography;
using System.Text;
using k8s.Models;
using TenantSandbox.Core.Capacity;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Isolation.Probe;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>A probe pod: runs as a tenant's pod would, under the tenant's rules, on one node, once.</summary>
internal static class ProbePodManifest
{
    public const string ContainerName = "probe";

    private const long UserId = 65_532;

    /// <summary>The probe of one verification on one node.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="verificationId">The verification.</param>
    /// <param name="node">The node.</param>
    /// <param name="request">What it is asked, as <see cref="ProbeRequestReader.Write"/> makes it.</param>
    /// <param name="options">All settings, with a probe image.</param>
    /// <exception cref="InvalidException">No size class holds a probe.</exception>
    public static V1Pod Pod(DesiredTenant tenant, string verificationId, string node, string request, TenantSandboxOptions options)
    {
        var pod = Bare(tenant, options);
        (pod.Metadata.Name, pod.Metadata.GenerateName) = (NameOf(verificationId, node), null);
        pod.Metadata.Labels[Labels.Probe] = MarkOf(verificationId);
        pod.Spec.Containers[0].Env = [new V1EnvVar { Name = ProbeRequest.EnvironmentVariable, Value = request }];
        pod.Spec.PriorityClassName = PriorityClassManifest.ProbeName;
        // Every taint that its RuntimeClass tolerates, and room for it, is checked by the scheduler.
        pod.Spec.Affinity = new V1Affinity
        {
            NodeAffinity = new V1NodeAffinity
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new V1NodeSelector
                {
                    NodeSelectorTerms =
                    [
                        new V1NodeSelectorTerm { MatchFields = [new V1NodeSelectorRequirement { Key = "metadata.name", OperatorProperty = "In", Values = [node] }] },
                    ],
                },
            },
        };
        return pod;
    }

    /// <summary>A pod that the cluster takes, without a name: what dry runs change to what it must refuse.</summary>
    /// <inheritdoc cref="Pod" path="/exception"/>
    public static V1Pod Bare(DesiredTenant tenant, TenantSandboxOptions options)
    {
        var pod = new V1Pod { ApiVersion = "v1", Kind = "Pod", Metadata = Metadata(tenant, options), Spec = Spec(SizeClassOf(tenant), options) };
        pod.Spec.ServiceAccountName = NamespaceManifest.ServiceAccountName;
        pod.Spec.NodeSelector = options.Workloads.BindToPool ? new Dictionary<string, string> { [SandboxNodes.PoolLabel] = tenant.PoolName! } : null;
        pod.Spec.RestartPolicy = "Never";
        pod.Spec.TerminationGracePeriodSeconds = 0;
        // If nobody deletes it.
        pod.Spec.ActiveDeadlineSeconds = options.Verification.ProbeSeconds;
        return pod;
    }

    /// <summary>A guest of a probe's size with the probe's program.</summary>
    public static V1PodSpec Spec(KataSizeClass sizeClass, TenantSandboxOptions options)
    {
        var spec = Spec(VerificationOptions.ProbeCpuMillis, VerificationOptions.ProbeMemoryMiB, options);
        spec.RuntimeClassName = sizeClass.RuntimeClassName;
        return spec;
    }

    /// <summary>A pod with the probe's program, under the restricted Pod Security Standard.</summary>
    public static V1PodSpec Spec(int cpuMillis, int memoryMiB, TenantSandboxOptions options)
    {
        var resources = new Dictionary<string, ResourceQuantity> { ["cpu"] = Quantities.CpuMillis(cpuMillis), ["memory"] = Quantities.MiB(memoryMiB) };
        return new V1PodSpec
        {
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            SecurityContext = new V1PodSecurityContext
            {
                RunAsNonRoot = true,
                RunAsUser = UserId,
                SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" },
            },
            Containers =
            [
                new V1Container
                {
                    Name = ContainerName,
                    Image = options.Verification.ProbeImage ?? "probe",
                    ImagePullPolicy = "IfNotPresent",
                    Resources = new V1ResourceRequirements { Limits = resources, Requests = new Dictionary<string, ResourceQuantity>(resources) },
                    SecurityContext = new V1SecurityContext
                    {
                        AllowPrivilegeEscalation = false,
                        Capabilities = new V1Capabilities { Drop = ["ALL"] },
                        Privileged = false,
                        ReadOnlyRootFilesystem = true,
                        RunAsNonRoot = true,
                    },
                },
            ],
        };
    }

    // A generated name: nobody can take it before.
    private static V1ObjectMeta Metadata(DesiredTenant tenant, TenantSandboxOptions options)
    {
        var metadata = NamespaceManifest.Metadata("", tenant, options);
        (metadata.Name, metadata.GenerateName) = (null, "isolation-dry-run-");
        return metadata;
    }

    /// <summary>The size class of probe pods.</summary>
    /// <inheritdoc cref="Pod" path="/exception"/>
    public static KataSizeClass SizeClassOf(DesiredTenant tenant) => KataSizing.Fit(tenant.SizeClasses, VerificationOptions.ProbeMemoryMiB)
        ?? throw new InvalidException("GuestTooLarge", $"no size class on cluster {tenant.ClusterId} holds a probe of {VerificationOptions.ProbeMemoryMiB} MiB");

    /// <summary>The value of <see cref="Labels.Probe"/> of a verification's probes.</summary>
    public static string MarkOf(string verificationId) => Hash(verificationId);

    /// <summary>The name of the probe of a node; the same in every attempt, so that none is started twice.</summary>
    public static string NameOf(string verificationId, string node) => $"isolation-probe-{Hash($"{verificationId}/{node}")}";

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
