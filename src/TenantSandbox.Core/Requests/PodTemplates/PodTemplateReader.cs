using System.Text.Json;
using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.Kinds;
using TenantSandbox.Core.Requests.PodTemplates.Checks;
using TenantSandbox.Core.Requests.Secrets;
using TenantSandbox.Core.Requests.Volumes;

namespace TenantSandbox.Core.Requests.PodTemplates;

/// <summary>What a pod template is checked against.</summary>
/// <param name="Form">The workload's kind and its settings.</param>
/// <param name="Rules">What the installation allows.</param>
/// <param name="Secrets">The Secrets that the request declares.</param>
/// <param name="HasIdentity">Whether the workload has an identity.</param>
internal sealed record PodTemplateScope(WorkloadForm Form, InstallationRules Rules, DeclaredSecrets Secrets, bool HasIdentity);

/// <summary>Reads the pod template of a workload.</summary>
internal static class PodTemplateReader
{
    private const int DefaultVolumeMiB = 1024;

    /// <summary>Reads and checks a template, and makes it canonical.</summary>
    /// <returns>Meaningless when a fault was added; null when it isn't an object.</returns>
    public static PodTemplate? Read(JsonElement element, string pointer, PodTemplateScope scope, ValidationFaultList faults)
    {
        if (PodTemplateRules.Root.Read(element, pointer, faults) is not { } content)
        {
            return null;
        }

        if (content["spec"] is JsonObject pod)
        {
            var at = JsonPointer.Append(pointer, "spec");
            VolumeChecks.Check(pod, ClaimTemplate.VolumesOf(scope.Form), at, faults);
            RequestChecks.Check(pod, at, faults);
            ContainerChecks.Check(pod, at, faults);
            ProbeChecks.Check(pod, at, faults);
            SecurityChecks.Check(pod, at, scope.Rules, faults);
            SchedulingChecks.Check(pod, at, faults);
            GuestChecks.Check(pod, at, faults);
            KindPodChecks.Check(pod, scope.Form, at, faults);
            SecretChecks.Check(pod, at, scope.Secrets, faults);
            IdentityChecks.Check(pod, at, scope.HasIdentity, faults);
            Complete(pod, at, faults);
        }

        return PodTemplate.Of(content);
    }

    /// <summary>The ports of the workload's Service: those of containers and sidecars, each once.</summary>
    public static IReadOnlyList<WorkloadPort> Ports(PodTemplate template)
    {
        var pod = template.ToNode()["spec"] as JsonObject;
        return
        [
            .. GuestSize.Containers(pod, "containers").Concat(GuestSize.Containers(pod, "initContainers").Where(GuestSize.IsSidecar))
                .SelectMany(c => PodNodes.Items(c, "ports"))
                .Select(p => p.Value)
                .Where(p => p["containerPort"] is not null)
                .Select(p => new WorkloadPort((int)p["containerPort"]!.GetValue<long>(), PodNodes.Text(p, "protocol") ?? "TCP", PodNodes.Text(p, "name")))
                .DistinctBy(p => (p.Port, p.Protocol)),
        ];
    }

    // States defaults whose absence would make two spellings of one template, or an unlimited volume.
    private static void Complete(JsonObject pod, string pointer, ValidationFaultList faults)
    {
        foreach (var (container, _) in PodNodes.AllContainers(pod, pointer))
        {
            foreach (var (_, port) in PodNodes.Items(container, "ports"))
            {
                port["protocol"] ??= "TCP";
            }

            (container["resources"] as JsonObject)?.Remove("requests");
        }

        foreach (var (i, volume) in PodNodes.Items(pod, "volumes"))
        {
            if (volume["emptyDir"] is not JsonObject emptyDir)
            {
                continue;
            }

            if (PodNodes.Text(emptyDir, "medium") == "")
            {
                emptyDir.Remove("medium");
            }

            if (emptyDir["sizeLimit"] is null)
            {
                emptyDir["sizeLimit"] = QuantityValue.FormatMiB(DefaultVolumeMiB);
                faults.AddNote(
                    $"{JsonPointer.Append(JsonPointer.Append(pointer, "volumes"), i)}/emptyDir/sizeLimit",
                    RequestNote.Defaulted,
                    $"Set to {QuantityValue.FormatMiB(DefaultVolumeMiB)}: a volume without a limit could fill the node's disk.");
            }
        }
    }
}
