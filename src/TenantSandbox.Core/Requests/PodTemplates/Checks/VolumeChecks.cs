using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.PodTemplates.Checks;

/// <summary>Volumes and their mounts.</summary>
internal static class VolumeChecks
{
    /// <param name="pod">The pod as it was read.</param>
    /// <param name="claims">The names of the volumes that the workload's StatefulSet adds.</param>
    /// <param name="pointer">The pod's location.</param>
    /// <param name="faults">Receives what is wrong.</param>
    public static void Check(JsonObject pod, IReadOnlyList<string> claims, string pointer, ValidationFaultList faults)
    {
        foreach (var at in PodNodes.Repeated(pod, pointer, "volumes", v => PodNodes.Text(v, "name")))
        {
            faults.Add($"{at}/name", ValidationFaultCodes.Duplicate, "Another volume has this name.");
        }

        var names = claims.ToHashSet<string?>(StringComparer.Ordinal);
        foreach (var (i, volume) in PodNodes.Items(pod, "volumes"))
        {
            if (PodNodes.Text(volume, "name") is { } name && !names.Add(name) && claims.Contains(name))
            {
                faults.Add($"{pointer}/volumes/{i}/name", ValidationFaultCodes.Duplicate, "A claim template of the StatefulSet has this name.");
            }
        }

        foreach (var (container, at) in PodNodes.AllContainers(pod, pointer))
        {
            foreach (var (i, mount) in PodNodes.Items(container, "volumeMounts"))
            {
                if (PodNodes.Text(mount, "name") is { } name && !names.Contains(name))
                {
                    faults.Add($"{at}/volumeMounts/{i}/name", ValidationFaultCodes.Unknown, "No volume has this name.");
                }

                if (PodNodes.Text(mount, "mountPath") == "/")
                {
                    faults.Add($"{at}/volumeMounts/{i}/mountPath", ValidationFaultCodes.Forbidden, "The root can't be replaced.", "rootMount");
                }
            }

            foreach (var repeated in PodNodes.Repeated(container, at, "volumeMounts", m => PodNodes.Text(m, "mountPath")))
            {
                faults.Add($"{repeated}/mountPath", ValidationFaultCodes.Duplicate, "Another volume is mounted there.");
            }
        }

        foreach (var (i, volume) in PodNodes.Items(pod, "volumes"))
        {
            CheckSources(pod, volume, $"{pointer}/volumes/{i}", faults);
            foreach (var (j, part) in volume["projected"] is JsonObject projected ? PodNodes.Items(projected, "sources") : [])
            {
                CheckSources(pod, part, $"{pointer}/volumes/{i}/projected/sources/{j}", faults);
            }
        }
    }

    private static void CheckSources(JsonObject pod, JsonObject owner, string pointer, ValidationFaultList faults)
    {
        foreach (var name in (string[])["configMap", "downwardAPI"])
        {
            if (owner[name] is JsonObject source)
            {
                CheckFiles(pod, source, $"{pointer}/{name}", faults);
            }
        }
    }

    private static void CheckFiles(JsonObject pod, JsonObject source, string pointer, ValidationFaultList faults)
    {
        foreach (var repeated in PodNodes.Repeated(source, pointer, "items", f => PodNodes.Text(f, "path")))
        {
            faults.Add($"{repeated}/path", ValidationFaultCodes.Duplicate, "Another file has this path.");
        }

        foreach (var (i, file) in PodNodes.Items(source, "items"))
        {
            if (file["resourceFieldRef"] is not JsonObject resource)
            {
                continue;
            }

            if (PodNodes.Text(resource, "containerName") is null)
            {
                faults.Add($"{pointer}/items/{i}/resourceFieldRef/containerName", ValidationFaultCodes.Required, "\"containerName\" is required in a volume.");
            }

            ResourceReferences.Check(pod, resource, $"{pointer}/items/{i}/resourceFieldRef", faults);
        }
    }
}

/// <summary>References to a container's limits and requests.</summary>
internal static class ResourceReferences
{
    public static void Check(JsonObject pod, JsonObject reference, string pointer, ValidationFaultList faults)
    {
        if (PodNodes.Text(reference, "containerName") is { } name
            && !PodNodes.AllContainers(pod, "").Any(c => PodNodes.Text(c.Container, "name") == name))
        {
            faults.Add($"{pointer}/containerName", ValidationFaultCodes.Unknown, "No container has this name.");
        }

        if (PodNodes.Text(reference, "divisor") is { } divisor && PodNodes.Text(reference, "resource") is { } resource
            && (resource.EndsWith(".cpu", StringComparison.Ordinal) ? divisor is not ("1m" or "1") : divisor == "1m"))
        {
            faults.Add($"{pointer}/divisor", ValidationFaultCodes.Format, "Must be \"1m\" or \"1\" for CPU, and not \"1m\" for anything else.");
        }
    }
}
