using System.Text.Json.Nodes;

namespace TenantSandbox.AksTwin.Kubernetes;

/// <summary>The rules of a pod's spec, alone or in a template.</summary>
internal static class PodValidation
{
    public static void Check(JsonObject? spec, string path, List<FieldError> errors)
    {
        var containers = spec.Items("containers").ToList();
        if (containers.Count == 0)
            errors.Add(FieldError.Required($"{path}.containers"));
        var volumes = spec.Items("volumes").Select(v => v.Text("name")).ToHashSet();
        for (var i = 0; i < containers.Count; i++)
            Container(containers[i], $"{path}.containers[{i}]", volumes, errors);
        foreach (var name in containers.Concat(spec.Items("initContainers")).Select(c => c.Text("name")).OfType<string>().GroupBy(n => n).Where(g => g.Count() > 1))
            errors.Add(FieldError.Duplicate($"{path}.containers[{containers.FindLastIndex(c => c.Text("name") == name.Key)}].name", name.Key));
        var at = 0;
        foreach (var init in spec.Items("initContainers"))
            Container(init, $"{path}.initContainers[{at++}]", volumes, errors);
        at = 0;
        foreach (var volume in spec.Items("volumes"))
            Validation.Label(volume.Text("name"), $"{path}.volumes[{at++}].name", errors);
        if (spec.Text("restartPolicy") is { } policy and not ("Always" or "OnFailure" or "Never"))
            errors.Add(FieldError.NotSupported($"{path}.restartPolicy", policy, "Always", "OnFailure", "Never"));
        if (spec.Text("dnsPolicy") is { } dns and not ("ClusterFirst" or "ClusterFirstWithHostNet" or "Default" or "None"))
            errors.Add(FieldError.NotSupported($"{path}.dnsPolicy", dns, "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"));
        if (spec.Number("terminationGracePeriodSeconds") is < 0 and var grace)
            errors.Add(FieldError.Invalid($"{path}.terminationGracePeriodSeconds", grace, "must be greater than or equal to 0"));
        Validation.Labels(spec.Object("nodeSelector"), $"{path}.nodeSelector", errors);
        at = 0;
        foreach (var toleration in spec.Items("tolerations"))
        {
            if (toleration.Text("operator") is { } op and not ("Exists" or "Equal"))
                errors.Add(FieldError.NotSupported($"{path}.tolerations[{at}].operator", op, "Equal", "Exists"));
            if (toleration.Text("effect") is { } effect and not ("" or "NoSchedule" or "PreferNoSchedule" or "NoExecute"))
                errors.Add(FieldError.NotSupported($"{path}.tolerations[{at}].effect", effect, "NoSchedule", "PreferNoSchedule", "NoExecute"));
            at++;
        }
    }

    /// <summary>A pod's spec is fixed but for its images, further tolerations, and deadlines.</summary>
    public static void CheckUpdate(JsonObject? spec, JsonObject? old, List<FieldError> errors)
    {
        if (spec is null || old is null)
            return;
        JsonObject a = spec.Copy(), b = old.Copy();
        foreach (var pod in (JsonObject[])[a, b])
        {
            pod.Remove("activeDeadlineSeconds");
            pod.Remove("terminationGracePeriodSeconds");
            pod.Remove("tolerations");
            foreach (var container in pod.Items("containers").Concat(pod.Items("initContainers")))
                container.Remove("image");
        }

        if (!JsonNode.DeepEquals(a, b))
        {
            errors.Add(FieldError.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
                + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"));
        }

        if (old.Items("tolerations").Any(t => !spec.Items("tolerations").Any(s => JsonNode.DeepEquals(s, t))))
            errors.Add(FieldError.Forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"));
    }

    private static void Container(JsonObject container, string path, HashSet<string?> volumes, List<FieldError> errors)
    {
        Validation.Label(container.Text("name"), $"{path}.name", errors);
        if (string.IsNullOrEmpty(container.Text("image")))
            errors.Add(FieldError.Required($"{path}.image"));
        if (container.Text("imagePullPolicy") is { } pull and not ("Always" or "IfNotPresent" or "Never"))
            errors.Add(FieldError.NotSupported($"{path}.imagePullPolicy", pull, "Always", "IfNotPresent", "Never"));
        var at = 0;
        foreach (var port in container.Items("ports"))
        {
            Validation.Port(port["containerPort"], $"{path}.ports[{at}].containerPort", errors);
            if (port.Text("protocol") is not ("TCP" or "UDP" or "SCTP"))
                errors.Add(FieldError.NotSupported($"{path}.ports[{at}].protocol", port.Text("protocol"), "SCTP", "TCP", "UDP"));
            at++;
        }

        at = 0;
        foreach (var env in container.Items("env"))
        {
            if (string.IsNullOrEmpty(env.Text("name")))
                errors.Add(FieldError.Required($"{path}.env[{at}].name"));
            at++;
        }

        at = 0;
        foreach (var mount in container.Items("volumeMounts"))
        {
            if (!volumes.Contains(mount.Text("name")))
                errors.Add(FieldError.NotFound($"{path}.volumeMounts[{at}].name", mount.Text("name")));
            if (string.IsNullOrEmpty(mount.Text("mountPath")))
                errors.Add(FieldError.Required($"{path}.volumeMounts[{at}].mountPath"));
            at++;
        }

        Validation.NotNegative(container.Object("resources", "limits"), $"{path}.resources.limits", errors);
        Validation.NotNegative(container.Object("resources", "requests"), $"{path}.resources.requests", errors);
        foreach (var (name, request) in container.Pairs("resources", "requests"))
        {
            if (container.Text("resources", "limits", name) is { } limit && PodResources.Quantity(request) > PodResources.Quantity(limit))
                errors.Add(FieldError.Invalid($"{path}.resources.requests", request, $"must be less than or equal to {name} limit of {limit}"));
        }

        foreach (var probe in (string[])["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container.Object(probe) is not { } p)
                continue;
            var handlers = ((string[])["exec", "httpGet", "tcpSocket", "grpc"]).Count(h => p[h] is not null);
            if (handlers != 1)
                errors.Add(handlers == 0 ? FieldError.Required($"{path}.{probe}", "must specify a handler type") : FieldError.Forbidden($"{path}.{probe}", "may not specify more than 1 handler type"));
            if (p["httpGet"] is { } get)
                Validation.Port(get["port"], $"{path}.{probe}.httpGet.port", errors);
            if (p["tcpSocket"] is { } tcp)
                Validation.Port(tcp["port"], $"{path}.{probe}.tcpSocket.port", errors);
        }
    }
}
