using System.Globalization;
using k8s.Models;
using TenantSandbox.Core.Errors;
using TenantSandbox.Core.Requests;
using TenantSandbox.Functions.Configuration;

namespace TenantSandbox.Functions.Kubernetes.Manifests;

/// <summary>The pod of one workload: complies with the restricted Pod Security Standard; requests equal limits.</summary>
internal static class PodManifest
{
    private const string TmpVolume = "tmp";

    public static V1PodSpec Pod(WorkloadSpec workload, DesiredTenant tenant, TenantSandboxOptions options) => new()
    {
        RuntimeClassName = SizeClass.Of(workload, tenant).RuntimeClassName,
        ServiceAccountName = NamespaceManifest.ServiceAccountName,
        AutomountServiceAccountToken = false,
        // Otherwise every Service of the namespace is added to every container's environment.
        EnableServiceLinks = false,
        NodeSelector = NodeSelector(tenant, options.Workloads),
        SecurityContext = new V1PodSecurityContext
        {
            RunAsNonRoot = true,
            RunAsUser = options.Workloads.RunAsUser,
            SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" },
        },
        Containers = [Container(workload, options.Workloads)],
        Volumes =
        [
            new V1Volume
            {
                Name = TmpVolume,
                EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = Quantities.MiB(options.Workloads.TmpSizeMiB) },
            },
        ],
    };

    // Without a pool there are no pods: a suspended tenant has no reservation. Otherwise pods could run in any tenant's pool.
    private static Dictionary<string, string>? NodeSelector(DesiredTenant tenant, WorkloadOptions options) => tenant switch
    {
        _ when !options.BindToPool => null,
        { PoolName: { } pool } => new() { [SandboxNodes.PoolLabel] = pool },
        { IsSuspended: true } => null,
        _ => throw new InvalidException("PoolMissing", $"tenant {tenant.TenantId} has no agent pool on cluster {tenant.ClusterId}, and is not suspended"),
    };

    private static V1Container Container(WorkloadSpec workload, WorkloadOptions options) => new()
    {
        Name = workload.Name,
        Image = workload.Image,
        // Otherwise a pod could run a private image that another tenant's pod pulled to the same node.
        ImagePullPolicy = "Always",
        Command = workload.Command.Count == 0 ? null : [.. workload.Command.Select(Text(workload))],
        Args = workload.Args.Count == 0 ? null : [.. workload.Args.Select(Text(workload))],
        Env = workload.Env.Count == 0 ? null : [.. workload.Env.Select(e => new V1EnvVar { Name = e.Name, Value = Text(workload)(e.Value) })],
        Ports = workload.Ports.Count == 0
            ? null
            // Set although TCP is the default: it is a key of the list, which server-side apply needs.
            : [.. workload.Ports.Select(p => new V1ContainerPort { ContainerPort = p.Port, Protocol = p.Protocol })],
        Resources = new V1ResourceRequirements { Requests = Amounts(workload), Limits = Amounts(workload) },
        ReadinessProbe = workload.ReadinessProbe is { } probe ? Probe(probe, Text(workload)) : null,
        SecurityContext = new V1SecurityContext
        {
            AllowPrivilegeEscalation = false,
            Capabilities = new V1Capabilities { Drop = ["ALL"] },
            Privileged = false,
            ReadOnlyRootFilesystem = options.ReadOnlyRootFilesystem,
            RunAsNonRoot = true,
        },
        VolumeMounts = [new V1VolumeMount { Name = TmpVolume, MountPath = "/tmp" }],
    };

    private static Func<string, string> Text(WorkloadSpec workload) => workload.ExpandVariables ? text => text : VariableReferences.Escape;

    private static Dictionary<string, ResourceQuantity> Amounts(WorkloadSpec workload) => new()
    {
        ["cpu"] = Quantities.CpuMillis(workload.CpuMillis),
        ["memory"] = Quantities.MiB(workload.MemoryMiB),
    };

    private static V1Probe Probe(ReadinessProbe probe, Func<string, string> text)
    {
        var port = (probe.Port ?? 0).ToString(CultureInfo.InvariantCulture);
        return new V1Probe
        {
            InitialDelaySeconds = probe.InitialDelaySeconds,
            PeriodSeconds = probe.PeriodSeconds,
            HttpGet = probe.HttpPath is { } path ? new V1HTTPGetAction { Path = path, Port = port } : null,
            TcpSocket = probe.HttpPath is null && probe.Port is not null ? new V1TCPSocketAction { Port = port } : null,
            Exec = probe.Command.Count > 0 ? new V1ExecAction { Command = [.. probe.Command.Select(text)] } : null,
        };
    }
}
