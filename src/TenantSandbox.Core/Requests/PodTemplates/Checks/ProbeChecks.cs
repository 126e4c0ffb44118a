using System.Text.Json.Nodes;

namespace TenantSandbox.Core.Requests.PodTemplates.Checks;

/// <summary>Probes and lifecycle hooks.</summary>
internal static class ProbeChecks
{
    private const int DefaultGracePeriodSeconds = 30;

    private static readonly string[] Probes = ["livenessProbe", "readinessProbe", "startupProbe"];

    public static void Check(JsonObject pod, string pointer, ValidationFaultList faults)
    {
        var grace = PodNodes.Integer(pod, "terminationGracePeriodSeconds") ?? DefaultGracePeriodSeconds;
        foreach (var (container, at) in PodNodes.AllContainers(pod, pointer))
        {
            foreach (var name in Probes)
            {
                if (container[name] is JsonObject probe)
                {
                    CheckProbe(name, probe, $"{at}/{name}", faults);
                    CheckPort(probe, container, $"{at}/{name}", faults);
                }
            }

            foreach (var name in (string[])["postStart", "preStop"])
            {
                if (container["lifecycle"]?[name] is JsonObject hook)
                {
                    CheckHook(hook, container, grace, $"{at}/lifecycle/{name}", faults);
                }
            }
        }

        foreach (var (container, at) in PodNodes.Containers(pod, pointer, "initContainers").Where(c => !GuestSize.IsSidecar(c.Container)))
        {
            foreach (var name in Probes.Append("lifecycle").Where(n => container[n] is not null))
            {
                faults.Add(
                    $"{at}/{name}",
                    ValidationFaultCodes.Forbidden,
                    "Only sidecars (\"restartPolicy\": \"Always\") among the init containers may have it.",
                    "initContainerProbes");
            }
        }
    }

    private static void CheckProbe(string name, JsonObject probe, string pointer, ValidationFaultList faults)
    {
        if (name != "readinessProbe" && PodNodes.Integer(probe, "successThreshold") is > 1)
        {
            faults.Add($"{pointer}/successThreshold", ValidationFaultCodes.Range, "Must be 1 for liveness and startup.");
        }

        if (name == "readinessProbe" && probe["terminationGracePeriodSeconds"] is not null)
        {
            faults.Add($"{pointer}/terminationGracePeriodSeconds", ValidationFaultCodes.Forbidden, "A readiness probe ends no container.", "readinessEndsNothing");
        }
    }

    private static void CheckHook(JsonObject hook, JsonObject container, long grace, string pointer, ValidationFaultList faults)
    {
        CheckPort(hook, container, pointer, faults);
        if (PodNodes.Integer(hook["sleep"], "seconds") > grace)
        {
            faults.Add($"{pointer}/sleep/seconds", ValidationFaultCodes.Range, "Must not be longer than the grace period.");
        }
    }

    private static void CheckPort(JsonObject action, JsonObject container, string pointer, ValidationFaultList faults)
    {
        foreach (var kind in (string[])["httpGet", "tcpSocket"])
        {
            if (PodNodes.Text(action[kind], "port") is { } name
                && !PodNodes.Items(container, "ports").Any(p => PodNodes.Text(p.Value, "name") == name))
            {
                faults.Add($"{pointer}/{kind}/port", ValidationFaultCodes.Unknown, "No port of the container has this name.");
            }
        }
    }
}
