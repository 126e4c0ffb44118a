using System.Text.Json.Serialization;
using TenantSandbox.Core.Requests.Identities;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.PodTemplates;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Core.Requests;

/// <summary>
/// One Deployment, StatefulSet, Job or CronJob of the tenant: every pod runs in its own virtual machine. It has the short form, one container
/// in a few properties, or a pod template. Consumers that don't care which read <see cref="ToTemplate"/> and the properties that both forms
/// have: the name, kind, replicas, ports, CPU and memory.
/// </summary>
/// <param name="Name">A DNS label of 1 to 40 characters that starts with a letter, unique within the tenant.</param>
/// <param name="Image">A container image reference; empty with a pod template.</param>
/// <param name="Replicas">The most pods at once, 1 to 50: fixed, the maximum of a range, or what a Job runs in parallel.</param>
/// <param name="CpuMillis">CPU limit and request of a pod in thousandths of a core. The guest gets it rounded up to whole vCPUs.</param>
/// <param name="MemoryMiB">Memory limit and request of a pod in MiB. It is the guest's whole memory, including kernel and agent.</param>
/// <param name="Ports">Ports of the Service, which is created when there is at least one.</param>
/// <param name="Env">Environment variables in the sender's order; values of secrets by reference only. Empty with a pod template.</param>
/// <param name="Command">Replaces the image's entry point unless empty. Empty with a pod template.</param>
/// <param name="Args">Replaces the image's arguments unless empty. Empty with a pod template.</param>
/// <param name="ReadinessProbe">Readiness probe; null means ready once started. Null with a pod template.</param>
/// <param name="ExpandVariables">
/// True if Kubernetes expands <c>$(NAME)</c> in <paramref name="Env"/>, <paramref name="Command"/> and <paramref name="Args"/>, and turns
/// <c>$$</c> into <c>$</c>. False: they reach the container as they are.
/// </param>
/// <param name="PodTemplate">The pod template; null for the short form.</param>
public sealed partial record WorkloadSpec(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("image")] string Image,
    [property: JsonPropertyName("replicas")] int Replicas,
    [property: JsonPropertyName("cpuMillis")] int CpuMillis,
    [property: JsonPropertyName("memoryMiB")] int MemoryMiB,
    [property: JsonPropertyName("ports")] IReadOnlyList<WorkloadPort> Ports,
    [property: JsonPropertyName("env")] IReadOnlyList<EnvironmentVariable> Env,
    [property: JsonPropertyName("command")] IReadOnlyList<string> Command,
    [property: JsonPropertyName("args")] IReadOnlyList<string> Args,
    [property: JsonPropertyName("readinessProbe")] ReadinessProbe? ReadinessProbe,
    [property: JsonPropertyName("expandVariables"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool ExpandVariables = false,
    [property: JsonPropertyName("podTemplate"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PodTemplate? PodTemplate = null)
{
    /// <summary>The kind of object that makes its pods.</summary>
    [JsonPropertyName("kind"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public WorkloadKind Kind { get; init; }

    /// <summary>The range that an autoscaler keeps the replicas in; null for a fixed number. <see cref="ReplicaRange.Of"/> reads it.</summary>
    [JsonPropertyName("scaling"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KindSettings? Scaling { get; init; }

    /// <summary>Settings of a StatefulSet; null for none.</summary>
    [JsonPropertyName("statefulSet"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KindSettings? StatefulSet { get; init; }

    /// <summary>Settings of a Job, or of each Job of a CronJob; null for none.</summary>
    [JsonPropertyName("job"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KindSettings? Job { get; init; }

    /// <summary>Settings of a CronJob; null for other kinds.</summary>
    [JsonPropertyName("cronJob"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KindSettings? CronJob { get; init; }

    /// <summary>What a pod may take of its node's disk, in MiB; 0 where nothing is stated.</summary>
    [JsonIgnore]
    public int EphemeralMiB => PodTemplate is { } template && template.Json.Contains("\"ephemeral-storage\"", StringComparison.Ordinal) ? GuestSize.Of(template).EphemeralMiB : 0;

    /// <summary>Secrets whose keys become environment variables; null for none, and with a pod template.</summary>
    [JsonPropertyName("envFrom"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SecretEnvSource>? EnvFrom { get; init; }

    /// <summary>Secrets whose keys become files; null for none, and with a pod template.</summary>
    [JsonPropertyName("secretMounts"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SecretMount>? SecretMounts { get; init; }

    /// <summary>Secrets with which the image is pulled; null for none, and with a pod template.</summary>
    [JsonPropertyName("imagePullSecrets"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SecretName>? ImagePullSecrets { get; init; }

    /// <summary>The Microsoft Entra identity of the pods; null for none.</summary>
    [JsonPropertyName("identity"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WorkloadIdentity? Identity { get; init; }

    /// <summary>The workload's pod template: its own, or the one that its short form stands for.</summary>
    public PodTemplate ToTemplate() => PodTemplate ?? ShortForm.ToTemplate(this);

    /// <summary>The same workload with its pod template instead of a short form.</summary>
    public WorkloadSpec AsTemplated()
    {
        var templated = Of(Name, Replicas, ToTemplate());
        return this with
        {
            Image = "",
            CpuMillis = templated.CpuMillis,
            MemoryMiB = templated.MemoryMiB,
            Ports = templated.Ports,
            Env = [],
            Command = [],
            Args = [],
            ReadinessProbe = null,
            ExpandVariables = false,
            EnvFrom = null,
            SecretMounts = null,
            ImagePullSecrets = null,
            PodTemplate = templated.PodTemplate,
        };
    }

    /// <summary>A workload with a pod template; its ports and the size of its guest follow from the template.</summary>
    public static WorkloadSpec Of(string name, int replicas, PodTemplate template)
    {
        var guest = GuestSize.Of(template);
        return new(name, "", replicas, guest.CpuMillis, guest.MemoryMiB, PodTemplateReader.Ports(template), [], [], [], null, PodTemplate: template);
    }
}

/// <summary>A port and its protocol.</summary>
/// <param name="Port">1 to 65535.</param>
/// <param name="Protocol"><c>TCP</c> or <c>UDP</c>.</param>
/// <param name="Name">The Service port's name; null for one made of protocol and number.</param>
public sealed record WorkloadPort(
    [property: JsonPropertyName("port")] int Port,
    [property: JsonPropertyName("protocol")] string Protocol = "TCP",
    [property: JsonPropertyName("name"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name = null);

/// <summary>An environment variable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its plain value; empty with a secret one.</param>
/// <param name="SecretKeyRef">Where its secret value is; null for a plain one.</param>
public sealed record EnvironmentVariable(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("value")] string Value,
    [property: JsonPropertyName("secretKeyRef"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] SecretKeyRef? SecretKeyRef = null);

/// <summary>A readiness probe: exactly one of HTTP path with port, TCP port, or command.</summary>
/// <param name="HttpPath">Path of an HTTP GET on <paramref name="Port"/>; null otherwise.</param>
/// <param name="Port">Port of an HTTP or TCP probe; null for a command.</param>
/// <param name="Command">A command that is run in the guest; empty otherwise.</param>
/// <param name="InitialDelaySeconds">0 to 600.</param>
/// <param name="PeriodSeconds">1 to 300.</param>
public sealed record ReadinessProbe(
    [property: JsonPropertyName("httpPath")] string? HttpPath,
    [property: JsonPropertyName("port")] int? Port,
    [property: JsonPropertyName("command")] IReadOnlyList<string> Command,
    [property: JsonPropertyName("initialDelaySeconds")] int InitialDelaySeconds = 0,
    [property: JsonPropertyName("periodSeconds")] int PeriodSeconds = 10);
