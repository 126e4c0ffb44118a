using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.PodTemplates.Checks;

/// <summary>Names, ports and environment variables of containers.</summary>
internal static class ContainerChecks
{
    public static void Check(JsonObject pod, string pointer, ValidationFaultList faults)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var portNames = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (container, at) in PodNodes.AllContainers(pod, pointer))
        {
            if (PodNodes.Text(container, "name") is { } name && !names.Add(name))
            {
                faults.Add($"{at}/name", ValidationFaultCodes.Duplicate, "Another container has this name.");
            }

            CheckPorts(container, at, portNames, faults);
            foreach (var repeated in PodNodes.Repeated(container, at, "env", e => PodNodes.Text(e, "name")))
            {
                faults.Add($"{repeated}/name", ValidationFaultCodes.Duplicate, "This variable is already given.");
            }

            foreach (var (i, variable) in PodNodes.Items(container, "env"))
            {
                if (variable["valueFrom"]?["resourceFieldRef"] is JsonObject reference)
                {
                    ResourceReferences.Check(pod, reference, $"{at}/env/{i}/valueFrom/resourceFieldRef", faults);
                }
            }
        }
    }

    private static void CheckPorts(JsonObject container, string pointer, HashSet<string> portNames, ValidationFaultList faults)
    {
        foreach (var repeated in PodNodes.Repeated(container, pointer, "ports", p => (PodNodes.Integer(p, "containerPort"), PodNodes.Text(p, "protocol") ?? "TCP")))
        {
            faults.Add($"{repeated}/containerPort", ValidationFaultCodes.Duplicate, "This port and protocol are already listed.");
        }

        foreach (var (i, port) in PodNodes.Items(container, "ports"))
        {
            // The Service has the ports of all containers under their names.
            if (PodNodes.Text(port, "name") is { } name && !portNames.Add(name))
            {
                faults.Add($"{pointer}/ports/{i}/name", ValidationFaultCodes.Duplicate, "Another port of the pod has this name.");
            }
        }
    }
}
