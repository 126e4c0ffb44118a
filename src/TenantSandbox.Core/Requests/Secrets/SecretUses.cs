using System.Text.Json.Nodes;
using TenantSandbox.Core.Requests.PodTemplates;

namespace TenantSandbox.Core.Requests.Secrets;

/// <summary>Finds the Secrets that a pod reads.</summary>
public static class SecretUses
{
    /// <summary>The names of the Secrets that are in the environment or the files of a template's pods; not those that images are pulled with.</summary>
    public static IReadOnlySet<string> Of(PodTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        if (template.ToNode()["spec"] is not JsonObject pod)
        {
            return new HashSet<string>();
        }

        var containers = PodNodes.AllContainers(pod, "").Select(c => c.Container).ToArray();
        return containers.SelectMany(c => PodNodes.Items(c, "env")).Select(e => PodNodes.Text(e.Value["valueFrom"]?["secretKeyRef"], "name"))
            .Concat(containers.SelectMany(c => PodNodes.Items(c, "envFrom")).Select(e => PodNodes.Text(e.Value["secretRef"], "name")))
            .Concat(PodNodes.Items(pod, "volumes").Select(v => PodNodes.Text(v.Value["secret"], "secretName")))
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
    }
}
