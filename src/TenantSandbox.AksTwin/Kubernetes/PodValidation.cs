using System.Text.Json.Nodes;
using static TenantSandbox.AksTwin.Kubernetes.Rules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The rules of a pod's spec, alone or in a template.</summary>
internal static class PodValidation
{
    private const string Probe = "livenessProbe|readinessProbe|startupProbe";
    private static readonly Pattern Mounts = new("containers|initContainers[*].volumeMounts[*].name");
    private static readonly Pattern[] Changeable =
        [new("activeDeadlineSeconds|terminationGracePeriodSeconds|tolerations"), new("containers|initContainers[*].image")];

    private static readonly Rule Container = All(
        ("name", Is(Format.Label)),
        ("image", Required),
        ("imagePullPolicy", OneOf("Always", "IfNotPresent", "Never")),
        ("ports[*].containerPort", Port),
        ("ports[*].protocol", OneOf("SCTP", "TCP", "UDP")),
        ("env[*].name", Required),
        ("volumeMounts[*].mountPath", Required),
        ("resources.limits|requests.*", NotNegative),
        ("resources", RequestsWithinLimits),
        (Probe, OneHandler),
        ($"{Probe}.httpGet|tcpSocket.port", Port));

    public static readonly Rule Spec = All(
        ("containers", Required),
        ("containers|initContainers|volumes", DistinctNames),
        ("containers|initContainers[*]", Container),
        ("volumes[*].name", Is(Format.Label)),
        ("", MountedVolumes),
        ("restartPolicy", OneOf("Always", "Never", "OnFailure")),
        ("dnsPolicy", OneOf("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")),
        ("terminationGracePeriodSeconds", NotNegative),
        ("nodeSelector", Labels),
        ("tolerations[*].operator", OneOf("Equal", "Exists")),
        ("tolerations[*].effect", OneOf("NoSchedule", "PreferNoSchedule", "NoExecute")));

    /// <summary>A pod's spec is fixed but for its images, further tolerations, and deadlines.</summary>
    public static IEnumerable<FieldError> CheckUpdate(JsonObject spec, JsonObject old)
    {
        if (!JsonNode.DeepEquals(Fixed(spec), Fixed(old)))
        {
            yield return FieldError.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,"
                + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
                + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
        }

        if (old.Items("tolerations").Any(t => !spec.Items("tolerations").Any(s => JsonNode.DeepEquals(s, t))))
            yield return FieldError.Forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds");
    }

    private static JsonObject Fixed(JsonObject spec)
    {
        var rest = spec.Copy();
        foreach (var part in Changeable.SelectMany(c => c.Meet(rest, "")).Select(m => m.Value).OfType<JsonNode>().ToList())
            part.Parent!.AsObject().Remove(part.GetPropertyName());
        return rest;
    }

    private static IEnumerable<FieldError> MountedVolumes(JsonNode? spec, string path) =>
        from mount in Mounts.Meet(spec, path)
        where !spec.Items("volumes").Any(v => v.Text("name") == mount.Value.Text())
        select FieldError.NotFound(mount.Path, mount.Value.Text());

    private static IEnumerable<FieldError> RequestsWithinLimits(JsonNode? resources, string path) =>
        from request in resources.Pairs("requests")
        let limit = resources.Text("limits", request.Key)
        where limit is not null && PodResources.Quantity(request.Value) > PodResources.Quantity(limit)
        select FieldError.Invalid($"{path}.requests", request.Value, $"must be less than or equal to {request.Key} limit of {limit}");

    private static IEnumerable<FieldError> OneHandler(JsonNode? probe, string path) =>
        probe is null ? [] : ((string[])["exec", "httpGet", "tcpSocket", "grpc"]).Count(h => probe[h] is not null) switch
        {
            0 => [FieldError.Required(path, "must specify a handler type")],
            1 => [],
            _ => [FieldError.Forbidden(path, "may not specify more than 1 handler type")],
        };
}
