using static TenantSandbox.AksTwin.Kubernetes.DefaultRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The defaults of the specs of pods.</summary>
internal static class PodDefaults
{
    public const string Container = "containers|initContainers[*]";
    private const string Probe = $"{Container}.livenessProbe|readinessProbe|startupProbe";

    /// <summary>Defaults of the spec of a pod or a template.</summary>
    public static readonly Action<JsonObject> Template = ForParts(
        ("", Always("""{"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst"}""")),
        ("", Always("""{"schedulerName":"default-scheduler","securityContext":{}}""")),
        (Container, Always("""{"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","resources":{}}""")),
        (Container, c => Fill(c, new() { ["imagePullPolicy"] = PullPolicy(c.GetString("image") ?? "") })),
        ($"{Container}.ports[*]", Always("""{"protocol":"TCP"}""")),
        ($"{Container}.env[*].valueFrom.fieldRef", Always("""{"apiVersion":"v1"}""")),
        (Probe, Always("""{"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3}""")),
        ($"{Probe}.httpGet", Always("""{"path":"/","scheme":"HTTP"}""")),
        ($"{Probe}.grpc", g => g.SetDefault("service", "")),
        ($"{Container}.lifecycle.postStart|preStop.httpGet", Always("""{"path":"/","scheme":"HTTP"}""")),
        ($"{Container}.env[*].valueFrom.resourceFieldRef", Always("""{"divisor":"0"}""")),
        ("volumes[*]", When(v => v.Count == 1, """{"emptyDir":{}}""")),
        ("volumes[*].configMap|secret|projected|downwardAPI", Always("""{"defaultMode":420}""")),
        ("volumes[*].downwardAPI.items[*].fieldRef", Always("""{"apiVersion":"v1"}""")),
        ("volumes[*].projected.sources[*].downwardAPI.items[*].fieldRef", Always("""{"apiVersion":"v1"}""")),
        ("volumes[*].projected.sources[*].serviceAccountToken", Always("""{"expirationSeconds":3600}""")),
        ("volumes[*].ephemeral.volumeClaimTemplate", Always("""{"metadata":{},"spec":{"volumeMode":"Filesystem"}}""")));

    private static string PullPolicy(string image)
    {
        var tag = image[(image.LastIndexOf('/') + 1)..].Split(':').ElementAtOrDefault(1);
        return tag is null or "latest" ? "Always" : "IfNotPresent";
    }
}
