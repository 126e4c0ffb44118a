using static TenantSandbox.AksTwin.Kubernetes.ValidationRules;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>Validates containers and init containers.</summary>
internal static class ContainerValidation
{
    private const string Probe = "livenessProbe|readinessProbe|startupProbe";
    private const string NotForInit = "may not be set for init containers without restartPolicy=Always";
    private static readonly string[] ProbeHandlers = ["exec", "httpGet", "tcpSocket", "grpc"];
    private static readonly string[] HookHandlers = ["exec", "httpGet", "tcpSocket", "sleep"];

    public static readonly ValidationRule Container = ForFields(
        ("name", Matches(NameFormat.Label)),
        ("image", Required),
        ("imagePullPolicy", OneOf("Always", "IfNotPresent", "Never")),
        ("ports", DistinctNames),
        ("ports[*].containerPort", Port),
        ("ports[*].hostPort", Optional(Port)),
        ("ports[*].protocol", OneOf("SCTP", "TCP", "UDP")),
        ("env[*].name", Required),
        ("env[*].valueFrom.configMapKeyRef|secretKeyRef.key", Required),
        ("envFrom", CheckSources),
        ("volumeMounts[*].mountPath", Required),
        ("volumeMounts", DistinctMountPaths),
        ("resources.limits|requests.*", NotNegative),
        ("resources", CheckRequestsWithinLimits),
        ("securityContext.runAsUser|runAsGroup", InRange(0, int.MaxValue)),
        (Probe, CheckHandler(ProbeHandlers)),
        ($"{Probe}.httpGet|tcpSocket|grpc.port", Port),
        ($"{Probe}.initialDelaySeconds|timeoutSeconds|periodSeconds|successThreshold|failureThreshold", NotNegative),
        ("livenessProbe|startupProbe.successThreshold", Optional((value, path) =>
            value.GetInteger() == 1 ? [] : [FieldError.Invalid(path, value, "must be 1")])),
        ("livenessProbe|startupProbe.terminationGracePeriodSeconds", Positive),
        ("readinessProbe.terminationGracePeriodSeconds", (value, path) =>
            value is null ? [] : [FieldError.Invalid(path, value, "must not be set for readinessProbes")]),
        ("lifecycle.postStart|preStop", CheckHandler(HookHandlers)),
        ("lifecycle.postStart|preStop.httpGet|tcpSocket.port", Port));

    /// <summary>The rules that init containers have beside those of all containers.</summary>
    public static readonly ValidationRule InitContainer = (container, path) =>
        container.GetString("restartPolicy") is { Length: > 0 } policy
            ? OneOf("Always")(policy, $"{path}.restartPolicy")
            : from field in (string[])["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"]
              where container.GetNode(field) is not null
              select FieldError.Forbidden($"{path}.{field}", NotForInit);

    private static IEnumerable<FieldError> CheckRequestsWithinLimits(JsonNode? resources, string path) =>
        from request in resources.GetStringMap("requests")
        let limit = resources.GetString("limits", request.Key)
        where limit is not null && PodResources.ParseQuantity(request.Value) > PodResources.ParseQuantity(limit)
        select FieldError.Invalid($"{path}.requests", request.Value, $"must be less than or equal to {request.Key} limit of {limit}");

    private static ValidationRule CheckHandler(string[] handlers) => (handler, path) =>
        handler is null ? [] : handlers.Where(h => handler[h] is not null).ToList() switch
        {
            [] => [FieldError.Required(path, "must specify a handler type")],
            [_, .. var more] => more.Select(h => FieldError.Forbidden($"{path}.{h}", "may not specify more than 1 handler type")),
        };

    private static IEnumerable<FieldError> DistinctMountPaths(JsonNode? mounts, string path) =>
        from item in mounts.GetObjects().Select((mount, index) => (Path: mount.GetString("mountPath"), Index: index))
        where item.Path is { Length: > 0 }
        group item by item.Path into samePath
        from later in samePath.Skip(1)
        select FieldError.Invalid($"{path}[{later.Index}].mountPath", samePath.Key, "must be unique");

    private static IEnumerable<FieldError> CheckSources(JsonNode? envFrom, string path) =>
        from source in envFrom.GetObjects()
        let count = ((string[])["configMapRef", "secretRef"]).Count(s => source[s] is not null)
        where count != 1
        select FieldError.Invalid(path, "", count == 0
            ? "must specify one of: `configMapRef` or `secretRef`" : "may not have more than one field specified at a time");
}
