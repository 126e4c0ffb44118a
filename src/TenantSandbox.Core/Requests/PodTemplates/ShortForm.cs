using System.Globalization;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.Secrets;

namespace TenantSandbox.Core.Requests.PodTemplates;

/// <summary>The pod template that a workload's short form stands for.</summary>
internal static class ShortForm
{
    /// <summary>One container that is named like the workload.</summary>
    public static PodTemplate ToTemplate(WorkloadSpec workload)
    {
        var text = workload.ExpandVariables ? (Func<string, string>)(value => value) : VariableReferences.Escape;
        var container = new JsonObject
        {
            ["name"] = workload.Name,
            ["image"] = workload.Image,
            ["command"] = Texts(workload.Command, text),
            ["args"] = Texts(workload.Args, text),
            ["env"] = List(workload.Env, e => Variable(e, text)),
            ["envFrom"] = List(workload.EnvFrom ?? [], EnvSource),
            // The protocol is stated although TCP is the default: it is a key of the list, which server-side apply needs.
            ["ports"] = List(workload.Ports, p => new JsonObject { ["containerPort"] = p.Port, ["protocol"] = p.Protocol }),
            ["resources"] = new JsonObject
            {
                ["limits"] = new JsonObject
                {
                    ["cpu"] = QuantityValue.FormatCpu(workload.CpuMillis),
                    ["memory"] = QuantityValue.FormatMiB(workload.MemoryMiB),
                },
            },
            ["readinessProbe"] = workload.ReadinessProbe is { } probe ? Probe(probe, text) : null,
        };
        var mounts = workload.SecretMounts ?? [];
        container["volumeMounts"] = List(
            [.. mounts.Index()], m => new JsonObject { ["name"] = VolumeOf(m.Index), ["mountPath"] = m.Item.MountPath, ["readOnly"] = true });
        var pod = new JsonObject
        {
            ["containers"] = new JsonArray(container),
            ["volumes"] = List(
                [.. mounts.Index()],
                m => new JsonObject { ["name"] = VolumeOf(m.Index), ["secret"] = new JsonObject { ["secretName"] = m.Item.Name } }),
            ["imagePullSecrets"] = List(workload.ImagePullSecrets ?? [], s => new JsonObject { ["name"] = s.Name }),
            // A container that is started again in its pod would hide why it failed, and its logs.
            ["restartPolicy"] = workload.Kind.RunsToCompletion() ? "Never" : null,
        };
        return PodTemplate.Of(new JsonObject { ["spec"] = pod });
    }

    private static string VolumeOf(int mount) => string.Create(CultureInfo.InvariantCulture, $"secret-{mount}");

    private static JsonObject Variable(EnvironmentVariable variable, Func<string, string> text) => variable.SecretKeyRef is { } reference
        ? new()
        {
            ["name"] = variable.Name,
            ["valueFrom"] = new JsonObject { ["secretKeyRef"] = new JsonObject { ["name"] = reference.Name, ["key"] = reference.Key } },
        }
        : new() { ["name"] = variable.Name, ["value"] = text(variable.Value) };

    private static JsonObject EnvSource(SecretEnvSource source) => new()
    {
        ["prefix"] = source.Prefix,
        ["secretRef"] = new JsonObject { ["name"] = source.SecretRef.Name },
    };

    private static JsonObject Probe(ReadinessProbe probe, Func<string, string> text) => new()
    {
        ["initialDelaySeconds"] = probe.InitialDelaySeconds,
        ["periodSeconds"] = probe.PeriodSeconds,
        ["httpGet"] = probe.HttpPath is { } path ? new JsonObject { ["path"] = path, ["port"] = probe.Port ?? 0 } : null,
        ["tcpSocket"] = probe.HttpPath is null && probe.Port is { } port ? new JsonObject { ["port"] = port } : null,
        ["exec"] = probe.Command.Count > 0 ? new JsonObject { ["command"] = Texts(probe.Command, text) } : null,
    };

    private static JsonArray? Texts(IReadOnlyList<string> texts, Func<string, string> text) => List(texts, t => JsonValue.Create(text(t)));

    private static JsonArray? List<T>(IReadOnlyList<T> items, Func<T, JsonNode> item) => items.Count == 0 ? null : new JsonArray([.. items.Select(item)]);
}
